import { openFolder } from 'hirescope/engine/native'
import { metrics, plan, run, type Dataset } from 'hirescope/metrics'
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { positional } from '../../src/metrics/run.ts'
import { temporaryFolder, writeBundle } from '../fixtures/bundle.ts'
import { manyApplications } from '../fixtures/many-applications.ts'

let folder: string
let dataset: Awaited<ReturnType<typeof openFolder>>
beforeAll(async () => {
  folder = await temporaryFolder()
  const tables = manyApplications(20_000)
  // Of who has several résumés, some sent one for no job.
  const resumes = `SELECT resume_key, CASE WHEN NOT loose THEN pair_key END AS pair_key, CASE WHEN loose THEN owner END AS candidate_key,
      created_delay, city_key, score, several, skills
    FROM (SELECT r.*, a.candidate_key AS owner, r.several AND r.resume_key % 5 = 0 AS loose
      FROM (${tables.resumes}) AS r JOIN applications AS a ON a.application_key = r.pair_key)`
  await writeBundle(folder, { rows: {}, queries: { ...tables, resumes } })
  dataset = await openFolder(folder)
  await dataset.loadRows()
})
afterAll(async () => {
  await dataset.close()
  await rm(folder, { recursive: true })
})

const rowsOf = async ({ engine }: Dataset, statement: { sql: string; params: readonly unknown[] }) =>
  (await engine.batch([statement as Parameters<Dataset['engine']['batch']>[0][number]]))[0]

const every = (step: number) => [...dataset.jobs.keys()].filter((_, index) => index % step === 0)

it.each([1, 2, 3, 7, 50])('gives of every %i. job what the SQL over single rows gives', async (step) => {
  const scope = { job_ids: every(step) }
  for (const metric of Object.values(metrics)) {
    const { basis } = await run(dataset, metric, scope)
    expect(basis?.sql).not.toMatch(/\bset_/)
    const [single] = plan(dataset, [metric], scope)?.steps ?? []
    expect(await rowsOf(dataset, positional(basis!))).toEqual(await rowsOf(dataset, single!.statement))
  }
})

it('counts applicants to several jobs of a set once', async () => {
  const { body, basis } = await run(dataset, metrics['total-applicants'], { job_ids: every(1) })
  expect(body?.total_applicants).toBe(18_000)
  expect(basis?.counts).toMatchObject({ applicants: 18_000 })
  const [plain] = plan(dataset, [metrics['top-skill']], { job_ids: every(2) })?.steps ?? []
  expect(plain?.statement.sql).toMatch(/\bset_skills\b/)
})
