import { outcomes, stages } from 'hirescope/contract'
import { join } from 'node:path'
import type { Adapter } from './adapter.ts'
import { createFolder } from './fold.ts'
import { followMerges } from './merges.ts'
import { literal, type Staging } from './staging.ts'

/** Appends rows of texts and nulls to a table in batches, without SQL text. */
const append = async (staging: Staging, table: string, rows: Iterable<readonly (string | null)[]>) => {
  const appender = await staging.connection.createAppender(table, 'main', 'live')
  for (const row of rows) {
    for (const value of row)
      if (value === null) appender.appendNull()
      else appender.appendVarchar(value)
    appender.endRow()
  }
  appender.flushSync()
  appender.closeSync()
}

const mergeCandidates = async (staging: Staging) => {
  const odd = (reason: string, where: string) =>
    staging.run(`INSERT INTO issue SELECT 'candidate', 'odd', ${literal(reason)}, org_k, NULL, candidate_id, candidate_id
      FROM staged.candidate AS merged WHERE merged_into_id IS NOT NULL AND ${where}`)
  const target = 'SELECT 1 FROM staged.candidate AS target WHERE target.candidate_id = merged.merged_into_id'
  await odd('merge target missing', `NOT EXISTS (${target} AND target.org_k = merged.org_k)`)
  const rows = await staging.rows(`SELECT candidate_id, merged_into_id FROM staged.candidate AS merged
    WHERE merged_into_id IS NOT NULL AND EXISTS (${target} AND target.org_k = merged.org_k)`)
  const pointers = new Map(rows.map((row) => [String(row.candidate_id), String(row.merged_into_id)]))
  const { survivors, circular } = followMerges(pointers)
  await staging.run('CREATE TABLE live.merged (candidate_id VARCHAR, survivor_id VARCHAR)')
  await append(staging, 'merged', survivors)
  await staging.run('CREATE TABLE live.circular (candidate_id VARCHAR)')
  await append(
    staging,
    'circular',
    circular.map((id) => [id]),
  )
  await odd('merge circle', 'candidate_id IN (SELECT candidate_id FROM live.circular)')
  await staging.run(`CREATE TABLE live.survivor AS
    SELECT candidate.k AS candidate_k, coalesce(survivor.k, candidate.k) AS survivor_k,
      coalesce(survivor.is_deleted, candidate.is_deleted) AS is_deleted, candidate.candidate_id, candidate.org_k
    FROM staged.candidate
    LEFT JOIN live.merged ON merged.candidate_id = candidate.candidate_id
    LEFT JOIN staged.candidate AS survivor ON survivor.candidate_id = merged.survivor_id
    ORDER BY candidate.org_k, candidate_k`)
}

/**
 * `live.<name>` (k, folded, alias): the groups in code-point order; `live.<name>_text` (raw, k, spelling). `distinct`
 * gives each text behind a "|", because the driver drops a byte order mark that a text begins with.
 */
const foldTexts = async (
  staging: Staging,
  name: 'city' | 'skill',
  distinct: string,
  aliases: Record<string, string | null>,
) => {
  const folder = createFolder(`${name}-aliases.json`, aliases)
  await staging.run(`CREATE TABLE live.${name}_raw (raw VARCHAR, folded VARCHAR, spelling VARCHAR, alias VARCHAR)`)
  const result = await staging.connection.run(distinct)
  for await (const chunk of result.yieldRows())
    await append(
      staging,
      `${name}_raw`,
      chunk.flatMap(([marked]) => {
        const raw = String(marked).slice(1)
        const { group, spelling, alias } = folder(raw)
        return group === null ? [] : [[raw, group, spelling, alias]]
      }),
    )
  await staging.run(`CREATE TABLE live.${name} AS
    SELECT row_number() OVER (ORDER BY folded) - 1 AS k, folded, any_value(alias) AS alias
    FROM live.${name}_raw GROUP BY folded`)
  await staging.run(`CREATE TABLE live.${name}_text AS
    SELECT raw, k, spelling FROM live.${name}_raw JOIN live.${name} USING (folded)`)
  await staging.run(`DROP TABLE live.${name}_raw`)
}

const codeOf = (column: string, names: readonly string[]) =>
  `CASE ${column} ${names.map((name, code) => `WHEN ${literal(name)} THEN ${code}`).join(' ')} END`

/**
 * The rank of an id in natural order, in which rows are written: shorter ids first, so that serial ids stand in the order in which they
 * were given, and so do the times of their records. Sorted by text once, and by number for each bundle.
 */
const natural = (id: string) => `row_number() OVER (ORDER BY length(${id}), ${id}) AS n`

const localDay = (time: string) => `CAST(timezone(org.time_zone, timezone('UTC', ${time})) AS DATE)`

/** A record of a candidate for a job, by the surviving candidate, whoever survives not being deleted. */
const followed = (table: string, columns: string, where = 'TRUE') => `CREATE TABLE live.${table} AS
  SELECT t.k, ${natural(`t.${table}_id`)}, t.org_k, survivor.survivor_k AS candidate_k, ${columns}
  FROM staged.${table} AS t
  JOIN live.survivor ON survivor.candidate_k = t.candidate_id_k AND NOT survivor.is_deleted
  JOIN staged.org ON org.k = t.org_k
  WHERE ${where}
  ORDER BY t.org_k, t.k`

