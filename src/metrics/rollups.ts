import { bundleColumns, outcomeCode, weekCount, weeks, wholeScores, type BundleTableName } from 'hirescope/contract'
import { buckets } from './buckets.ts'

/** The tables that rollups are worked out from. */
export type Fact = Extract<
  BundleTableName,
  'jobs' | 'applications' | 'resumes' | 'assessments' | 'screenings' | 'credit_events'
>

/** Whether a rollup has a row for every job, or one for all of them together. */
export type Grain = 'job' | 'all'

/** The `job_key` of the whole scope, or of whatever a question is about. */
export const wholeScope = -1

/** Some columns of `rollup_job`, and how they are worked out. */
interface Part {
  columns: readonly string[]
  /** Facts it reads with a column `grain`, under the name `grained_<fact>`; beside them it may read names. */
  grained: readonly Fact[]
  /** Gives a row for each grain that has anything to count. */
  sql: string
}

const columnsOf = (name: string, numbers: readonly number[]) => numbers.map((number) => `${name}_${number}`)

/** Turns rows (grain, code, n) into a row for each grain with a column for each code. */
const spread = (counted: string, code: string, columns: readonly string[]) => `
SELECT grain, ${columns.map((column, value) => `sum(n) FILTER (WHERE ${code} = ${value}) AS ${column}`).join(',\n       ')}
FROM (${counted}) AS counted
GROUP BY grain`

const weekly = (fact: Fact, date: string, where = ''): Part => {
  const columns = columnsOf(`${fact}_week`, weeks)
  const counted = `
  SELECT grain, CAST(floor((${date} - CAST($first_week AS DATE)) / 7.0) AS INTEGER) AS week, count(*) AS n
  FROM grained_${fact}
  WHERE ${where}${date} >= CAST($first_week AS DATE) AND ${date} < CAST($first_week AS DATE) + ${7 * weekCount}
  GROUP BY grain, week`
  return { columns, grained: [fact], sql: spread(counted, 'week', columns) }
}

// Who has one application is distinct already. A grouped count(DISTINCT …) makes DuckDB 1.4.3 fail now and then when two
// threads work on millions of rows.
const applicants = (name: string, where: string) => `
SELECT grain, sum(n) AS ${name}
FROM (
  SELECT grain, count(*) AS n FROM grained_applications WHERE ${where} AND NOT several GROUP BY grain
  UNION ALL
  SELECT grain, count(*) AS n
  FROM (SELECT DISTINCT grain, candidate_key FROM grained_applications WHERE ${where} AND several) AS repeated
  GROUP BY grain) AS counted
GROUP BY grain`

const ranked = (group: string, counted: string) => `
  SELECT grain, ${group}, sum(n) AS applicants, sum(sum(n)) OVER (PARTITION BY grain) AS together,
         row_number() OVER (PARTITION BY grain ORDER BY sum(n) DESC, ${group}) AS position
  FROM (${counted}) AS counted
  GROUP BY grain, ${group}`

