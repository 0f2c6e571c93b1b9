import { outcomeCode, type BundleTableName } from 'hirescope/contract'
import { bucketNames, buckets } from './buckets.ts'
import { weekCount } from './weeks.ts'

/** The relations at job grain that the metrics read. `job_key` is −1 in the rows of the whole scope. */
export type Rollup = Extract<BundleTableName, `rollup_${string}`>

/** The relations that rollups are worked out from. */
export type Fact = Extract<
  BundleTableName,
  'jobs' | 'candidates' | 'applications' | 'resumes' | 'assessments' | 'screenings' | 'credit_events'
>

/** Whether a rollup has a row for every job, or one for all of them together. */
export type Grain = 'job' | 'all'

/** How many cities and skills a rollup lists for each job. */
const listed = 3

/** The `job_key` of the whole scope. */
export const wholeScope = -1

const inWeeks = (date: string) =>
  `${date} >= CAST($first_week AS DATE) AND ${date} < CAST($first_week AS DATE) + ${7 * weekCount}`
const week = (date: string) => `CAST(floor((${date} - CAST($first_week AS DATE)) / 7.0) AS INTEGER)`

/** A fact with the column `grain`: the job, or −1. A résumé for no job belongs to every job that its candidate applied to. */
const grained = (fact: Fact, grain: Grain): string => {
  if (grain === 'all') return `SELECT ${fact}.*, ${wholeScope} AS grain FROM ${fact}`
  if (fact !== 'resumes') return `SELECT ${fact}.*, job_key AS grain FROM ${fact}`
  return `SELECT resumes.*, job_key AS grain FROM resumes WHERE job_key IS NOT NULL
  UNION ALL
  SELECT resumes.*, pairs.job_key AS grain
  FROM resumes
  JOIN (SELECT DISTINCT candidate_key, job_key FROM applications) AS pairs ON pairs.candidate_key = resumes.candidate_key
  WHERE resumes.job_key IS NULL`
}

interface Definition {
  /** Facts it reads with a column `grain`, under the name `grained_<fact>`. */
  grains: Fact[]
  /** Facts it reads as they are. */
  reads: Fact[]
  sql: string
  order: string
}

