import { outcomes, stages } from 'hirescope/contract'
import { openFolder } from 'hirescope/engine/native'
import { metrics, run, weekStarts, type AnyMetric, type Dataset, type Engine } from 'hirescope/metrics'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rowsOf } from '../oracle/case.ts'
import { createOracle, writeRows, type OracleBundle } from '../oracle/index.ts'
import { scopesOf } from './agree.ts'
import { exportedDemo } from './demo-bundles.ts'
import { exportInto } from './exported.ts'

/**
 * Small slips in the SQL of a metric or of the rollups that it reads: the text that is there and what a careless change
 * would make of it. The rollups' own text runs when a set of jobs or filtered rows are asked about.
 */
const slips: Record<keyof typeof metrics, [there: string, slip: string][]> = {
  'total-applicants': [
    ['WHERE several AND', 'WHERE'],
    ['CASE WHEN several THEN 0 ELSE n END', 'n'],
    ['SELECT applicants,', 'SELECT applications AS applicants,'],
    ['WHERE job_key = ', 'WHERE -1 <> '],
  ],
  'top-location': [
    ['arg_max(city_key', 'arg_min(city_key'],
    ['coalesce(city_rank, 0)', '-coalesce(city_rank, 0)'],
    ['ORDER BY sum(n) DESC, city_key', 'ORDER BY sum(n), city_key'],
    ['WHERE ranked.position = 1', 'WHERE ranked.position = 2'],
    ['WHERE NOT several AND city_key', 'WHERE city_key'],
    ['SELECT top_city,', 'SELECT top_skill_1 AS top_city,'],
  ],
  'top-skill': [
    ['SELECT DISTINCT candidate_key, skill_key', 'SELECT candidate_key, skill_key'],
    ['WHERE ranked.position <= 3', 'WHERE ranked.position <= 2'],
    ['ORDER BY sum(n) DESC, skill_key', 'ORDER BY sum(n), skill_key'],
    ['SELECT top_skill_1,', 'SELECT top_skill_2 AS top_skill_1,'],
  ],
  'most-recent-applicant': [
    ['max(latest_resume_s)', 'min(latest_resume_s)'],
    ['max(applied_s + resume_delay)', 'min(applied_s + resume_delay)'],
  ],
  details: [
    ['sum(CASE WHEN screened', 'sum(CASE WHEN assessed'],
    ['bool_or(screened)', 'bool_and(screened)'],
    ['hired_at NULLS LAST', 'hired_at DESC NULLS LAST'],
    ["status = 'open'", "status <> 'closed'"],
    ["status = 'closed'", "status = 'draft'"],
    ['CAST(credit_units AS VARCHAR)', 'CAST(credit_units + 99999 AS VARCHAR)'],
    ['screened, hired,', 'screened, rejected + 1 AS hired,'],
    ['LIMIT 1', 'LIMIT 1 OFFSET 1'],
  ],
  'weekly-graph': [
    ['applied_on >= CAST($first_week AS DATE)', 'applied_on > CAST($first_week AS DATE)'],
    ['WHERE NOT revoked AND', 'WHERE'],
    ['+ 84', '+ 77'],
    ['/ 7.0', '/ 6.0'],
    ['week = 15 THEN n END) AS assessments_week_3', 'week = 16 THEN n END) AS assessments_week_3'],
    ['WHERE pair_key IN (SELECT pair_key FROM applications)', ''],
    ['applications_week_11, assessments_week_0', 'applications_week_10 AS applications_week_11, assessments_week_0'],
  ],
  'applicants-stage-graph': [
    ['stage IN (0, 1)', 'stage IN (0)'],
    ['stage IN (3, 4, 5)', 'stage IN (3, 4)'],
    ['outcome = 1', 'outcome = 4'],
    ['outcome = 5 OR', 'outcome = 4 OR'],
  ],
  'score-distribution-graph': [
    ['WHEN score = 7', 'WHEN score >= 7'],
    ['resumes_score_7,', 'resumes_score_8 AS resumes_score_7,'],
    ['FROM alike WHERE NOT several', 'FROM alike'],
    ['resumes.pair_key IS NULL', 'FALSE'],
  ],
  'applicants-stage-graph-overview': [
    ['WHERE job_key <> -1', 'WHERE job_key <> 0'],
    ['WHERE job_key = ', 'WHERE 1 + job_key = '],
    ['hired, on_hold', 'on_hold AS hired, hired AS on_hold'],
  ],
}

