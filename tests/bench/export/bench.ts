import { sum, stageResults } from '../measure-export.ts'
import { lookAround } from '../machine.ts'
import { readExportResults, writeExportResults } from '../results-file.ts'
import { runProcess } from '../run-process.ts'
import { round } from '../spread.ts'
import { startPostgres, type TestServer } from '../../postgres.ts'
import type { ExportConfigInput } from 'hirescope/export'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adapterFolder, copyToFiles, rowByRow, type Moved } from './baselines.ts'
import type { ExportSize, Rate } from './results.ts'
import { asOf, makeSource, type Size } from './source.ts'

const rate = ({ rows, seconds }: Moved): Rate => ({
  rows,
  seconds: round(seconds),
  rows_per_second: Math.round(rows / seconds),
})

const faster = (a: Moved, b: Moved) => (a.seconds < b.seconds ? a : b)

/** How many rows the row-by-row baseline moves. */
const slice = 1_000_000

const measure = async (
  server: TestServer,
  size: Size,
  settings: Partial<ExportConfigInput>,
  say: (line: string) => void,
): Promise<ExportSize> => {
  const folder = await mkdtemp(join(tmpdir(), 'hirescope-bench-'))
  const database = await makeSource(server, size, say)
  const client = await server.connect(database)
  try {
    const around = await lookAround()
    say('COPY to files')
    const before = await copyToFiles(client)
    say('row by row')
    const slow = await rowByRow(client, Math.min(1, slice / before.rows), join(folder, 'rows.duckdb'))
    const config: ExportConfigInput = {
      source: { kind: 'postgres', url: server.url(database) },
      adapter: adapterFolder,
      target: join(folder, 'target'),
      private: join(folder, 'private'),
      asOf,
      ...settings,
    }
    const file = join(import.meta.dirname, 'process.ts')
    const { summary, needs } = await runProcess(file, [JSON.stringify(config)], say)
    const failed = summary.orgs.find(({ error }) => error !== null)
    if (failed) throw new Error(`bench: org ${failed.org} was not published: ${failed.error}`)
    say('COPY to files again')
    const after = await copyToFiles(client)
    const read = sum(Object.values(summary.read))
    const written = sum(summary.orgs.map(({ rows }) => rows))
    return {
      ...around,
      orgs: size.orgs,
      applications: size.applications,
      scopes: sum(summary.orgs.map(({ scopes }) => scopes)),
      seconds: round(sum(Object.values(summary.seconds))),
      rows_read: read,
      rows_written: written,
      bytes_written: sum(summary.orgs.map(({ bytes }) => bytes)),
      stages: stageResults(summary, needs, read, written),
      peak_rss_mb: Math.max(...Object.values(needs).map(({ peak_rss_mb }) => peak_rss_mb ?? 0)) || null,
      copy: rate(faster(before, after)),
      row_by_row: rate(slow),
    }
  } finally {
    await client.end()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Measures each size on a PostgreSQL server of its own and writes what it found after each. */
export const runExportBench = async (
  sizes: readonly Size[],
  settings: Partial<ExportConfigInput>,
  say: (line: string) => void,
): Promise<void> => {
  for (const size of sizes) {
    const name = `${size.orgs}x${size.applications}`
    const server = await startPostgres()
    if (!server)
      throw new Error('bench: no PostgreSQL server programs here; node scripts/setup.mjs --tests installs them')
    try {
      const found = await measure(server, size, settings, (line) => say(`${name}: ${line}`))
      const results = await readExportResults(say)
      results.sizes[name] = found
      await writeExportResults(results)
    } finally {
      await server.stop()
    }
  }
}
