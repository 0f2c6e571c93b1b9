import {
  endpointIds,
  weekCount,
  type EndpointId,
  type OptionalSourceTable,
  type Outcome,
  type Stage,
} from 'hirescope/contract'
import { weekStarts, type Dataset, type Row, type Statement } from 'hirescope/metrics'

/** The answers of a baseline, comparable with those of `runAll`. */
export type Answers = Record<EndpointId, { status: number; body: unknown }>

/** Which stages of active applications a stage graph shows under which name. */
export const activeStages = {
  resume_screening: ['applied', 'resume_screening'],
  assessment_test: ['assessment_test'],
  video_interview: ['video_interview', 'interview', 'offer'],
} as const satisfies Record<string, readonly Stage[]>

/** Which outcomes a stage graph shows, under their own names. */
export const shownOutcomes = ['hired', 'on_hold', 'rejected'] as const satisfies readonly Outcome[]

/** Applications by the name under which a stage graph shows them. */
export type Stages = Record<keyof typeof activeStages | (typeof shownOutcomes)[number], number>

/** What a baseline works out about a scope. Times are microseconds since 1970, UTC; null is unknown. */
export interface Numbers {
  applicants: number
  city: { name: string; applicants: number } | null
  /** At most three, the most listed first. */
  skills: { skill: string; count: number }[]
  latestResume: number | null
  assessed: number
  screened: number
  hired: number
  /** In ten-thousandths. */
  creditUnits: number
  jobs: number
  openJobs: number
  closedJobs: number
  hire: { candidate_id: string; name: string | null; job_id: string; job_title: string } | null
  hiredAt: number | null
  /** When the job of the first hire was created. */
  createdAt: number | null
  /** Applications, assessments and screenings by week. */
  weeks: [applications: number[], assessments: number[], screenings: number[]]
  stages: Stages
  /** By score, ascending. */
  scores: { score: number; count: number }[]
  /** In the order of the answer. */
  overview: { job_id: string; job_name: string; stages: Stages }[]
}

const percent = (part: number, whole: number) => Math.floor((20_000 * part + whole) / (2 * whole)) / 100

// Adding 0 makes −0, which a few negative units would give, 0.
const wholeQuotient = (dividend: number, divisor: number) =>
  Math.sign(dividend) * Math.floor((2 * Math.abs(dividend) + divisor) / (2 * divisor)) + 0

const isoSeconds = (microseconds: number) => `${new Date(Math.floor(microseconds / 1000)).toISOString().slice(0, 19)}Z`

const tenthOfDay = 8_640_000_000

const daysBetween = (from: number, to: number) =>
  to < from ? null : Math.floor((2 * (to - from) + tenthOfDay) / (2 * tenthOfDay)) / 10

const closeFill = ({ hire, hiredAt, createdAt }: Numbers) =>
  hire && {
    ...hire,
    status: 'hired',
    hired_at: hiredAt === null ? null : isoSeconds(hiredAt),
    days_to_fill: hiredAt === null || createdAt === null ? null : daysBetween(createdAt, hiredAt),
  }

const details = (numbers: Numbers, single: boolean, has: (table: OptionalSourceTable) => boolean) => {
  const { applicants, assessed, screened, hired, creditUnits, jobs, openJobs, closedJobs } = numbers
  const shared = {
    total_applicants: applicants,
    assessment_ratio: has('assessment') ? percent(assessed, applicants) : null,
    personality_screening_ratio: has('screening') ? percent(screened, applicants) : null,
  }
  if (!single)
    return {
      ...shared,
      total_jobs: jobs,
      close_fill: closeFill(numbers),
      closed_jobs_count: closedJobs,
      opened_jobs_count: openJobs,
    }
  const credits_per_hire = has('credit_event') && hired > 0 ? wholeQuotient(creditUnits, 10_000 * hired) : null
  return { ...shared, close_fills: closeFill(numbers), credits_per_hire }
}

