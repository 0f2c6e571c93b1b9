import { DuckDBInstance } from '@duckdb/node-api'
import type { SourceRows } from 'hirescope/contract'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateDemo } from '../../src/demo/index.ts'
import { createOracle, writeRows } from '../oracle/index.ts'
import { exportInto, type Exported } from './exported.ts'

const canary = 'c4n4ry'

/**
 * Marks every text of every row that belongs to no job of the viewer, ids too, so that any trace of it shows. A record
 * for a job that is not there is one for no job, and belongs to its candidate.
 */
const mark = (rows: SourceRows, visible: ReadonlySet<string>): SourceRows => {
  const seen = new Set(
    (rows.application ?? []).flatMap((row) => (row.job_id && visible.has(row.job_id) ? [row.candidate_id] : [])),
  )
  const jobs = new Set((rows.job ?? []).map(({ job_id }) => job_id))
  const elsewhere = (id: string | null) => id !== null && jobs.has(id) && !visible.has(id)
  const job = <Id extends string | null>(id: Id) => (elsewhere(id) ? `${canary}${id}` : id) as Id
  const candidate = <Id extends string | null>(id: Id) => (id !== null && !seen.has(id) ? `${canary}${id}` : id) as Id
  const hidden = (row: { job_id: string | null; candidate_id: string | null }) =>
    row.job_id !== null && jobs.has(row.job_id)
      ? elsewhere(row.job_id)
      : row.candidate_id === null || !seen.has(row.candidate_id)
  const text = (value: string | null) => `${canary} ${value ?? ''}`
  const record = <Row extends { job_id: string | null; candidate_id: string | null }>(row: Row): Row => ({
    ...row,
    job_id: job(row.job_id),
    candidate_id: candidate(row.candidate_id),
  })
  const hiddenApplications = new Set((rows.application ?? []).filter(hidden).map((row) => row.application_id))
  const hiddenResumes = new Set((rows.resume ?? []).filter(hidden).map((row) => row.resume_id))
  const applicationId = (id: string) => (hiddenApplications.has(id) ? `${canary}${id}` : id)
  const resumeId = (id: string) => (hiddenResumes.has(id) ? `${canary}${id}` : id)
  return {
    ...rows,
    job: rows.job?.map((row) =>
      visible.has(row.job_id)
        ? row
        : { ...row, job_id: job(row.job_id), title: text(row.title), department: canary, location_raw: canary },
    ),
    job_share: rows.job_share?.map((row) => ({ ...row, job_id: job(row.job_id) })),
    candidate: rows.candidate?.map((row) =>
      seen.has(row.candidate_id)
        ? row
        : { ...row, candidate_id: candidate(row.candidate_id), name: text(row.name), city_raw: text(row.city_raw) },
    ),
    application: rows.application?.map((row) => ({
      ...record(row),
      application_id: applicationId(row.application_id),
      ...(hidden(row) && { source: canary }),
    })),
    stage_event: rows.stage_event?.map((row) => ({
      ...row,
      application_id: applicationId(row.application_id),
      ...(hiddenApplications.has(row.application_id) && { event_id: `${canary}${row.event_id}` }),
    })),
    resume: rows.resume?.map((row) => ({
      ...record(row),
      resume_id: resumeId(row.resume_id),
      ...(hidden(row) && { city_raw: canary }),
    })),
    resume_skill: rows.resume_skill?.map((row) => ({
      ...row,
      resume_id: resumeId(row.resume_id),
      ...(hiddenResumes.has(row.resume_id) && { skill_raw: text(row.skill_raw) }),
    })),
    assessment: rows.assessment?.map((row) => ({
      ...record(row),
      ...(hidden(row) && { assessment_id: `${canary}${row.assessment_id}` }),
    })),
    screening: rows.screening?.map((row) => ({
      ...record(row),
      ...(hidden(row) && { screening_id: `${canary}${row.screening_id}` }),
    })),
    credit_event: rows.credit_event?.map((row) => ({
      ...row,
      job_id: job(row.job_id),
      candidate_id: candidate(row.candidate_id),
      ...(hidden(row) && { credit_event_id: `${canary}${row.credit_event_id}`, service: canary }),
    })),
  } as SourceRows
}

