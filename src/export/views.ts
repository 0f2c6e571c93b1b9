import { bundleComments, bundleTableNames } from 'hirescope/contract'
import { literal } from './staging.ts'

/** Seconds since 1970 as a TIMESTAMP. */
const time = (seconds: string) => `make_timestamp(1000000 * (${seconds}))`

/** How each readable view joins codes and keys to names. */
const views: Record<string, { description: string; sql: string }> = {
  v_jobs: {
    description: 'Visible jobs.',
    sql: 'SELECT job_id, title, department, location, status, created_at, closed_at FROM jobs',
  },
  v_candidates: {
    description: 'Applicants with the city that they name; the id of who was hired.',
    sql: `SELECT t.candidate_key, t.candidate_id, t.name, cities.name AS city
FROM candidates AS t LEFT JOIN cities USING (city_key)`,
  },
  v_applications: {
    description: 'Applications with job, source, stage and outcome by name.',
    sql: `SELECT t.application_key, t.candidate_key, jobs.job_id, jobs.title AS job_title,
  ${time('t.applied_s')} AS applied_at, t.applied_on, sources.name AS source, stage.name AS stage, outcome.name AS outcome,
  ${time('t.applied_s + t.outcome_delay')} AS outcome_at, cities.name AS city, t.score
FROM applications AS t
JOIN jobs USING (job_key)
LEFT JOIN sources USING (source_key)
LEFT JOIN cities ON cities.city_key = t.city_key
JOIN codes AS stage ON stage.kind = 'stage' AND stage.code = t.stage
JOIN codes AS outcome ON outcome.kind = 'outcome' AND outcome.code = t.outcome`,
  },
  v_resumes: {
    description: 'Résumés with job and city by name; score on the 0–10 scale.',
    sql: `SELECT t.resume_key, coalesce(applied.candidate_key, t.candidate_key) AS candidate_key, jobs.job_id,
  jobs.title AS job_title, ${time('coalesce(applied.applied_s, 0) + t.created_delay')} AS created_at,
  cities.name AS city, t.score, t.score + t.score_rest / 1000 AS score_exact
FROM resumes AS t
LEFT JOIN applications AS applied ON applied.application_key = t.pair_key
LEFT JOIN jobs USING (job_key)
LEFT JOIN cities ON cities.city_key = t.city_key`,
  },
  v_resume_skills: {
    description: 'Skills by résumé and candidate.',
    sql: `SELECT listed.resume_key, listed.candidate_key, skills.name AS skill
FROM (
  SELECT t.resume_key, coalesce(applied.candidate_key, t.candidate_key) AS candidate_key, unnest(t.skills) AS skill_key
  FROM resumes AS t LEFT JOIN applications AS applied ON applied.application_key = t.pair_key
  UNION ALL
  SELECT t.resume_key, one.candidate_key, unnest(one.skills) AS skill_key
  FROM resumes AS t JOIN applications AS one ON one.application_key = t.pair_key
  WHERE NOT t.several
  UNION ALL
  SELECT t.resume_key, one.candidate_key, unnest(one.skills) AS skill_key
  FROM resumes AS t JOIN applications AS one ON one.candidate_key = t.candidate_key
  WHERE NOT t.several) AS listed
JOIN skills USING (skill_key)`,
  },
  v_assessments: {
    description: 'Assessments with candidate and job by name; score in per cent.',
    sql: `SELECT t.assessment_key, applied.candidate_key, jobs.job_id, jobs.title AS job_title,
  ${time('applied.applied_s + t.assigned_delay')} AS assigned_at, t.assigned_on,
  ${time('applied.applied_s + t.assigned_delay + t.completed_delay')} AS completed_at, t.score / 1000 AS score_percent
FROM assessments AS t JOIN applications AS applied ON applied.application_key = t.pair_key JOIN jobs USING (job_key)`,
  },
  v_screenings: {
    description: 'Video interviews with candidate and job by name.',
    sql: `SELECT t.screening_key, applied.candidate_key, jobs.job_id, jobs.title AS job_title,
  ${time('applied.applied_s + t.assigned_delay')} AS assigned_at, t.assigned_on,
  ${time('applied.applied_s + t.assigned_delay + t.completed_delay')} AS completed_at, t.revoked
FROM screenings AS t JOIN applications AS applied ON applied.application_key = t.pair_key JOIN jobs USING (job_key)`,
  },
  v_credit_events: {
    description: 'Credits consumed, in whole credits, with job and service by name.',
    sql: `SELECT t.credit_event_key, jobs.job_id, jobs.title AS job_title, service.name AS service, t.units / 10000 AS credits,
  ${time('t.occurred_s')} AS occurred_at
FROM credit_events AS t
JOIN jobs USING (job_key)
JOIN codes AS service ON service.kind = 'service' AND service.code = t.service`,
  },
  v_stage_events: {
    description: 'History of the applications with stage and outcome by name.',
    sql: `SELECT t.application_key, t.seq, stage.name AS stage, outcome.name AS outcome,
  ${time('applications.applied_s + t.occurred_delay')} AS occurred_at
FROM stage_events AS t
JOIN applications USING (application_key)
JOIN codes AS stage ON stage.kind = 'stage' AND stage.code = t.stage
JOIN codes AS outcome ON outcome.kind = 'outcome' AND outcome.code = t.outcome`,
  },
}

/**
 * `views.sql` (DuckDB dialect): readable views over the tables of a bundle, which must exist under their names, and a
 * comment on every table, column and view. Descriptions come from the contract.
 */
export const viewsSql = (): string => {
  const tables = bundleTableNames.filter((table) => !table.startsWith('source_ids_'))
  const comments = tables.flatMap((table) => bundleComments(table))
  const definitions = Object.entries(views).flatMap(([name, { description, sql }]) => [
    `CREATE OR REPLACE VIEW ${name} AS\n${sql};`,
    `COMMENT ON VIEW ${name} IS ${literal(description)};`,
  ])
  return `-- Readable views over the tables of a hirescope bundle (DuckDB).
-- Load the tables first, each from the Parquet file that manifest.json names:
--   CREATE TABLE applications AS FROM read_parquet('<file>');

${[...comments, '', ...definitions].join('\n')}
`
}