/** Makes a function that turns the numbers of a scope into the bodies of the nine answers; null is a job that is not visible. */
export const createAnswers = ({ manifest }: Dataset): ((numbers: Numbers | null, single: boolean) => Answers) => {
  const start_dates = weekStarts(manifest)
  const has = (table: OptionalSourceTable) => manifest.source_tables[table]
  const weekly = (data: number[], available: boolean) => ({
    weeks: weekCount,
    data: available ? data : null,
    start_dates,
  })
  const bodies = (numbers: Numbers, single: boolean): Record<EndpointId, unknown> => {
    const { applicants, city, skills, latestResume, weeks, stages, scores, overview } = numbers
    const most_recent_applicant = latestResume === null || !has('resume') ? null : isoSeconds(latestResume)
    return {
      'total-applicants': { total_applicants: applicants },
      'top-location': { top_location: city?.name ?? null, applicant_count: city?.applicants ?? 0 },
      'top-skill': { top_skills: has('resume') && has('resume_skill') ? skills : null },
      'most-recent-applicant': { most_recent_applicant },
      details: applicants === 0 ? null : details(numbers, single, has),
      'weekly-graph': {
        results: {
          applications_received: weekly(weeks[0], true),
          assessments: weekly(weeks[1], has('assessment')),
          video_interviews: weekly(weeks[2], has('screening')),
        },
      },
      'applicants-stage-graph': { results: stages },
      'score-distribution-graph': { results: has('resume') ? scores : null },
      'applicants-stage-graph-overview': {
        results: overview.map(({ job_id, job_name, stages: { rejected, ...stages } }) => ({
          job_id,
          job_name,
          stages: { ...stages, reject: rejected },
        })),
      },
    }
  }
  const unknown = Object.fromEntries(endpointIds.map((id) => [id, { status: 404, body: null }])) as Answers
  return (numbers, single) => {
    if (!numbers) return unknown
    const answers = Object.entries(bodies(numbers, single)).map(([id, body]) => [
      id,
      { status: body === null ? 204 : 200, body },
    ])
    return Object.fromEntries(answers) as Answers
  }
}

const readable = [
  'jobs',
  'candidates',
  'applications',
  'resumes',
  'resume_skills',
  'assessments',
  'screenings',
  'credit_events',
]

// The engine runs a definition, then refuses its result, the count of rows, as it is a BIGINT.
const define = async ({ engine }: Dataset, sql: string) => {
  await engine.batch([{ sql, params: [] }]).catch((error: unknown) => {
    if (!/column Count: type BIGINT/.test(String(error))) throw error
  })
}

const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ')

const int = (expression: string, name: string) => `CAST(${expression} AS INTEGER) AS ${name}`

const time = (expression: string, name: string) => `CAST(epoch_us(${expression}) AS DOUBLE) AS ${name}`

const stageCounts = [
  ...Object.entries(activeStages).map(([name, stages]) => [
    name,
    `outcome = 'active' AND stage IN (${quoted(stages)})`,
  ]),
  ...shownOutcomes.map((outcome) => [outcome, `outcome = '${outcome}'`]),
].map(([name = '', condition]) => int(`count(*) FILTER (WHERE ${condition})`, name))

const stagesOf = (row: Row) =>
  Object.fromEntries([...Object.keys(activeStages), ...shownOutcomes].map((name) => [name, row[name]])) as Stages

