import { bundleColumns, outcomeCode, type BundleTableName, type Manifest } from 'hirescope/contract'
import type { LoadedTables } from './check-tables.ts'

// All that is known of the contract version before this one. Version 1 had plain times, and candidate and job in every table.

const previousVersion = 1

/** The manifest of a bundle of the previous version as this one writes it; any other value as it is. */
export const upgradeManifest = (value: unknown): unknown => {
  const { contract_version, tables } = (value ?? {}) as { contract_version?: unknown; tables?: Record<string, unknown> }
  if (contract_version !== previousVersion || !tables || tables.source_ids_candidates) return value
  return { ...(value as object), tables: { ...tables, source_ids_candidates: tables.candidates } }
}

const previousColumns: { [Table in BundleTableName]?: string } = {
  applications:
    'application_key candidate_key job_key applied_at applied_on source_key stage outcome outcome_at assessed screened score city_key city_rank several skills',
  resumes: 'resume_key candidate_key job_key created_at city_key score score_exact several skills',
  assessments: 'assessment_key candidate_key job_key assigned_at assigned_on completed_at score',
  screenings: 'screening_key candidate_key job_key assigned_at assigned_on completed_at revoked',
  credit_events: 'credit_event_key job_key service units occurred_at',
  stage_events: 'application_key seq stage outcome occurred_at',
}

/** The columns to load of a table of a bundle: of the previous version, those that this one is worked out from. */
export const storedColumns = (manifest: Manifest, table: BundleTableName, columns: readonly string[]) =>
  manifest.contract_version === previousVersion ? (previousColumns[table]?.split(' ') ?? columns) : columns

const seconds = (time: string) => `epoch_us(${time}) // 1000000`
const since = (time: string, start: string) => `${seconds(time)} - ${seconds(start)}`

const pairs = `(SELECT candidate_key, job_key, min(application_key) AS pair_key, arg_min(applied_at, application_key) AS applied_at
  FROM applications GROUP BY candidate_key, job_key) AS pairs`
const latest = `(SELECT pairs.pair_key, max(resumes.created_at) AS created_at
  FROM ${pairs} JOIN resumes ON resumes.candidate_key = pairs.candidate_key AND (resumes.job_key = pairs.job_key OR resumes.job_key IS NULL)
  GROUP BY pairs.pair_key) AS latest`
const delays = `${since('t.assigned_at', 'pairs.applied_at')} AS assigned_delay, ${since('t.completed_at', 't.assigned_at')} AS completed_delay`

const upgrades: { [Table in BundleTableName]?: string } = {
  applications: `SELECT t.*, pairs.pair_key, ${seconds('t.applied_at')} AS applied_s, ${since('t.outcome_at', 't.applied_at')} AS outcome_delay,
    CASE WHEN t.outcome = ${outcomeCode.hired} THEN t.outcome_at END AS hired_at,
    ${since('latest.created_at', 't.applied_at')} AS resume_delay
  FROM applications AS t JOIN ${pairs} USING (candidate_key, job_key) LEFT JOIN ${latest} USING (pair_key)`,
  resumes: `SELECT t.* REPLACE (CASE WHEN pairs.pair_key IS NULL THEN t.candidate_key END AS candidate_key), pairs.pair_key,
    ${seconds('t.created_at')} - coalesce(${seconds('pairs.applied_at')}, 0) AS created_delay, t.score_exact - t.score * 1000 AS score_rest
  FROM resumes AS t LEFT JOIN ${pairs} ON pairs.candidate_key = t.candidate_key AND pairs.job_key = t.job_key`,
  assessments: `SELECT t.*, pairs.pair_key, ${delays} FROM assessments AS t JOIN ${pairs} USING (candidate_key, job_key)`,
  screenings: `SELECT t.*, pairs.pair_key, ${delays} FROM screenings AS t JOIN ${pairs} USING (candidate_key, job_key)`,
  credit_events: `SELECT *, ${seconds('occurred_at')} AS occurred_s FROM credit_events`,
  stage_events: `SELECT t.*, ${since('t.occurred_at', 'applications.applied_at')} AS occurred_delay
  FROM stage_events AS t JOIN applications USING (application_key)`,
}

/** SQL that makes loaded tables of the previous version those of this one; for a bundle of this version, none. */
export const upgradeTables = (manifest: Manifest, tables: LoadedTables): string => {
  if (manifest.contract_version !== previousVersion) return ''
  const changed = [...tables].flatMap(([table, columns]) => {
    const sql = upgrades[table]
    return sql ? [{ table, sql, columns: bundleColumns(table).filter(({ name }) => columns.includes(name)) }] : []
  })
  // Each is worked out from the old ones, so they change places at the end.
  return [
    ...changed.map(({ table, sql, columns }) => {
      const cast = columns.map(({ name, type }) => `CAST(${name} AS ${type}) AS ${name}`)
      return `CREATE OR REPLACE TABLE upgraded_${table} AS SELECT ${cast.join(', ')} FROM (${sql});`
    }),
    ...changed.map(({ table }) => `DROP TABLE ${table}; ALTER TABLE upgraded_${table} RENAME TO ${table};`),
  ].join('\n')
}