const definitions: Record<Rollup, Definition> = {
  rollup_job: {
    grains: ['jobs', 'applications', 'resumes', 'assessments', 'screenings', 'credit_events'],
    reads: ['applications'],
    order: 'job_key',
    sql: `
WITH job_counts AS (
  SELECT grain, count(*) AS jobs,
         count(*) FILTER (WHERE status = 'open') AS open_jobs,
         count(*) FILTER (WHERE status = 'closed') AS closed_jobs
  FROM grained_jobs GROUP BY grain),
application_counts AS (
  SELECT grain, count(DISTINCT candidate_key) AS applicants, count(*) AS applications,
         ${Object.entries(buckets)
           .map(([bucket, condition]) => `count(*) FILTER (WHERE ${condition}) AS ${bucket}`)
           .join(',\n         ')}
  FROM grained_applications GROUP BY grain),
hires AS (
  SELECT grain, application_key, candidate_key, job_key, outcome_at,
         row_number() OVER (PARTITION BY grain ORDER BY outcome_at NULLS LAST, application_key) AS position
  FROM grained_applications
  WHERE outcome = ${outcomeCode.hired}),
assessed AS (SELECT grain, count(DISTINCT candidate_key) AS assessed FROM grained_assessments GROUP BY grain),
screened AS (
  SELECT grain, count(DISTINCT candidate_key) AS screened FROM grained_screenings WHERE NOT revoked GROUP BY grain),
spent AS (SELECT grain, sum(units) AS units FROM grained_credit_events GROUP BY grain),
resume_counts AS (
  SELECT grain, count(*) AS resumes, max(created_at) AS latest_resume_at FROM grained_resumes GROUP BY grain)
SELECT job_counts.grain AS job_key, job_counts.jobs, job_counts.open_jobs, job_counts.closed_jobs,
       coalesce(application_counts.applicants, 0) AS applicants,
       coalesce(application_counts.applications, 0) AS applications,
       ${bucketNames.map((bucket) => `coalesce(application_counts.${bucket}, 0) AS ${bucket}`).join(',\n       ')},
       coalesce(assessed.assessed, 0) AS assessed,
       coalesce(screened.screened, 0) AS screened,
       coalesce(spent.units, 0) AS credit_units,
       coalesce(resume_counts.resumes, 0) AS resumes,
       resume_counts.latest_resume_at,
       hires.candidate_key AS hired_candidate_key, hires.job_key AS hired_job_key, hires.outcome_at AS hired_at
FROM job_counts
LEFT JOIN application_counts ON application_counts.grain = job_counts.grain
LEFT JOIN hires ON hires.grain = job_counts.grain AND hires.position = 1
LEFT JOIN assessed ON assessed.grain = job_counts.grain
LEFT JOIN screened ON screened.grain = job_counts.grain
LEFT JOIN spent ON spent.grain = job_counts.grain
LEFT JOIN resume_counts ON resume_counts.grain = job_counts.grain`,
  },
  rollup_week: {
    grains: ['applications', 'assessments', 'screenings'],
    reads: [],
    order: 'job_key, week',
    sql: `
WITH records AS (
  SELECT grain, ${week('applied_on')} AS week, 1 AS applications, 0 AS assessments, 0 AS screenings
  FROM grained_applications WHERE ${inWeeks('applied_on')}
  UNION ALL
  SELECT grain, ${week('assigned_on')} AS week, 0 AS applications, 1 AS assessments, 0 AS screenings
  FROM grained_assessments WHERE ${inWeeks('assigned_on')}
  UNION ALL
  SELECT grain, ${week('assigned_on')} AS week, 0 AS applications, 0 AS assessments, 1 AS screenings
  FROM grained_screenings WHERE NOT revoked AND ${inWeeks('assigned_on')})
SELECT grain AS job_key, week, sum(applications) AS applications, sum(assessments) AS assessments,
       sum(screenings) AS screenings
FROM records
GROUP BY grain, week`,
  },
  rollup_score: {
    grains: ['resumes'],
    reads: [],
    order: 'job_key, score',
    sql: `
SELECT grain AS job_key, score, count(*) AS resumes
FROM grained_resumes
WHERE score IS NOT NULL
GROUP BY grain, score`,
  },
  rollup_city: {
    grains: ['applications', 'resumes'],
    reads: ['candidates'],
    order: 'job_key, position',
    sql: `
WITH applicants AS (SELECT DISTINCT grain, candidate_key FROM grained_applications),
named AS (
  SELECT grain, candidate_key, city_key,
         row_number() OVER (PARTITION BY grain, candidate_key ORDER BY created_at DESC, resume_key DESC) AS recency
  FROM grained_resumes
  WHERE city_key IS NOT NULL),
located AS (
  SELECT applicants.grain, coalesce(named.city_key, candidates.city_key) AS city_key
  FROM applicants
  JOIN candidates ON candidates.candidate_key = applicants.candidate_key
  LEFT JOIN named ON named.grain = applicants.grain AND named.candidate_key = applicants.candidate_key
    AND named.recency = 1)
SELECT job_key, position, city_key, applicants, with_city
FROM (
  SELECT grain AS job_key, city_key, count(*) AS applicants, sum(count(*)) OVER (PARTITION BY grain) AS with_city,
         row_number() OVER (PARTITION BY grain ORDER BY count(*) DESC, city_key) AS position
  FROM located
  WHERE city_key IS NOT NULL
  GROUP BY grain, city_key) AS ranked
WHERE position <= ${listed}`,
  },
  rollup_skill: {
    grains: ['resumes'],
    reads: [],
    order: 'job_key, position',
    sql: `
WITH listed AS (
  SELECT DISTINCT grained_resumes.grain, grained_resumes.candidate_key, resume_skills.skill_key
  FROM grained_resumes
  JOIN resume_skills ON resume_skills.resume_key = grained_resumes.resume_key)
SELECT job_key, position, skill_key, applicants
FROM (
  SELECT grain AS job_key, skill_key, count(*) AS applicants,
         row_number() OVER (PARTITION BY grain ORDER BY count(*) DESC, skill_key) AS position
  FROM listed
  GROUP BY grain, skill_key) AS ranked
WHERE position <= ${listed}`,
  },
}

/** The rollups, in the order in which they are exported. */
export const rollups = Object.keys(definitions) as Rollup[]

/** The facts that a rollup is worked out from. */
export const factsOf = (rollup: Rollup): Fact[] => [
  ...new Set([...definitions[rollup].grains, ...definitions[rollup].reads]),
]

/**
 * The expressions of a WITH clause that give a rollup at one grain under its own name, from facts under theirs. The
 * exporter ships what they give for every job and for the whole scope; under a filter they stand in the statement.
 */
export const rollupExpressions = (rollup: Rollup, grain: Grain): [name: string, sql: string][] => [
  ...definitions[rollup].grains.map((fact): [string, string] => [`grained_${fact}`, grained(fact, grain)]),
  [rollup, definitions[rollup].sql.trim()],
]

/** A query for all rows of a rollup, in the order in which they are exported. Reads the parameter `$first_week`. */
export const rollupQuery = (rollup: Rollup): string => {
  const at = (grain: Grain) => {
    const expressions = rollupExpressions(rollup, grain).map(([name, sql]) => `${name} AS (${sql})`)
    return `SELECT * FROM (WITH ${expressions.join(',\n')}\nSELECT * FROM ${rollup}) AS at_${grain}`
  }
  return `${at('all')}\nUNION ALL\n${at('job')}\nORDER BY ${definitions[rollup].order}`
}
