import { outcomeCode, weekCount, wholeScores, type EndpointId } from 'hirescope/contract'
import { bucketNames, buckets } from './buckets.ts'
import { isDay } from './scope.ts'

/** The rows behind one number of a metric: as many as the number says. */
export interface List {
  /** The metric whose number it is. */
  metric: EndpointId
  /** The name of the number among the counts of the metric's basis. */
  count: string
  /** What a row is. Whatever it is, it comes with an application in scope; an applicant with the latest. */
  of: 'applicant' | 'application' | 'résumé' | 'assessment' | 'video interview'
  /** What is listed, in words. */
  definition: string
  /**
   * What a value may narrow the list to: a state of the stage graph, a whole score, a week of the org clock by its first day, or
   * the name of a city or skill, without which the last two list nothing.
   */
  by?: 'state' | 'score' | 'week' | 'city' | 'skill'
  /** Selects application_key, day and time (INTEGER days and DOUBLE seconds since 1970) and score of each row. `value` is SQL. */
  sql: (value: string | null) => string
}

const nothing = 'CAST(NULL AS INTEGER) AS day, CAST(NULL AS DOUBLE PRECISION) AS time, CAST(NULL AS INTEGER) AS score'
const where = (condition: string | null) => (condition === null ? '' : `\n  WHERE ${condition}`)

const applications = (condition: string | null = null) => `
  SELECT application_key, ${nothing}
  FROM applications${where(condition)}`

/** Each applicant by their latest application, perhaps those alone whom a selection of `candidate_key` names. */
const applicants = (chosen: string | null = null) => `
  SELECT application_key, ${nothing}
  FROM latest_of_candidate${where(chosen && `candidate_key IN (${chosen})`)}`

const resumes = (condition: string | null = null) => `
  SELECT application_key, CAST(NULL AS INTEGER) AS day, CAST(received_s AS DOUBLE PRECISION) AS time, CAST(score AS INTEGER) AS score
  FROM (
    SELECT application_key, applied_s + resume_delay AS received_s, score
    FROM applications
    WHERE NOT several AND resume_delay IS NOT NULL
    UNION ALL
    SELECT latest.application_key, first.applied_s + resumes.created_delay AS received_s, resumes.score
    FROM resumes
    JOIN latest_of_pair AS latest ON latest.pair_key = resumes.pair_key
    JOIN main.applications AS first ON first.application_key = resumes.pair_key
    WHERE resumes.several AND latest.several
    UNION ALL
    SELECT latest.application_key, resumes.created_delay AS received_s, resumes.score
    FROM resumes
    JOIN latest_of_candidate AS latest ON latest.candidate_key = resumes.candidate_key
    WHERE resumes.several AND resumes.pair_key IS NULL) AS received${where(condition)}`

const inWeeks = (day: string, week: string | null) => {
  const [first, days] = week === null ? ['$first_week', 7 * weekCount] : [week, 7]
  return `${day} >= CAST(${first} AS DATE) AND ${day} < CAST(${first} AS DATE) + ${days}`
}

const daysSince1970 = (day: string) => `CAST(${day} - CAST('1970-01-01' AS DATE) AS INTEGER)`

const assigned = (table: 'assessments' | 'screenings', condition: string) => `
  SELECT latest.application_key, ${daysSince1970('assigned_on')} AS day, CAST(NULL AS DOUBLE PRECISION) AS time,
         CAST(NULL AS INTEGER) AS score
  FROM ${table}
  JOIN latest_of_pair AS latest ON latest.pair_key = ${table}.pair_key
  WHERE ${condition}`

const fromCity = (city: string) => `
    SELECT candidate_key
    FROM applications
    GROUP BY candidate_key
    HAVING arg_max(city_key, coalesce(city_rank, 0)) = ${city}`

const whoListSkill = (skill: string) => `
    SELECT candidate_key FROM listed_skills WHERE ${skill} = ANY(skills)
    UNION ALL
    SELECT latest.candidate_key
    FROM resumes
    JOIN latest_of_pair AS latest ON latest.pair_key = resumes.pair_key
    WHERE resumes.several AND latest.several AND ${skill} = ANY(resumes.skills)
    UNION ALL
    SELECT candidate_key FROM resumes WHERE several AND pair_key IS NULL AND ${skill} = ANY(skills)`

const latestOf = (key: 'pair_key' | 'candidate_key') => `
  SELECT application_key, pair_key, candidate_key, several
  FROM (
    SELECT application_key, pair_key, candidate_key, several,
           row_number() OVER (PARTITION BY ${key} ORDER BY applied_s DESC, application_key DESC) AS position
    FROM applications) AS ranked
  WHERE position = 1`

/** Relations that lists read beside what a scope narrows. */
export const listRelations: readonly (readonly [name: string, sql: string])[] = [
  ['latest_of_pair', latestOf('pair_key')],
  ['latest_of_candidate', latestOf('candidate_key')],
]

