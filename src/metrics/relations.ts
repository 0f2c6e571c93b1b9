import { outcomeCode, weekCount } from 'hirescope/contract'

/** Whether a rollup has a row for every job, or one for all of them together. */
export type Grain = 'job' | 'all'

/** The `job_key` of the whole scope, or of whatever a question is about. */
export const wholeScope = -1

/**
 * Some of the applications, with few of their columns. They are read apart, since copying these columns of all that a filter
 * lets through takes its time.
 */
export const selections = {
  hires: { columns: ['application_key', 'candidate_key', 'job_key', 'hired_at'], of: `outcome = ${outcomeCode.hired}` },
  // Of who has several applications or résumés.
  repeats: {
    columns: ['pair_key', 'candidate_key', 'job_key', 'assessed', 'screened', 'city_key', 'city_rank'],
    of: 'several',
  },
  // Of who has one application and one résumé at most.
  listed_skills: { columns: ['job_key', 'skills'], of: 'NOT several' },
} as const

/** The name of a selection of applications. */
export type Selection = keyof typeof selections

/** Whether a name is that of a selection of applications. */
export const isSelection = (name: string): name is Selection => Object.hasOwn(selections, name)

/** A relation that others read, with `grain` (the job, or −1) in each row. It may read what is narrowed, tables and others. */
export type Relation = (grain: Grain) => string

/** The grain, taken from a column of the rows. */
export const by = (grain: Grain, column = 'job_key'): string => (grain === 'job' ? column : String(wholeScope))

/** That column before others, for all jobs together none: to group by what is the same in all rows takes its time, too. */
export const apart = (grain: Grain, column = 'job_key'): string => (grain === 'job' ? `${column}, ` : '')

/** Whether a day is in the weeks of the weekly series. */
export const inWeeks = (date: string) =>
  `${date} >= CAST($first_week AS DATE) AND ${date} < CAST($first_week AS DATE) + ${7 * weekCount}`

/** The number of its week. */
export const weekOf = (date: string) => `CAST(floor((${date} - CAST($first_week AS DATE)) / 7.0) AS INTEGER)`

/** Adds up what a condition holds for. DuckDB makes ready for each FILTER (WHERE …), which takes longer than to add up some hundred rows. */
export const sumWhere = (condition: string, count = 'n') => `sum(CASE WHEN ${condition} THEN ${count} END)`