/** The dataset as it would be with the slip in all SQL that it is asked. Tells whether the text was there. */
const slipping = (dataset: Dataset, there: string, slip: string) => {
  let found = false
  const firstWeek = `'${weekStarts(dataset.manifest)[0]}'`
  const [text, other] = [there, slip].map((each) => each.replaceAll('$first_week', firstWeek)) as [string, string]
  const engine: Engine = {
    ...dataset.engine,
    columns: (statements, options) =>
      dataset.engine.columns(
        statements.map(({ sql, params }) => {
          found ||= sql.includes(text)
          return { sql: sql.replaceAll(text, other), params }
        }),
        options,
      ),
  }
  return { dataset: { ...dataset, engine }, found: () => found }
}

describe('a slip in the SQL', () => {
  let folder: string
  let admins: { dataset: Dataset & { close: () => Promise<void> }; expected: OracleBundle; jobIds: string[] }[]

  beforeAll(async () => {
    const demo = await exportedDemo(2_000)
    admins = []
    for (const { org, jobIds, users, folder } of demo.bundles)
      if (users.some(({ role }) => role === 'admin'))
        admins.push({ dataset: await openFolder(folder), expected: demo.oracle.bundle(org, jobIds), jobIds })
    // The demo's schema knows neither interviews nor offers; here is every stage with every outcome.
    const applications = stages.flatMap((stage) => outcomes.map((outcome) => ({ stage, outcome })))
    const rows = rowsOf({
      candidate: [{}],
      application: applications.map((state, index) => ({ ...state, application_id: `a${index}` })),
    })
    folder = await mkdtemp(join(tmpdir(), 'hirescope-states-'))
    const { adapterFolder, dataFolder } = await writeRows(rows, folder)
    const asOf = '2026-01-01T00:00:00Z'
    const exported = await exportInto(
      { source: { kind: 'files', folder: dataFolder }, adapter: adapterFolder, asOf },
      folder,
    )
    admins.push({
      dataset: await openFolder((await exported.bundleOf('o', 'admin')) ?? ''),
      expected: createOracle(rows, { asOf: '2026-01-01 00:00:00' }).bundle('o', ['j']),
      jobIds: ['j'],
    })
  })
  afterAll(async () => {
    for (const { dataset } of admins) await dataset.close()
    await rm(folder, { recursive: true, force: true })
  })

  /**
   * Whether the metric differs from the oracle anywhere: in status, body or the counts beside the stages.
   * @throws Error where the text is in no SQL, and what the engine or a schema throws: a slip that does not run proves nothing
   */
  const differs = async (metric: AnyMetric, there = '', slip = ''): Promise<boolean> => {
    let found = false
    for (const admin of admins) {
      const { dataset, found: foundHere } = slipping(admin.dataset, there, slip)
      for (const scope of [
        ...scopesOf(admin.jobIds, 0),
        { job_ids: admin.jobIds },
        { job_ids: admin.jobIds.slice(0, 1) },
        // What is shipped of the jobs does not serve where rows are filtered, also where all of them pass.
        { applied_from: '1970-01-01' },
        { applied_from: weekStarts(dataset.manifest)[8] ?? '' },
      ]) {
        const { status, body, basis } = await run(dataset, metric, scope)
        const plain = scope.job_ids
          ? { job_ids: [...scope.job_ids] }
          : {
              ...(scope.job_id && { job_id: scope.job_id }),
              ...(scope.applied_from && { applied_from: scope.applied_from }),
            }
        const counts = metric.id === 'applicants-stage-graph' && basis ? basis.counts : undefined
        const expected = admin.expected.answer(metric.id, plain)
        const stageBasis = counts && admin.expected.stageBasis(plain)
        if (!isDeepStrictEqual({ status, body, counts }, { ...expected, counts: stageBasis })) return true
      }
      found ||= foundHere()
    }
    if (!found) throw new Error(`no SQL of ${metric.id} holds "${there}"`)
    return false
  }

  it('is in no metric as it is', async () => {
    for (const metric of Object.values(metrics)) expect(await differs(metric as AnyMetric), metric.id).toBe(false)
  })

  it('that does not run proves nothing', async () => {
    const metric = metrics['total-applicants'] as AnyMetric
    await expect(differs(metric, 'SELECT applicants,', 'SELECT candidates AS applicants,')).rejects.toThrow(
      'Binder Error',
    )
    await expect(differs(metric, 'SELECT applicants,', 'SELECT NULL AS applicants,')).rejects.toThrow('expected number')
    await expect(differs(metric, 'SELECT nothing', 'SELECT 1')).rejects.toThrow('no SQL of total-applicants')
  })

  it.each(Object.entries(slips).flatMap(([id, list]) => list.map(([there, slip]) => ({ id, there, slip }))))(
    'of $id gives a wrong number: $there → $slip',
    async ({ id, there, slip }) => {
      expect(await differs(metrics[id as keyof typeof metrics] as AnyMetric, there, slip)).toBe(true)
    },
  )
})