/** The lists, by name. */
export const lists = {
  applicants: {
    metric: 'total-applicants',
    count: 'applicants',
    of: 'applicant',
    definition: 'Every applicant in scope once, with their latest application.',
    sql: () => applicants(),
  },
  city: {
    metric: 'top-location',
    count: 'city_applicants',
    of: 'applicant',
    definition: 'The applicants in scope from one city, each with their latest application.',
    by: 'city',
    sql: (city) => applicants(city === null ? 'SELECT 0 WHERE FALSE' : fromCity(city)),
  },
  skill: {
    metric: 'top-skill',
    count: 'applicants',
    of: 'applicant',
    definition:
      'The applicants in scope who list one skill in any résumé in scope, each with their latest application.',
    by: 'skill',
    sql: (skill) => applicants(skill === null ? 'SELECT 0 WHERE FALSE' : whoListSkill(skill)),
  },
  resumes: {
    metric: 'most-recent-applicant',
    count: 'resumes',
    of: 'résumé',
    definition:
      'The résumés in scope with the day of their receipt, each with the latest application that brings it into scope.',
    sql: () => resumes(),
  },
  assessed: {
    metric: 'details',
    count: 'assessed',
    of: 'applicant',
    definition: 'The applicants in scope who have an assessment, each with their latest application.',
    sql: () => applicants('SELECT candidate_key FROM applications WHERE assessed'),
  },
  screened: {
    metric: 'details',
    count: 'screened',
    of: 'applicant',
    definition:
      'The applicants in scope who have a video interview that was not revoked, each with their latest application.',
    sql: () => applicants('SELECT candidate_key FROM applications WHERE screened'),
  },
  hires: {
    metric: 'details',
    count: 'hires',
    of: 'application',
    definition: 'The applications in scope that were hired.',
    sql: () => applications(`outcome = ${outcomeCode.hired}`),
  },
  weekly_applications: {
    metric: 'weekly-graph',
    count: 'applications_received',
    of: 'application',
    definition: 'The applications in scope that were made in the 12 weeks, or in one of them.',
    by: 'week',
    sql: (week) => applications(inWeeks('applied_on', week)),
  },
  weekly_assessments: {
    metric: 'weekly-graph',
    count: 'assessments',
    of: 'assessment',
    definition: 'The assessments in scope that were assigned in the 12 weeks, or in one of them, with the day.',
    by: 'week',
    sql: (week) => assigned('assessments', inWeeks('assigned_on', week)),
  },
  weekly_interviews: {
    metric: 'weekly-graph',
    count: 'video_interviews',
    of: 'video interview',
    definition:
      'The video interviews in scope that were assigned in the 12 weeks, or in one of them, and not revoked, with the day.',
    by: 'week',
    sql: (week) => assigned('screenings', `NOT revoked AND ${inWeeks('assigned_on', week)}`),
  },
  applications: {
    metric: 'applicants-stage-graph',
    count: 'applications',
    of: 'application',
    definition: 'The applications in scope, or those of one stage or outcome.',
    by: 'state',
    sql: applications,
  },
  scored: {
    metric: 'score-distribution-graph',
    count: 'scored',
    of: 'résumé',
    definition: 'The résumés in scope that have a score, or those of one score, with the day of their receipt.',
    by: 'score',
    sql: (score) => resumes(score === null ? 'score IS NOT NULL' : `score = ${score}`),
  },
} as const satisfies Record<string, List>

/** The name of a list. */
export type ListName = keyof typeof lists

/** The value of a list as SQL, where that is known without asking; of a city or a skill it is the key. */
export const valueInSql = ({ by }: List, value: string | number): string | null => {
  const wrong = (expected: string) =>
    new TypeError(`list: value ${JSON.stringify(value)}, expected ${by ? expected : 'none'}`)
  if (by === 'state') {
    const state = bucketNames.find((name) => name === value)
    if (!state) throw wrong(`one of ${bucketNames.join(', ')}`)
    return buckets[state]
  }
  if (by === 'score') {
    if (!wholeScores.some((score) => score === value)) throw wrong('a whole score from 0 to 10')
    return String(value)
  }
  if (by === 'week') {
    if (typeof value !== 'string' || !isDay(value)) throw wrong('the first day of a week, "YYYY-MM-DD"')
    return `'${value}'`
  }
  if (by === undefined || typeof value !== 'string') throw wrong('a name')
  return null
}

/** The statement of a list: each row with its application, the latest applications first. */
export const listStatement = (list: List, value: string | null): string =>
  `
SELECT source_ids_candidates.candidate_id, candidates.name, applications.job_key,
       CAST(applications.stage AS INTEGER) AS stage, CAST(applications.outcome AS INTEGER) AS outcome,
       ${daysSince1970('applications.applied_on')} AS applied_day,
       CAST(applications.applied_s + applications.outcome_delay AS DOUBLE PRECISION) AS outcome_s,
       listed.day, listed.time, listed.score
FROM (${list.sql(value)}) AS listed
JOIN applications ON applications.application_key = listed.application_key
JOIN candidates ON candidates.candidate_key = applications.candidate_key
JOIN source_ids_candidates ON source_ids_candidates.candidate_key = applications.candidate_key
ORDER BY applications.applied_s DESC, applications.application_key, listed.day, listed.time, listed.score`.trimStart()
