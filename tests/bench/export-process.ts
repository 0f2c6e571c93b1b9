// Runs in a process of its own, so that the memory it needs is the export's alone.
import { explain, type ExportEvent, type ExportSummary } from 'hirescope/export'
import { buildDemo } from '../../src/demo/index.ts'
import { exportDemo } from '../../src/demo/site.ts'
import { peakMegabytes, resetPeak } from './peak-memory.ts'
import type { ExportStage, Needs } from './results.ts'
import { round } from './spread.ts'

/** What the process tells its parent: where it is, or what it did, or why it could not. */
export type ExportReply =
  | { type: 'stage'; stage: ExportStage }
  | { type: 'done'; summary: ExportSummary; needs: Partial<Record<ExportStage, Needs>> }
  | { type: 'failed'; message: string }

const reply = (message: ExportReply) =>
  new Promise<void>((resolve) => process.send?.(message, undefined, {}, () => resolve()))

const exportOnce = async (folder: string, applications: number, jobs: number): Promise<ExportReply> => {
  const built = await buildDemo(folder, { applications, jobs, organisations: 1 })
  const needs: Partial<Record<ExportStage, Needs>> = {}
  let stage: ExportStage = 'read'
  const enter = () => ({ start_rss_mb: resetPeak(), cpu: process.cpuUsage() })
  let { start_rss_mb, cpu } = enter()
  const leave = () => {
    const { user, system } = process.cpuUsage(cpu)
    // The kernel counts in batches, so that a peak can be a little less than where it began.
    const peak = peakMegabytes()
    const peak_rss_mb = peak === null || start_rss_mb === null ? peak : Math.max(peak, start_rss_mb)
    needs[stage] = { cpu_seconds: round((user + system) / 1e6), start_rss_mb, peak_rss_mb }
  }
  await reply({ type: 'stage', stage })
  const event = (happened: ExportEvent) => {
    if (happened.event !== 'stage_started' || happened.stage === stage) return
    leave()
    ;({ start_rss_mb, cpu } = enter())
    stage = happened.stage
    void reply({ type: 'stage', stage })
  }
  const summary = await exportDemo(folder, built, { event })
  leave()
  return { type: 'done', summary, needs }
}

const [folder = '', applications, jobs] = process.argv.slice(2)
try {
  await reply(await exportOnce(folder, Number(applications), Number(jobs)))
} catch (error) {
  await reply({ type: 'failed', message: explain(error) })
}
process.disconnect()
