import { DuckDBInstance } from '@duckdb/node-api'
import { firstTableNames, type Manifest } from 'hirescope/contract'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Found } from './largest-bundle.ts'

/** Ten of every job, each with a name of its own; the row of the whole scope has ten times the counts of some. */
const tenfold: Record<(typeof firstTableNames)[number], string> = {
  jobs: `SELECT job_key + times * many AS job_key, job_id || '-' || times AS job_id, title || ' ' || times AS title,
      title_rank + times * many AS title_rank, * EXCLUDE (job_key, job_id, title, title_rank, times, many)
    FROM bundle, range(10) AS t(times), (SELECT count(*) AS many FROM bundle) ORDER BY job_key`,
  rollup_job: `SELECT job_key + times * many AS job_key, * EXCLUDE (job_key, times, many)
    FROM bundle, range(10) AS t(times), (SELECT count(*) - 1 AS many FROM bundle) WHERE job_key >= 0
    UNION ALL SELECT * FROM bundle WHERE job_key = -1 ORDER BY job_key`,
} as Record<string, string>

/** Writes a bundle of ten times the jobs that has nothing but jobs and rollups, and gives how many jobs those are. */
export const writeTenfold = async (site: string, { address, manifest }: Found, folder: string): Promise<number> => {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const tables: Manifest['tables'] = { ...manifest.tables }
  for (const table of firstTableNames) {
    const source = join(site, decodeURI(address), manifest.tables[table].file)
    const written = join(folder, 'table.parquet')
    await connection.run(`CREATE OR REPLACE TABLE bundle AS FROM read_parquet('${source}')`)
    await connection.run(`CREATE OR REPLACE TABLE many AS ${tenfold[table]}`)
    const shape =
      await connection.runAndReadAll(`SELECT string_agg('CAST(' || column_name || ' AS ' || data_type || ') AS '
      || column_name, ', ' ORDER BY column_index) FROM duckdb_columns() WHERE table_name = 'bundle'`)
    await connection.run(`COPY (SELECT ${String(shape.getRows()[0]?.[0])} FROM many) TO '${written}'
      (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd)`)
    const bytes = await readFile(written)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    await rename(written, join(folder, `${sha256}.parquet`))
    const rows = Number((await connection.runAndReadAll('SELECT count(*) FROM many')).getRows()[0]?.[0])
    tables[table] = { file: `${sha256}.parquet`, sha256, bytes: bytes.length, rows }
  }
  connection.closeSync()
  instance.closeSync()
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, tables }))
  return tables.jobs.rows
}