/** What parts of the rollup read, over the tables of a bundle. */
export const relations: Record<string, Relation> = {
  // Applications that are alike. Who has one is an applicant already; who has several is told apart below.
  alike: (grain) => `
SELECT ${by(grain)} AS grain, stage, outcome, score, assessed, screened, several,
       count(*) AS n, count(resume_delay) AS resumes, max(applied_s + resume_delay) AS latest_resume_s
FROM applications
GROUP BY ${apart(grain)}stage, outcome, score, assessed, screened, several`,
  states: (grain) =>
    grain === 'job'
      ? 'SELECT job_key AS grain, stage, outcome, count(*) AS n FROM applications GROUP BY job_key, stage, outcome'
      : 'SELECT grain, stage, outcome, sum(n) AS n FROM alike GROUP BY grain, stage, outcome',
  // Applicants with several applications or résumés. Of their cities the one of the latest résumé counts.
  repeated: (grain) => `
SELECT ${by(grain)} AS grain, candidate_key, bool_or(assessed) AS assessed, bool_or(screened) AS screened,
       arg_max(city_key, coalesce(city_rank, 0)) AS city_key
FROM repeats
GROUP BY ${apart(grain)}candidate_key`,
  // Their résumés. One for no job belongs to every job that its candidate applied to.
  repeated_resumes: (grain) => `
SELECT ${by(grain)} AS grain, pairs.candidate_key, score, skills
FROM resumes
JOIN (SELECT DISTINCT ${apart(grain)}pair_key, candidate_key FROM repeats) AS pairs ON pairs.pair_key = resumes.pair_key
WHERE resumes.several AND resumes.pair_key IS NOT NULL
UNION ALL
SELECT grain, resumes.candidate_key, score, skills
FROM resumes
JOIN repeated ON repeated.candidate_key = resumes.candidate_key
WHERE resumes.several AND resumes.pair_key IS NULL`,
  // Assessments and video interviews of the weeks.
  assigned: () => `
SELECT pair_key, ${weekCount} + ${weekOf('assigned_on')} AS week
FROM assessments
WHERE ${inWeeks('assigned_on')}
UNION ALL
SELECT pair_key, ${2 * weekCount} + ${weekOf('assigned_on')} AS week
FROM screenings
WHERE NOT revoked AND ${inWeeks('assigned_on')}`,
  city_counts: (grain) => `
SELECT ${by(grain)} AS grain, city_key, count(*) AS n
FROM applications
WHERE NOT several AND city_key IS NOT NULL
GROUP BY ${apart(grain)}city_key
UNION ALL
SELECT grain, city_key, count(*) AS n FROM repeated WHERE city_key IS NOT NULL GROUP BY grain, city_key`,
  skill_counts: (grain) => `
SELECT ${by(grain)} AS grain, skill_key, count(*) AS n
FROM (SELECT ${apart(grain)}unnest(skills) AS skill_key FROM listed_skills) AS listed
GROUP BY ${apart(grain)}skill_key
UNION ALL
SELECT ${by(grain, 'grain')} AS grain, skill_key, count(*) AS n
FROM (
  SELECT DISTINCT ${apart(grain, 'grain')}candidate_key, skill_key
  FROM (SELECT grain, candidate_key, unnest(skills) AS skill_key FROM repeated_resumes) AS listed) AS distinctly
GROUP BY ${apart(grain, 'grain')}skill_key`,
}

/** The relations of a set of jobs, over set tables. */
export const setRelations: Record<string, string> = {
  hires: 'SELECT application_key, candidate_key, job_key, hired_at FROM set_hires',
  candidates: 'SELECT * FROM set_candidates',
  // Applicants to several jobs of the set, but for those to two jobs in all.
  repeated: `
SELECT candidate_key, count(*) - 1 AS again, ${sumWhere('assessed', '1')} - 1 AS assessed_again,
       ${sumWhere('screened', '1')} - 1 AS screened_again, arg_max(city_key, city_rank) AS city_key
FROM set_applicants
GROUP BY candidate_key
HAVING count(*) > 1`,
  city_counts: `
SELECT ${wholeScope} AS grain, city_key, sum(n) AS n FROM set_cities GROUP BY city_key
UNION ALL
SELECT ${wholeScope} AS grain, set_applicants.city_key, -count(*) AS n
FROM set_applicants
JOIN repeated ON repeated.candidate_key = set_applicants.candidate_key
WHERE set_applicants.city_key IS NOT NULL
GROUP BY set_applicants.city_key
UNION ALL
SELECT ${wholeScope} AS grain, city_key, count(*) AS n FROM repeated WHERE city_key IS NOT NULL GROUP BY city_key
UNION ALL
SELECT ${wholeScope} AS grain, city_key, -count(*) AS n FROM set_pairs WHERE city_key IS NOT NULL GROUP BY city_key`,
  skill_counts: `
SELECT ${wholeScope} AS grain, skill_key, sum(n) AS n FROM set_skills GROUP BY skill_key
UNION ALL
SELECT ${wholeScope} AS grain, skill_key, sum(1 - n) AS n
FROM (
  SELECT candidate_key, skill_key, count(*) AS n
  FROM set_applicant_skills
  WHERE candidate_key IN (SELECT candidate_key FROM repeated)
  GROUP BY candidate_key, skill_key) AS listed
GROUP BY skill_key
UNION ALL
SELECT ${wholeScope} AS grain, skill_key, -count(*) AS n
FROM (SELECT unnest(skills) AS skill_key FROM set_pairs) AS listed
GROUP BY skill_key`,
}