const parts: Record<string, Part> = {
  job_counts: {
    columns: ['jobs', 'open_jobs', 'closed_jobs'],
    grained: ['jobs'],
    sql: `
SELECT grain, count(*) AS jobs,
       count(*) FILTER (WHERE status = 'open') AS open_jobs,
       count(*) FILTER (WHERE status = 'closed') AS closed_jobs
FROM grained_jobs
GROUP BY grain`,
  },
  applicant_counts: {
    columns: ['applicants'],
    grained: ['applications'],
    sql: applicants('applicants', 'TRUE'),
  },
  stage_counts: {
    columns: ['applications', ...Object.keys(buckets)],
    grained: ['applications'],
    sql: `
SELECT grain, sum(n) AS applications,
       ${Object.entries(buckets)
         .map(([bucket, condition]) => `sum(n) FILTER (WHERE ${condition}) AS ${bucket}`)
         .join(',\n       ')}
FROM (
  SELECT grain, stage, outcome, count(*) AS n FROM grained_applications GROUP BY grain, stage, outcome) AS counted
GROUP BY grain`,
  },
  first_hires: {
    columns: ['hired_candidate_id', 'hired_name', 'hired_job_key', 'hired_at'],
    grained: ['applications'],
    sql: `
SELECT hires.grain, candidates.candidate_id AS hired_candidate_id, candidates.name AS hired_name,
       hires.job_key AS hired_job_key, hires.outcome_at AS hired_at
FROM (
  SELECT grain, candidate_key, job_key, outcome_at,
         row_number() OVER (PARTITION BY grain ORDER BY outcome_at NULLS LAST, application_key) AS position
  FROM grained_applications
  WHERE outcome = ${outcomeCode.hired}) AS hires
JOIN candidates ON candidates.candidate_key = hires.candidate_key
WHERE hires.position = 1`,
  },
  assessed_counts: {
    columns: ['assessed'],
    grained: ['applications'],
    sql: applicants('assessed', 'assessed'),
  },
  screened_counts: {
    columns: ['screened'],
    grained: ['applications'],
    sql: applicants('screened', 'screened'),
  },
  credits: {
    columns: ['credit_units'],
    grained: ['credit_events'],
    sql: `
SELECT grain, sum(units) AS credit_units
FROM grained_credit_events
GROUP BY grain`,
  },
  resume_counts: {
    columns: ['resumes', 'latest_resume_at'],
    grained: ['applications', 'resumes'],
    sql: `
SELECT grain, sum(n) AS resumes, max(latest_resume_at) AS latest_resume_at
FROM (
  SELECT grain, count(resume_at) AS n, max(resume_at) AS latest_resume_at FROM grained_applications GROUP BY grain
  UNION ALL
  SELECT grain, count(*) AS n, max(created_at) AS latest_resume_at FROM grained_resumes GROUP BY grain) AS counted
GROUP BY grain`,
  },
  score_counts: {
    columns: columnsOf('resumes_score', wholeScores),
    grained: ['applications', 'resumes'],
    sql: spread(
      `
  SELECT grain, score, count(*) AS n FROM grained_applications WHERE NOT several GROUP BY grain, score
  UNION ALL
  SELECT grain, score, count(*) AS n FROM grained_resumes GROUP BY grain, score`,
      'score',
      columnsOf('resumes_score', wholeScores),
    ),
  },
  application_weeks: weekly('applications', 'applied_on'),
  assessment_weeks: weekly('assessments', 'assigned_on'),
  screening_weeks: weekly('screenings', 'assigned_on', 'NOT revoked AND '),
  top_cities: {
    columns: ['top_city', 'top_city_applicants', 'with_city'],
    grained: ['applications'],
    sql: `
WITH latest AS (
  SELECT grain, city_key,
         row_number() OVER (PARTITION BY grain, candidate_key ORDER BY city_rank DESC NULLS LAST) AS recency
  FROM grained_applications
  WHERE several AND city_key IS NOT NULL),
ranked AS (${ranked(
      'city_key',
      `
    SELECT grain, city_key, count(*) AS n FROM grained_applications WHERE NOT several AND city_key IS NOT NULL
    GROUP BY grain, city_key
    UNION ALL
    SELECT grain, city_key, count(*) AS n FROM latest WHERE recency = 1 GROUP BY grain, city_key`,
    )})
SELECT ranked.grain, cities.name AS top_city, ranked.applicants AS top_city_applicants, ranked.together AS with_city
FROM ranked
JOIN cities ON cities.city_key = ranked.city_key
WHERE ranked.position = 1`,
  },
  top_skills: {
    columns: [1, 2, 3].flatMap((position) => [`top_skill_${position}`, `top_skill_${position}_applicants`]),
    grained: ['applications', 'resumes'],
    sql: `
WITH listed AS (SELECT grain, unnest(skills) AS skill_key FROM grained_applications),
repeated AS (
  SELECT DISTINCT grain, candidate_key, skill_key
  FROM (SELECT grain, candidate_key, unnest(skills) AS skill_key FROM grained_resumes) AS unnested),
ranked AS (${ranked(
      'skill_key',
      `
    SELECT grain, skill_key, count(*) AS n FROM listed GROUP BY grain, skill_key
    UNION ALL
    SELECT grain, skill_key, count(*) AS n FROM repeated GROUP BY grain, skill_key`,
    )})
SELECT ranked.grain, ${[1, 2, 3]
      .map(
        (position) => `max(skills.name) FILTER (WHERE position = ${position}) AS top_skill_${position},
       max(ranked.applicants) FILTER (WHERE position = ${position}) AS top_skill_${position}_applicants`,
      )
      .join(',\n       ')}
FROM ranked
JOIN skills ON skills.skill_key = ranked.skill_key
WHERE ranked.position <= 3
GROUP BY ranked.grain`,
  },
}