/** Takes the rows away that belong to no job of the viewer, and nothing else of them is left. */
const without = (rows: SourceRows): SourceRows =>
  Object.fromEntries(
    Object.entries(rows).map(([table, list]) => [
      table,
      (list as object[]).filter((row) => !Object.values(row).some((value) => String(value).includes(canary))),
    ]),
  ) as SourceRows

describe('what belongs to jobs that a viewer does not see', () => {
  const demo = generateDemo({ applications: 1500 })
  const asOf = new Date(demo.options.asOf).toISOString()
  const folders: string[] = []
  let user: string
  let org: string
  let full: Exported
  let bare: Exported

  const exportRows = async (rows: SourceRows, secretOf?: Exported) => {
    const folder = await mkdtemp(join(tmpdir(), 'hirescope-hidden-'))
    folders.push(folder)
    const { adapterFolder, dataFolder } = await writeRows(rows, folder)
    return exportInto(
      {
        source: { kind: 'files', folder: dataFolder },
        adapter: adapterFolder,
        asOf,
        maxRejected: 1,
        names: 'all',
        ...(secretOf && { private: join(secretOf.folder, 'private') }),
      },
      folder,
    )
  }

  beforeAll(async () => {
    const rows = demo.contractRows()
    const oracle = createOracle(rows, { asOf: asOf.replace('T', ' ').replace('Z', '') })
    const viewers = oracle.orgs.flatMap((each) => oracle.viewers(each).map((viewer) => ({ org: each, ...viewer })))
    const viewer = viewers.find(({ role, jobIds }) => role === 'editor' && jobIds.length >= 3)!
    user = viewer.userId
    org = viewer.org
    const marked = mark(rows, new Set(viewer.jobIds))
    full = await exportRows(marked)
    bare = await exportRows(without(marked), full)
  })
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

  it('is in none of the bytes of their bundle, after decompression', async () => {
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    const trace = async (folder: string) => {
      const found: string[] = []
      for (const file of await readdir(folder)) {
        const path = join(folder, file)
        const bytes = await readFile(path)
        const texts = [bytes.toString('latin1')]
        if (file.endsWith('.gz')) texts.push(gunzipSync(bytes).toString('utf8'))
        if (file.endsWith('.parquet'))
          for (const sql of [
            `SELECT t::VARCHAR FROM read_parquet('${path}') AS t`,
            `SELECT m::VARCHAR FROM parquet_metadata('${path}') AS m`,
            `SELECT m::VARCHAR FROM parquet_kv_metadata('${path}') AS m`,
          ])
            for (const [text] of (await connection.runAndReadAll(sql)).getRows()) texts.push(String(text))
        if (texts.some((text) => text.includes(canary))) found.push(file)
      }
      return found
    }
    expect(await trace((await full.bundleOf(org, user))!)).toEqual([])
    const admin = (await readdir(join(full.target, org))).map((scope) => join(full.target, org, scope))
    expect((await Promise.all(admin.map(trace))).flat().length, 'the canary is found where it may be').toBeGreaterThan(
      5,
    )
    connection.closeSync()
    instance.closeSync()
  })

  it('leaves no trace: without those rows the bundle is the same to the byte', async () => {
    const read = async (exported: Exported) => {
      const folder = (await exported.bundleOf(org, user))!
      const { exported_at, sequence, ...manifest } = JSON.parse(
        await readFile(join(folder, 'manifest.json'), 'utf8'),
      ) as Record<string, unknown>
      expect([typeof exported_at, sequence]).toEqual(['string', 1])
      return { manifest, files: (await readdir(folder)).sort() }
    }
    expect(await read(bare)).toEqual(await read(full))
  })
})
