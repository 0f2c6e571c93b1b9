import type { ExportEvent, ExportSummary, Reporter } from 'hirescope/export'
import { peakMegabytes, resetPeak } from './peak-memory.ts'
import type { ExportStage, Needs } from './results.ts'
import { round } from './spread.ts'

export type StageNeeds = Partial<Record<ExportStage, Needs>>

/** What an exporting process tells its parent: where it is, or what it did, or why it could not. */
export type ExportReply =
  | { type: 'stage'; stage: ExportStage }
  | { type: 'done'; summary: ExportSummary; needs: StageNeeds }
  | { type: 'failed'; message: string }

export const reply = (message: ExportReply) =>
  new Promise<void>((resolve) => process.send?.(message, undefined, {}, () => resolve()))

/** Runs an export in this process and measures what each of its stages needs. */
export const measureStages = async (run: (reporter: Reporter) => Promise<ExportSummary>): Promise<ExportReply> => {
  const needs: StageNeeds = {}
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
  const summary = await run({ event })
  leave()
  return { type: 'done', summary, needs }
}
