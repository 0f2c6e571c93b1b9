import type { ExportSummary } from 'hirescope/export'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lookAround } from './machine.ts'
import { exported, exportStages, type Exported, type ExportStage } from './results.ts'
import { runProcess, type Done } from './run-process.ts'
import { round } from './spread.ts'

export const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** What each stage took, with the rows that it moved. */
export const stageResults = ({ seconds }: ExportSummary, needs: Done['needs'], read: number, written: number) =>
  Object.fromEntries(
    exportStages.map((stage) => {
      const rows = stage === 'write' ? written : read
      const own = needs[stage]
      if (!own) throw new Error(`export process: never said that it was in stage ${stage}`)
      const each = { seconds: seconds[stage], rows, rows_per_second: Math.round(rows / seconds[stage]) }
      return [stage, { ...each, ...own }]
    }),
  ) as Record<ExportStage, Exported['stages']['read']>

const figures = 'exported.json'

/** The figures of the whole export that is in a folder; null where there is none of that many jobs. */
export const lastExport = async (folder: string, jobs: number): Promise<Exported | null> => {
  try {
    const last = exported.parse(JSON.parse(await readFile(join(folder, figures), 'utf8')))
    return last.jobs === jobs ? last : null
  } catch {
    return null
  }
}

/** Exports a demo database afresh, in a process of its own, and keeps the figures beside it. */
export const measureExport = async (
  folder: string,
  applications: number,
  jobs: number,
  say: (line: string) => void,
): Promise<Exported> => {
  // An unchanged bundle rewrites nothing, which is not what is to be measured.
  for (const part of [figures, 'site', 'private']) await rm(join(folder, part), { recursive: true, force: true })
  const measured = await lookAround()
  const { summary, needs } = await runProcess(
    join(import.meta.dirname, 'export-process.ts'),
    [folder, String(applications), String(jobs)],
    say,
  )
  const { orgs, read } = summary
  const seconds = sum(Object.values(summary.seconds))
  const rowsRead = sum(Object.values(read))
  const rowsWritten = sum(orgs.map(({ rows }) => rows))
  const result: Exported = {
    ...measured,
    applications,
    jobs,
    orgs: orgs.length,
    scopes: sum(orgs.map(({ scopes }) => scopes)),
    seconds: round(seconds),
    rows_read: rowsRead,
    rows_written: rowsWritten,
    bytes_written: sum(orgs.map(({ bytes }) => bytes)),
    rows_per_second: Math.round(rowsRead / seconds),
    stages: stageResults(summary, needs, rowsRead, rowsWritten),
  }
  await writeFile(join(folder, figures), JSON.stringify(result))
  return result
}
