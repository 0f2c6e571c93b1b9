import { endpointIds } from 'hirescope/contract'
import { createHandler } from 'hirescope/http'
import { metrics, runAll, type AnswersOf, type Dataset, type Scope } from 'hirescope/metrics'
import { expect } from 'vitest'
import type { OracleBundle, OracleScope } from '../oracle/index.ts'

/** Holds every status and body of the answers about a scope against the oracle's. */
export const expectAnswers = (
  answers: AnswersOf<typeof metrics>,
  bundle: OracleBundle,
  scope: Scope,
  label: string,
): void => {
  const oracleScope = scope as OracleScope
  for (const endpoint of endpointIds) {
    const { status, body } = answers[endpoint]
    expect({ status, body }, `${endpoint} of ${label}`).toEqual(bundle.answer(endpoint, oracleScope))
  }
  const stages = answers['applicants-stage-graph']
  if (stages.basis) expect(stages.basis.counts, `basis of ${label}`).toEqual(bundle.stageBasis(oracleScope))
}

/** Asks a dataset all nine endpoints about a scope and holds the answers against the oracle's. */
export const expectAgreement = async (dataset: Dataset, bundle: OracleBundle, scope: Scope, label: string) =>
  expectAnswers(await runAll(dataset, metrics, scope), bundle, scope, label)

/** The same over HTTP: about all jobs, one that does not exist, and each job or, in the short form of the tests, two of them. */
export const expectHttpAgreement = async (dataset: Dataset, bundle: OracleBundle, label: string) => {
  const handle = createHandler(dataset)
  const jobIds = [...dataset.jobs.keys()]
  const asked = process.env.HIRESCOPE_FULL
    ? jobIds
    : jobIds.filter((_, index) => [0, jobIds.length - 1].includes(index))
  for (const jobId of [undefined, 'no such job', ...asked])
    for (const endpoint of endpointIds) {
      const url = new URL(`http://host/api/analytics/${endpoint}/`)
      if (jobId !== undefined) url.searchParams.set('job_id', jobId)
      const { status, body } = bundle.answer(endpoint, jobId === undefined ? {} : { job_id: jobId })
      const response = await handle(new Request(url))
      expect(response.status, `status of ${endpoint} of job ${jobId} for ${label} over HTTP`).toBe(status)
      if (status === 200)
        expect(await response.json(), `${endpoint} of job ${jobId} for ${label} over HTTP`).toEqual(body)
    }
}

/** Row filters, alone and with jobs: by days before as-of, by cities of the bundle, by score. */
export const filtersOf = async ({ manifest, engine, jobs, loadRows }: Dataset): Promise<Scope[]> => {
  const back = (days: number) => new Date(Date.parse(manifest.as_of) - days * 86_400_000).toISOString().slice(0, 10)
  await loadRows()
  const usual = `SELECT name FROM cities JOIN applications USING (city_key) GROUP BY name ORDER BY count(*) DESC, name LIMIT 2`
  const [rows = []] = await engine.batch([{ sql: usual, params: [] }])
  const [city = 'Nowhere', other = city] = rows.map(({ name }) => String(name))
  const jobIds = [...jobs.keys()]
  const half = jobIds.filter((_, index) => index % 2)
  return [
    { applied_from: back(45) },
    { applied_to: back(40), job_ids: half },
    { applied_from: back(200), applied_to: back(20), min_score: 4, max_score: 8 },
    { city },
    { city: other, job_ids: half, min_score: 5 },
    { job_ids: half, applied_from: back(90), city, max_score: 7 },
    { job_id: jobIds[0], applied_from: back(300), min_score: 3 },
    { job_id: jobIds.at(-1), city },
    { city: 'no such city' },
    { applied_from: '2100-01-01' },
  ]
}

/** Numbers from 0 to 1 that are the same in every run. */
const createRandom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

/** All visible jobs, each of them alone, no job, an unknown job, and so many random sets of jobs, from few to most of them. */
export const scopesOf = (jobIds: readonly string[], sets: number): Scope[] => {
  const random = createRandom(jobIds.length)
  const drawn = Array.from({ length: sets }, (_, round) => ({
    job_ids: jobIds.filter(() => random() < (round + 1) / (sets + 1)),
  }))
  return [{}, ...jobIds.map((job_id) => ({ job_id })), { job_ids: [] }, { job_id: 'no such job' }, ...drawn]
}

/** Some of them, for the short form on an engine that takes its time: all jobs, a few of them alone, and two sets. */
export const someScopesOf = (jobIds: readonly string[]): Scope[] =>
  scopesOf(jobIds, 2).filter((_, index, { length }) => index < 6 || index > length - 3)
