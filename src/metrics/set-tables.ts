import { outcomeCode } from 'hirescope/contract'

const tables = {
  // Of who applied to several jobs; the tables after the next take from it.
  set_several: {
    columns: ['candidate_key', 'job_key', 'assessed', 'screened', 'city_key', 'city_rank'],
    sql: `
SELECT candidate_key, job_key, assessed, screened, city_key, coalesce(city_rank, 0) AS city_rank
FROM applications
WHERE application_key = pair_key AND candidate_key IN (
  SELECT candidate_key FROM applications WHERE several AND application_key = pair_key GROUP BY candidate_key HAVING count(*) > 1)`,
  },
  // Of who has several applications or résumés.
  set_several_skills: {
    columns: ['candidate_key', 'job_key', 'skill_key'],
    sql: `
SELECT DISTINCT candidate_key, job_key, skill_key
FROM (
  SELECT pairs.candidate_key, pairs.job_key, unnest(resumes.skills) AS skill_key
  FROM resumes
  JOIN applications AS pairs ON pairs.application_key = resumes.pair_key
  WHERE resumes.several
  UNION ALL
  SELECT pairs.candidate_key, pairs.job_key, unnest(resumes.skills) AS skill_key
  FROM resumes
  JOIN applications AS pairs ON pairs.candidate_key = resumes.candidate_key
  WHERE resumes.several AND resumes.pair_key IS NULL) AS listed`,
  },
  // A row for each applicant to exactly two jobs, with what counts once where both are in a set: of their cities that of the older
  // résumé, the skills that both list, and the scores of the résumés for no job.
  set_pairs: {
    columns: ['job_key', 'other_job_key', 'assessed', 'screened', 'city_key', 'skills', 'scores'],
    sql: `
SELECT pairs.job_key, pairs.other_job_key, pairs.assessed, pairs.screened, pairs.city_key, listed.skills, received.scores
FROM (
  SELECT candidate_key, min(job_key) AS job_key, max(job_key) AS other_job_key, bool_and(assessed) AS assessed,
         bool_and(screened) AS screened, CASE WHEN count(city_key) = 2 THEN arg_max(city_key, -city_rank) END AS city_key
  FROM set_several
  GROUP BY candidate_key
  HAVING count(*) = 2) AS pairs
LEFT JOIN (
  SELECT candidate_key, array_agg(skill_key) AS skills
  FROM (SELECT candidate_key, skill_key FROM set_several_skills GROUP BY candidate_key, skill_key HAVING count(*) = 2) AS twice
  GROUP BY candidate_key) AS listed ON listed.candidate_key = pairs.candidate_key
LEFT JOIN (
  SELECT candidate_key, array_agg(score) AS scores
  FROM resumes
  WHERE several AND pair_key IS NULL
  GROUP BY candidate_key) AS received ON received.candidate_key = pairs.candidate_key`,
  },
  // Of who applied to more than two.
  set_applicants: {
    columns: ['candidate_key', 'job_key', 'assessed', 'screened', 'city_key', 'city_rank'],
    sql: `
SELECT *
FROM set_several
WHERE candidate_key IN (SELECT candidate_key FROM set_several GROUP BY candidate_key HAVING count(*) > 2)`,
  },
  set_applicant_skills: {
    columns: ['candidate_key', 'job_key', 'skill_key'],
    sql: `
SELECT * FROM set_several_skills WHERE candidate_key IN (SELECT candidate_key FROM set_applicants)`,
  },
  set_resumes: {
    columns: ['candidate_key', 'score'],
    sql: `
SELECT candidate_key, score
FROM resumes
WHERE several AND pair_key IS NULL AND candidate_key IN (SELECT candidate_key FROM set_applicants)`,
  },
  set_cities: {
    columns: ['job_key', 'city_key', 'n'],
    sql: `
SELECT job_key, city_key, CAST(count(*) AS INTEGER) AS n
FROM applications
WHERE application_key = pair_key AND city_key IS NOT NULL
GROUP BY job_key, city_key
ORDER BY job_key`,
  },
  set_skills: {
    columns: ['job_key', 'skill_key', 'n'],
    sql: `
SELECT job_key, skill_key, CAST(count(*) AS INTEGER) AS n
FROM (
  SELECT job_key, unnest(skills) AS skill_key FROM applications WHERE NOT several
  UNION ALL
  SELECT job_key, skill_key FROM set_several_skills) AS listed
GROUP BY job_key, skill_key
ORDER BY job_key`,
  },
  set_hires: {
    columns: ['application_key', 'candidate_key', 'job_key', 'hired_at'],
    sql: `
SELECT application_key, candidate_key, job_key, hired_at
FROM applications
WHERE outcome = ${outcomeCode.hired}`,
  },
  set_candidates: {
    columns: ['candidate_key', 'candidate_id', 'name'],
    sql: `
SELECT candidate_key, candidate_id, name FROM candidates WHERE candidate_id IS NOT NULL`,
  },
} as const

/**
 * A table that answers about sets of jobs, worked out from the tables of single rows when a set is first asked about: what is
 * counted by job (cities, skills), and the applicants to several jobs, who count once where several of these are in a set.
 */
export type SetTable = keyof typeof tables

/** The set tables, in the order in which they are made. */
export const setTableNames = Object.keys(tables) as SetTable[]

/** Whether a name is that of a set table. */
export const isSetTable = (name: string): name is SetTable => Object.hasOwn(tables, name)

/** The columns of each set table. */
export const setColumns: Readonly<Record<SetTable, readonly string[]>> = Object.fromEntries(
  Object.entries(tables).map(([name, { columns }]) => [name, columns]),
) as unknown as Record<SetTable, readonly string[]>

/** The query for the rows of a set table, over the tables of single rows and the set tables before it. */
export const setTableQuery = (name: SetTable): string => tables[name].sql.trim()