const detailsSql = (jobs: string) => `
SELECT *
FROM (
  SELECT ${int('count(DISTINCT candidate_id)', 'applicants')}, ${int("count(*) FILTER (WHERE outcome = 'hired')", 'hired')}
  FROM plain_applications WHERE ${jobs}) AS applications
CROSS JOIN (
  SELECT ${int('count(DISTINCT candidate_id)', 'assessed')} FROM plain_assessments WHERE ${jobs}) AS assessments
CROSS JOIN (
  SELECT ${int('count(DISTINCT candidate_id)', 'screened')} FROM plain_screenings WHERE ${jobs} AND NOT revoked) AS screenings
CROSS JOIN (SELECT CAST(sum(round(credits * 10000)) AS DOUBLE) AS units FROM plain_credit_events WHERE ${jobs}) AS credits
CROSS JOIN (
  SELECT ${int('count(*)', 'jobs')}, ${int("count(*) FILTER (WHERE status = 'open')", 'open_jobs')},
    ${int("count(*) FILTER (WHERE status = 'closed')", 'closed_jobs')}
  FROM plain_jobs WHERE ${jobs}) AS jobs
LEFT JOIN (
  SELECT candidate_id, name, job_id, title, ${time('outcome_at', 'hired_at')}, ${time('created_at', 'created_at')}
  FROM (
    SELECT * FROM plain_applications WHERE ${jobs} AND outcome = 'hired'
    ORDER BY outcome_at NULLS LAST, application_key LIMIT 1) AS earliest
  JOIN plain_candidates USING (candidate_id) JOIN plain_jobs USING (job_id)) AS hire ON true`

