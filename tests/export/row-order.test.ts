import { DuckDBInstance } from '@duckdb/node-api'
import { manifest as manifestSchema, type BundleTableName } from 'hirescope/contract'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { rowsOf } from '../oracle/case.ts'
import { writeRows } from '../oracle/index.ts'
import { exportInto } from '../truth/exported.ts'

const applied = (application_id: string, candidate_id: string, day: string, job_id = 'j') => ({
  application_id,
  candidate_id,
  job_id,
  applied_at: `2024-03-${day} 12:00:00`,
})

// Only Fay has several applications; she sent a résumé for each and one for no job.
const rows = rowsOf({
  org: [{}],
  app_user: [{}],
  job: [{ job_id: 'j' }, { job_id: 'k' }],
  candidate: ['c', 'd', 'e', 'fay'].map((candidate_id) => ({ candidate_id })),
  application: [
    applied('a', 'fay', '01'),
    applied('f', 'fay', '09', 'k'),
    applied('bb', 'c', '05'),
    applied('c', 'd', '05'),
    applied('aa', 'e', '02'),
  ],
  resume: [
    { resume_id: 'q', candidate_id: 'fay', job_id: null },
    { resume_id: 'x', candidate_id: 'fay', job_id: 'k' },
    { resume_id: 'r', candidate_id: 'fay', job_id: 'j' },
    { resume_id: 'ss', candidate_id: 'c', job_id: 'j' },
    { resume_id: 'tt', candidate_id: 'd', job_id: null },
    { resume_id: 'z', candidate_id: 'e', job_id: 'j' },
  ],
})

let folder: string
let bundle: string
let instance: DuckDBInstance
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hirescope-order-'))
  const { adapterFolder, dataFolder } = await writeRows(rows, folder)
  const source = { kind: 'files', folder: dataFolder } as const
  const options = { source, adapter: adapterFolder, asOf: '2026-01-01T00:00:00Z', threads: 1 }
  const exported = await exportInto(options, join(folder, 'site'))
  bundle = (await exported.bundleOf('o', 'admin')) ?? ''
  instance = await DuckDBInstance.create(':memory:')
})
afterAll(async () => {
  instance.closeSync()
  await rm(folder, { recursive: true, force: true })
})

/** The source ids of a table's rows, as they stand in its file. */
const idsOf = async (table: 'application' | 'resume') => {
  const { tables } = manifestSchema.parse(JSON.parse(await readFile(join(bundle, 'manifest.json'), 'utf8')))
  const file = (name: BundleTableName) => `read_parquet('${join(bundle, tables[name].file)}')`
  const connection = await instance.connect()
  const read = await connection.runAndReadAll(`SELECT ${table}_key FROM ${file(`${table}s`)}`)
  const ids = await connection.runAndReadAll(`FROM ${file(`source_ids_${table}s`)}`)
  connection.closeSync()
  const names = new Map(ids.getRows().map(([key, id]) => [key, id]))
  return read.getRows().map(([key]) => names.get(key as number))
}

it('puts applications in order of the day, shorter ids first, and those of candidates with several last', async () => {
  expect(await idsOf('application')).toEqual(['aa', 'c', 'bb', 'a', 'f'])
})

it('puts résumés of candidates with several last, and of these those for no job', async () => {
  expect(await idsOf('resume')).toEqual(['z', 'ss', 'tt', 'r', 'x', 'q'])
})