/**
 * A fact with the column `grain`: the job, or −1. Of the résumés, those of candidates with several applications or résumés: what
 * there is of others stands on their application. A résumé for no job belongs to every job that its candidate applied to.
 */
const grained = (fact: Fact, columns: readonly string[], grain: Grain): string => {
  const rows = fact === 'resumes' ? 'resumes WHERE several' : fact
  const selected = columns.map((column) => `${fact}.${column}`).join(', ')
  if (grain === 'all') return `SELECT ${selected}, ${wholeScope} AS grain FROM ${rows}`
  if (fact !== 'resumes') return `SELECT ${selected}, job_key AS grain FROM ${rows}`
  return `SELECT ${selected}, job_key AS grain FROM resumes WHERE several AND job_key IS NOT NULL
  UNION ALL
  SELECT ${selected}, pairs.job_key AS grain
  FROM resumes
  JOIN (SELECT DISTINCT candidate_key, job_key FROM applications) AS pairs ON pairs.candidate_key = resumes.candidate_key
  WHERE several AND resumes.job_key IS NULL`
}

const needed = (columns: ReadonlySet<string>) =>
  Object.entries(parts).filter(
    ([name, part]) => name === 'job_counts' || part.columns.some((each) => columns.has(each)),
  )

// What hangs together by them, and who has one application.
const links = ['candidate_key', 'job_key', 'several']

/** The facts that columns of `rollup_job` are worked out from, with their columns that matter: copying others takes its time. */
export const factsOf = (columns: ReadonlySet<string>): Map<Fact, string[]> => {
  const used = needed(columns)
  const facts = new Set<Fact>(['applications', ...used.flatMap(([, { grained }]) => grained)])
  return new Map(
    [...facts].map((fact) => {
      const readers = used.filter(([, { grained }]) => grained.includes(fact)).map(([, { sql }]) => sql)
      const words = new Set([...links, ...(readers.join(' ').match(/\w+/g) ?? [])])
      const named = bundleColumns(fact).map(({ name }) => name)
      return [fact, named.filter((name) => words.has(name))]
    }),
  )
}

/** The columns of `rollup_job`. */
export const rollupColumns: readonly string[] = bundleColumns('rollup_job').map(({ name }) => name)

/**
 * The expressions of a WITH clause that give columns of `rollup_job` at one grain under that name, from facts under theirs. The
 * exporter ships what they give for every job and for the whole scope; for other questions they stand in the statement.
 */
export const rollupExpressions = (columns: ReadonlySet<string>, grain: Grain): [name: string, sql: string][] => {
  const used = needed(columns)
  const facts = [...factsOf(columns)].filter(([fact]) => used.some(([, part]) => part.grained.includes(fact)))
  const given = bundleColumns('rollup_job').flatMap(({ name, type, nullable }) => {
    const [part] = used.find(([, { columns }]) => columns.includes(name)) ?? []
    if (part === undefined) return []
    // What an engine counts is wider than what is shipped, and a result must not depend on which of the two it is.
    return `CAST(${nullable ? `${part}.${name}` : `coalesce(${part}.${name}, 0)`} AS ${type}) AS ${name}`
  })
  const joins = used
    .filter(([name]) => name !== 'job_counts')
    .map(([name]) => `LEFT JOIN ${name} ON ${name}.grain = job_counts.grain`)
  return [
    ...facts.map(([fact, columns]): [string, string] => [`grained_${fact}`, grained(fact, columns, grain)]),
    ...used.map(([name, { sql }]): [string, string] => [name, sql.trim()]),
    ['rollup_job', `SELECT job_counts.grain AS job_key, ${given.join(', ')}\nFROM job_counts\n${joins.join('\n')}`],
  ]
}

/** A query for all rows of `rollup_job`, in the order in which they are exported. Reads the parameter `$first_week`. */
export const rollupQuery = (): string => {
  const at = (grain: Grain) => {
    const expressions = rollupExpressions(new Set(rollupColumns), grain).map(([name, sql]) => `${name} AS (${sql})`)
    return `SELECT * FROM (WITH ${expressions.join(',\n')}\nSELECT * FROM rollup_job) AS at_${grain}`
  }
  return `${at('all')}\nUNION ALL\n${at('job')}\nORDER BY job_key`
}