const weeklySql = (jobs: string, firstWeek: string) =>
  [
    ['applications', 'applied_on', jobs],
    ['assessments', 'assigned_on', jobs],
    ['screenings', 'assigned_on', `${jobs} AND NOT revoked`],
  ]
    .map(
      ([table, day, where], series) => `
SELECT ${series} AS series, ${int(`(${day} - CAST(${firstWeek} AS DATE)) // 7`, 'week')}, ${int('count(*)', 'n')}
FROM plain_${table}
WHERE ${where} AND ${day} >= CAST(${firstWeek} AS DATE) AND ${day} < CAST(${firstWeek} AS DATE) + ${7 * weekCount}
GROUP BY week`,
    )
    .join('\nUNION ALL')

// One statement for each endpoint, in their order. Ties go by the name as shown, which is good enough: the law has the folded
// one. The semicolon has the engine prepare a text also without parameters, so that neither scope is planned again.
const statementsOf = (job_id: string | undefined, firstWeek: string): Statement[] => {
  const params = job_id === undefined ? [] : [job_id]
  const jobs = job_id === undefined ? 'true' : 'job_id = $1'
  const applicants = `SELECT candidate_id FROM plain_applications WHERE ${jobs}`
  const resumes = job_id === undefined ? 'true' : `(${jobs} OR job_id IS NULL AND candidate_id IN (${applicants}))`
  const listed = job_id === undefined ? 'true' : `resume_key IN (SELECT resume_key FROM plain_resumes WHERE ${resumes})`
  return [
    `SELECT ${int('count(DISTINCT candidate_id)', 'applicants')} FROM plain_applications WHERE ${jobs}`,
    `
WITH applicants AS (SELECT DISTINCT candidate_id FROM plain_applications WHERE ${jobs}),
latest AS (
  SELECT candidate_id, arg_max(city, (created_at, resume_key)) AS city
  FROM plain_resumes
  WHERE city IS NOT NULL AND ${resumes}
  GROUP BY candidate_id)
SELECT coalesce(latest.city, plain_candidates.city) AS name, ${int('count(*)', 'applicants')}
FROM applicants JOIN plain_candidates USING (candidate_id) LEFT JOIN latest USING (candidate_id)
WHERE coalesce(latest.city, plain_candidates.city) IS NOT NULL
GROUP BY coalesce(latest.city, plain_candidates.city) ORDER BY applicants DESC, name LIMIT 1`,
    `
SELECT skill, ${int('count(DISTINCT candidate_id)', 'count')} FROM plain_resume_skills WHERE ${listed}
GROUP BY skill ORDER BY count DESC, skill LIMIT 3`,
    `SELECT ${time('max(created_at)', 'latest')} FROM plain_resumes WHERE ${resumes}`,
    detailsSql(jobs),
    weeklySql(jobs, `$${params.length + 1}`),
    `SELECT ${stageCounts.join(', ')} FROM plain_applications WHERE ${jobs}`,
    `
SELECT ${int('plain_resumes.score', 'score')}, ${int('count(*)', 'count')} FROM plain_resumes
WHERE plain_resumes.score IS NOT NULL AND ${resumes}
GROUP BY plain_resumes.score ORDER BY plain_resumes.score`,
    `
SELECT job_id, title, ${stageCounts.join(', ')}
FROM plain_jobs LEFT JOIN plain_applications USING (job_id)
WHERE ${jobs}
GROUP BY job_id, title ORDER BY count(application_key) DESC, title, job_id`,
  ].map((sql, index) => ({ sql: `${sql.trim()};`, params: index === 5 ? [...params, firstWeek] : params }))
}

const numbersOf = (results: Row[][]): Numbers => {
  const [[total] = [], [city] = [], skills = [], [latest] = [], [details = {}] = [], weeks = [], [graph = {}] = []] =
    results
  const [scores = [], overview = []] = results.slice(7)
  const series = (index: number) => {
    const data = new Array<number>(weekCount).fill(0)
    for (const { series, week, n } of weeks) if (series === index) data[Number(week)] = Number(n)
    return data
  }
  const { candidate_id, name, job_id, title, hired_at, created_at } = details
  return {
    applicants: Number(total?.applicants),
    city: city ? { name: String(city.name), applicants: Number(city.applicants) } : null,
    skills: skills.map(({ skill, count }) => ({ skill: String(skill), count: Number(count) })),
    latestResume: latest?.latest as number | null,
    assessed: Number(details.assessed),
    screened: Number(details.screened),
    hired: Number(details.hired),
    creditUnits: Number(details.units),
    jobs: Number(details.jobs),
    openJobs: Number(details.open_jobs),
    closedJobs: Number(details.closed_jobs),
    hire: candidate_id === null ? null : ({ candidate_id, name, job_id, job_title: title } as Numbers['hire']),
    hiredAt: hired_at as number | null,
    createdAt: created_at as number | null,
    weeks: [series(0), series(1), series(2)],
    stages: stagesOf(graph),
    scores: scores.map(({ score, count }) => ({ score: Number(score), count: Number(count) })),
    overview: overview.map((row) => ({
      job_id: String(row.job_id),
      job_name: String(row.title),
      stages: stagesOf(row),
    })),
  }
}

/**
 * The baseline of plain SQL: makes tables of the readable views, with ids and names as text, and asks them one statement for
 * each endpoint, as somebody would who knows the definitions and nothing of the product.
 * Needs all tables, loaded (`loadRows`). `viewsSql` is the text of the bundle's views file.
 */
export const createPlain = async (
  dataset: Dataset,
  viewsSql: string,
): Promise<{ ask(scope: { job_id?: string }): Promise<Answers> }> => {
  for (const [sql, name = ''] of viewsSql.matchAll(/^CREATE OR REPLACE VIEW v_(\w+) AS[^;]*/gm))
    if (readable.includes(name)) await define(dataset, sql)
  const ofCandidates = ['candidates', 'applications', 'resumes', 'resume_skills', 'assessments', 'screenings']
  for (const name of readable) {
    const rows = ofCandidates.includes(name)
      ? `SELECT ids.candidate_id, COLUMNS(t.* EXCLUDE ${name === 'candidates' ? '(candidate_key, candidate_id)' : 'candidate_key'})
         FROM v_${name} AS t JOIN source_ids_candidates AS ids USING (candidate_key)`
      : `SELECT * FROM v_${name}`
    await define(dataset, `CREATE OR REPLACE TABLE plain_${name} AS ${rows}`)
  }
  const answers = createAnswers(dataset)
  const [firstWeek = ''] = weekStarts(dataset.manifest)
  return {
    ask: async ({ job_id }) => {
      if (job_id !== undefined && !dataset.jobs.has(job_id)) return answers(null, true)
      const results = await dataset.engine.batch(statementsOf(job_id, firstWeek))
      return answers(numbersOf(results), job_id !== undefined)
    },
  }
}