/**
 * Normalises the staged rows, once: merges, folding, local dates, codes and whole scores. `live.*` holds what can count
 * in some scope, by org.
 * @param large whether that is too much to be kept in memory: every scope reads it, and on disk DuckDB makes it a tenth
 */
export const normalise = async (staging: Staging, aliases: Adapter['aliases'], large = false): Promise<void> => {
  await staging.run(`ATTACH ${literal(large ? join(staging.folder, 'live.duckdb') : ':memory:')} AS live`)
  await mergeCandidates(staging)
  await foldTexts(
    staging,
    'city',
    `SELECT '|' || city_raw FROM staged.candidate WHERE city_raw IS NOT NULL
    UNION SELECT '|' || city_raw FROM staged.resume WHERE city_raw IS NOT NULL`,
    aliases.city,
  )
  await foldTexts(staging, 'skill', `SELECT DISTINCT '|' || skill_raw FROM staged.resume_skill`, aliases.skill)
  const scaled = 'CAST(CAST(t.overall_score AS DECIMAL(18, 3)) * 1000 AS BIGINT)'
  const most = 'CAST(CAST(coalesce(t.score_max, 10) AS DECIMAL(18, 3)) * 1000 AS BIGINT)'
  const score = (points: number) =>
    `CASE WHEN t.overall_score IS NOT NULL AND ${most} > 0 THEN least(${points}, greatest(0, (${scaled} * ${points}) // ${most})) END`
  for (const sql of [
    `CREATE TABLE live.job AS
    SELECT k, org_k, job_id, title, department, location_raw AS location, status, created_at, closed_at, owner_user_id
    FROM staged.job WHERE NOT is_deleted ORDER BY org_k, k`,
    `CREATE TABLE live.candidate AS
    SELECT candidate.k, ${natural('candidate.candidate_id')}, candidate.org_k, candidate.candidate_id, candidate.name, city_text.k AS city_k, city_text.spelling
    FROM staged.candidate
    JOIN live.survivor ON survivor.candidate_k = candidate.k AND survivor.survivor_k = candidate.k
    LEFT JOIN live.city_text ON city_text.raw = candidate.city_raw
    WHERE NOT candidate.is_deleted ORDER BY candidate.org_k, candidate.k`,
    followed(
      'application',
      `t.job_id_k AS job_k, t.application_id, t.applied_at, ${localDay('t.applied_at')} AS applied_on, t.source,
      ${codeOf('t.stage', stages)} AS stage, ${codeOf('t.outcome', outcomes)} AS outcome, t.outcome_at`,
      't.job_id_k IN (SELECT k FROM live.job) AND NOT t.is_deleted',
    ),
    `CREATE TABLE live.resume AS
    SELECT t.k, ${natural('t.resume_id')}, t.org_k, survivor.survivor_k AS candidate_k, t.job_id_k AS job_k, t.resume_id, t.created_at,
      city_text.k AS city_k, city_text.spelling, ${score(10)} AS score, ${score(10_000)} AS score_exact
    FROM staged.resume AS t
    JOIN live.survivor ON survivor.candidate_k = t.candidate_id_k AND NOT survivor.is_deleted
    LEFT JOIN live.city_text ON city_text.raw = t.city_raw
    ORDER BY t.org_k, t.k`,
    `CREATE TABLE live.resume_skill AS
    SELECT t.org_k, t.resume_id_k AS resume_k, skill_text.k AS skill_k, skill_text.spelling
    FROM staged.resume_skill AS t JOIN live.skill_text ON skill_text.raw = t.skill_raw
    ORDER BY t.org_k, resume_k, skill_k`,
    followed(
      'assessment',
      `t.job_id_k AS job_k, t.assessment_id, t.assigned_at, ${localDay('t.assigned_at')} AS assigned_on, t.completed_at,
      CAST(CAST(t.score_pct AS DECIMAL(18, 3)) * 1000 AS INTEGER) AS score`,
      't.job_id_k IS NOT NULL',
    ),
    followed(
      'screening',
      `t.job_id_k AS job_k, t.screening_id, t.assigned_at, ${localDay('t.assigned_at')} AS assigned_on, t.completed_at,
      t.revoked`,
      't.job_id_k IS NOT NULL',
    ),
    `CREATE TABLE live.credit_event AS
    SELECT k, ${natural('credit_event_id')}, org_k, job_id_k AS job_k, credit_event_id, service, CAST(CAST(credits AS DECIMAL(38, 4)) * 10000 AS BIGINT) AS units, occurred_at
    FROM staged.credit_event WHERE job_id_k IS NOT NULL ORDER BY org_k, k`,
    `CREATE TABLE live.stage_event AS
    SELECT row_number() OVER (ORDER BY t.org_k, application.n, t.seq, t.event_id) AS n, t.org_k, t.application_id_k AS application_k,
      t.seq, ${codeOf('t.stage', stages)} AS stage, ${codeOf('t.outcome', outcomes)} AS outcome, t.occurred_at, t.event_id
    FROM staged.stage_event AS t JOIN live.application ON application.k = t.application_id_k`,
    ...['application', 'resume', 'resume_skill', 'assessment', 'screening', 'credit_event', 'stage_event'].map(
      (table) => `DROP TABLE staged.${table}`,
    ),
    `CREATE OR REPLACE TABLE issue AS FROM issue ORDER BY org_k`,
  ])
    await staging.run(sql)
}
