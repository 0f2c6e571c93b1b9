import { bundleColumns, outcomeCode, outcomes, stages, type BundleTableName } from 'hirescope/contract'
import { literal } from './staging.ts'

/** What the SQL of a bundle depends on. */
export interface BundleQuestion {
  orgKey: number
  names: 'none' | 'hired' | 'all'
}

const dense = (order: string) => `row_number() OVER (ORDER BY ${order}) - 1`

/** The spelling a group is shown in: the alias list's, else the most frequent in the bundle, the first by code point. */
const shown = (dimension: 'city' | 'skill', uses: string) => `
  WITH uses AS (${uses}),
  ranked AS (
    SELECT k, spelling, row_number() OVER (PARTITION BY k ORDER BY count(*) DESC, spelling) AS position
    FROM uses GROUP BY k, spelling)
  SELECT ${dense('ranked.k')} AS key, ranked.k, coalesce(dimension.alias, ranked.spelling) AS name
  FROM ranked JOIN live.${dimension} AS dimension ON dimension.k = ranked.k
  WHERE position = 1`

/** Seconds from one time to another, each cut to whole seconds; without the first, since 1970. */
const seconds = (to: string, from?: string) =>
  from === undefined ? `epoch_us(${to}) // 1000000` : `epoch_us(${to}) // 1000000 - epoch_us(${from}) // 1000000`

const record = (name: string, columns: string, org: number) => `
  SELECT t.n, ${dense('t.k')} AS ${name}_key, t.${name}_id, pairs.pair_key, ${seconds('t.assigned_at', 'pairs.applied_at')} AS assigned_delay,
    t.assigned_on, ${seconds('t.completed_at', 't.assigned_at')} AS completed_delay, ${columns}
  FROM live.${name} AS t
  JOIN scope.pairs ON pairs.candidate_k = t.candidate_k AND pairs.job_k = t.job_k
  WHERE t.org_k = ${org}`

/**
 * A relation of a scope: its name and SQL. What cannot leave the memory while it is made is made in slices (`$least` to `$most`) of the
 * dense keys of the rows of another.
 */
export type ScopeRelation = [name: string, sql: string, slicedBy?: string]

/**
 * The relations of one scope (schema `scope`), each made from `scope_job_ids` and those before. Keys are dense and in
 * code-point order of the source ids, because `k` is.
 */
export const scopeRelations = ({ orgKey }: BundleQuestion): ScopeRelation[] => [
  [
    'jobs',
    `SELECT job.*, ${dense('job.k')} AS job_key, ${dense('title, job.k')} AS title_rank
      FROM live.job SEMI JOIN scope_job_ids USING (job_id) WHERE job.org_k = ${orgKey}`,
  ],
  [
    'applications',
    `SELECT t.*, ${dense('t.k')} AS application_key, jobs.job_key
      FROM live.application AS t JOIN scope.jobs ON jobs.k = t.job_k WHERE t.org_k = ${orgKey}`,
  ],
  [
    'candidates',
    `SELECT t.*, ${dense('t.k')} AS candidate_key FROM live.candidate AS t
      WHERE t.org_k = ${orgKey} AND t.k IN (SELECT candidate_k FROM scope.applications)`,
  ],
  // Who applied to which job, and when first.
  [
    'pairs',
    `SELECT t.*, candidates.candidate_key FROM (
        SELECT candidate_k, job_k, min(application_key) AS pair_key, arg_min(applied_at, application_key) AS applied_at
        FROM scope.applications GROUP BY candidate_k, job_k) AS t
      JOIN scope.candidates ON candidates.k = t.candidate_k`,
  ],
  // Apart, since two joins of all that a large scope has need more memory than one after the other.
  [
    'resumes',
    `SELECT *, ${dense('k')} AS resume_key FROM (
        SELECT t.*, pairs.pair_key, NULL AS candidate_key, ${seconds('t.created_at', 'pairs.applied_at')} AS created_delay
        FROM live.resume AS t JOIN scope.pairs ON pairs.candidate_k = t.candidate_k AND pairs.job_k = t.job_k
        WHERE t.org_k = ${orgKey}
        UNION ALL
        SELECT t.*, NULL, candidates.candidate_key, ${seconds('t.created_at')}
        FROM live.resume AS t JOIN scope.candidates ON candidates.k = t.candidate_k
        WHERE t.org_k = ${orgKey} AND t.job_k IS NULL)`,
  ],
  [
    'several',
    `SELECT candidate_k FROM (
        SELECT candidate_k, count(*) AS n FROM scope.applications GROUP BY candidate_k
        UNION ALL SELECT candidate_k, count(*) AS n FROM scope.resumes GROUP BY candidate_k)
      GROUP BY candidate_k HAVING max(n) > 1`,
  ],
  // The latest résumés that an application's own job brings into scope: of all, that which names a city, that with a score.
  [
    'latest',
    `WITH ranked AS (
        SELECT *, row_number() OVER (PARTITION BY candidate_k ORDER BY created_at, k) AS rank FROM scope.resumes)
      SELECT pairs.pair_key, max(ranked.created_at) AS created_at,
        arg_max(ranked.city_k, ranked.rank) FILTER (WHERE ranked.city_k IS NOT NULL) AS city_k,
        max(ranked.rank) FILTER (WHERE ranked.city_k IS NOT NULL) AS city_rank,
        arg_max(ranked.score, ranked.rank) FILTER (WHERE ranked.score IS NOT NULL) AS score
      FROM scope.pairs
      JOIN ranked ON ranked.candidate_k = pairs.candidate_k AND (ranked.job_k = pairs.job_k OR ranked.job_k IS NULL)
      GROUP BY pairs.pair_key`,
  ],
  [
    'resume_skills',
    `SELECT t.skill_k, t.spelling, resumes.resume_key
      FROM live.resume_skill AS t JOIN scope.resumes ON resumes.k = t.resume_k WHERE t.org_k = ${orgKey}`,
  ],
  [
    'cities',
    shown(
      'city',
      `SELECT city_k AS k, spelling FROM scope.resumes WHERE city_k IS NOT NULL
        UNION ALL SELECT city_k AS k, spelling FROM scope.candidates WHERE city_k IS NOT NULL`,
    ),
  ],
  ['skills', shown('skill', 'SELECT skill_k AS k, spelling FROM scope.resume_skills')],
  [
    'listed',
    `SELECT resume_key, list(key ORDER BY key) AS skills FROM (
        SELECT DISTINCT t.resume_key, skills.key FROM scope.resume_skills AS t JOIN scope.skills ON skills.k = t.skill_k
        WHERE t.resume_key BETWEEN $least AND $most)
      GROUP BY resume_key`,
    'resumes',
  ],
  [
    'sources',
    `SELECT ${dense('name')} AS key, name FROM (
        SELECT DISTINCT source AS name FROM scope.applications WHERE source IS NOT NULL)`,
  ],
  ['assessments', record('assessment', 't.score', orgKey)],
  ['screenings', record('screening', 't.revoked', orgKey)],
  [
    'credit_events',
    `SELECT t.*, ${dense('t.k')} AS credit_event_key, jobs.job_key, ${seconds('t.occurred_at')} AS occurred_s
      FROM live.credit_event AS t JOIN scope.jobs ON jobs.k = t.job_k WHERE t.org_k = ${orgKey}`,
  ],
  ['services', `SELECT ${dense('name')} AS code, name FROM (SELECT DISTINCT service AS name FROM scope.credit_events)`],
  // The skills of who has one application and one résumé.
  [
    'one',
    `SELECT pairs.pair_key, listed.skills FROM scope.listed
      JOIN scope.resumes ON resumes.resume_key = listed.resume_key
      JOIN scope.pairs ON pairs.candidate_k = resumes.candidate_k
      ANTI JOIN scope.several ON several.candidate_k = resumes.candidate_k
      WHERE listed.resume_key BETWEEN $least AND $most AND resumes.resume_key BETWEEN $least AND $most`,
    'resumes',
  ],
  // Applications with what hangs on them.
  [
    'applied',
    `WITH sliced AS (SELECT * FROM scope.pairs WHERE pair_key BETWEEN $least AND $most),
      newest AS (SELECT * FROM scope.latest WHERE pair_key BETWEEN $least AND $most),
      assessed AS (SELECT DISTINCT pair_key FROM scope.assessments WHERE pair_key BETWEEN $least AND $most),
      screened AS (SELECT DISTINCT pair_key FROM scope.screenings WHERE NOT revoked AND pair_key BETWEEN $least AND $most),
      listing AS (SELECT * FROM scope.one WHERE pair_key BETWEEN $least AND $most)
      SELECT t.n, t.application_key, sliced.pair_key, sliced.candidate_key, t.candidate_k, t.job_key, t.applied_at, t.applied_on, t.source,
        t.stage, t.outcome, t.outcome_at, assessed.pair_key IS NOT NULL AS assessed, screened.pair_key IS NOT NULL AS screened,
        newest.score, newest.city_k, several.candidate_k IS NOT NULL AS several,
        CASE WHEN several.candidate_k IS NOT NULL THEN newest.city_rank END AS city_rank,
        ${seconds('newest.created_at', 't.applied_at')} AS resume_delay, listing.skills
      FROM scope.applications AS t
      JOIN sliced ON sliced.candidate_k = t.candidate_k AND sliced.job_k = t.job_k
      LEFT JOIN newest ON newest.pair_key = sliced.pair_key
      LEFT JOIN scope.several ON several.candidate_k = t.candidate_k
      LEFT JOIN listing ON listing.pair_key = sliced.pair_key
      LEFT JOIN assessed ON assessed.pair_key = sliced.pair_key
      LEFT JOIN screened ON screened.pair_key = sliced.pair_key`,
    'applications',
  ],
  [
    'stage_events',
    `SELECT t.n, t.seq, t.stage, t.outcome, t.event_id, applications.application_key,
        ${seconds('t.occurred_at', 'applications.applied_at')} AS occurred_delay
      FROM live.stage_event AS t JOIN scope.applications ON applications.k = t.application_k
      WHERE t.org_k = ${orgKey}`,
  ],
]

const codeRows = (kind: string, names: readonly string[]) =>
  names.map((name, code) => `SELECT ${literal(kind)} AS kind, ${code} AS code, ${literal(name)} AS name`)

/** The tables of a bundle that hold rows of the source; the rollup is worked out from these. */
export type StoredTable = Exclude<BundleTableName, 'rollup_job'>

/** Rows that are `last` after all others, then by a number of up to 30 bits, then by `n`: as one key, since several take more memory. */
const inOrder = (last: string, number: string) =>
  `CAST(${last} AS BIGINT) * ${2n ** 62n} + CAST(${number} AS BIGINT) * ${2n ** 32n} + n`

/** One SELECT per stored table over the relations of a scope, in the order in which its rows are written. */
export const bundleQueries = ({ names }: BundleQuestion): Record<StoredTable, string> => {
  const hired = `t.k IN (SELECT candidate_k FROM scope.applications WHERE outcome = ${outcomeCode.hired})`
  const named = { none: 'NULL', hired: `CASE WHEN ${hired} THEN t.name END`, all: 't.name' }[names]
  const city = 'LEFT JOIN scope.cities ON cities.k = t.city_k'
  const queries: Record<StoredTable, [sql: string, order: string]> = {
    jobs: ['SELECT * FROM scope.jobs', 'job_key'],
    candidates: [
      `SELECT t.candidate_key, CASE WHEN ${hired} THEN t.candidate_id END AS candidate_id, ${named} AS name,
        cities.key AS city_key, t.n
      FROM scope.candidates AS t ${city}`,
      'n',
    ],
    applications: [
      `SELECT t.*, sources.key AS source_key,
        ${seconds('t.applied_at')} AS applied_s, ${seconds('t.outcome_at', 't.applied_at')} AS outcome_delay,
        CASE WHEN t.outcome = ${outcomeCode.hired} THEN t.outcome_at END AS hired_at, cities.key AS city_key
      FROM scope.applied AS t
      LEFT JOIN scope.candidates ON candidates.k = CASE WHEN t.city_k IS NULL THEN t.candidate_k END
      LEFT JOIN scope.cities ON cities.k = coalesce(t.city_k, candidates.city_k)
      LEFT JOIN scope.sources ON sources.name = t.source`,
      inOrder('several', "applied_on - DATE '1970-01-01'"),
    ],
    resumes: [
      `SELECT t.*,
        cities.key AS city_key, t.score_exact - t.score * 1000 AS score_rest, several.candidate_k IS NOT NULL AS several,
        CASE WHEN several.candidate_k IS NOT NULL THEN listed.skills END AS skills
      FROM scope.resumes AS t ${city}
      LEFT JOIN scope.several ON several.candidate_k = t.candidate_k
      LEFT JOIN scope.listed ON listed.resume_key = t.resume_key`,
      inOrder('several', 'pair_key IS NULL'),
    ],
    assessments: ['SELECT * FROM scope.assessments', 'n'],
    screenings: ['SELECT * FROM scope.screenings', 'n'],
    credit_events: [
      'SELECT t.* REPLACE (services.code AS service) FROM scope.credit_events AS t JOIN scope.services ON services.name = t.service',
      'n',
    ],
    stage_events: ['SELECT * FROM scope.stage_events', 'n'],
    cities: ['SELECT key AS city_key, name FROM scope.cities', 'city_key'],
    skills: ['SELECT key AS skill_key, name FROM scope.skills', 'skill_key'],
    sources: ['SELECT key AS source_key, name FROM scope.sources', 'source_key'],
    codes: [
      [
        ...codeRows('stage', stages),
        ...codeRows('outcome', outcomes),
        `SELECT 'service' AS kind, code, name FROM scope.services`,
      ].join(' UNION ALL '),
      'kind, code',
    ],
    source_ids_candidates: ['SELECT * FROM scope.candidates', 'n'],
    source_ids_applications: ['SELECT * FROM scope.applications', 'n'],
    source_ids_resumes: ['SELECT * FROM scope.resumes', 'n'],
    source_ids_assessments: ['SELECT * FROM scope.assessments', 'n'],
    source_ids_screenings: ['SELECT * FROM scope.screenings', 'n'],
    source_ids_credit_events: ['SELECT * FROM scope.credit_events', 'n'],
    source_ids_stage_events: ['SELECT * FROM scope.stage_events', 'n'],
  }
  return Object.fromEntries(
    Object.entries(queries).map(([table, [sql, order]]) => {
      const columns = bundleColumns(table as BundleTableName).map(
        ({ name, type }) => `CAST(${name} AS ${type}) AS ${name}`,
      )
      return [table, `SELECT ${columns.join(', ')} FROM (${sql}) ORDER BY ${order}`]
    }),
  ) as Record<StoredTable, string>
}

/**
 * Counts of rejected and odd rows that belong to the scope: by their job, or without a job by their candidate. What
 * belongs to neither, or to jobs outside, is for the operator's report alone.
 */
export const issueQuery = ({ orgKey }: BundleQuestion): string => `
  SELECT table_name, CASE kind WHEN 'odd' THEN 'odd' ELSE 'rejected' END AS kind, reason, count(*)::INTEGER AS n
  FROM memory.main.issue
  WHERE org_k = ${orgKey} AND (
    job_id IN (SELECT job_id FROM scope.jobs)
    OR (job_id IS NULL AND candidate_id IN (
      SELECT survivor.candidate_id FROM live.survivor JOIN scope.candidates ON candidates.k = survivor.survivor_k
      WHERE survivor.org_k = ${orgKey})))
  GROUP BY ALL ORDER BY ALL`
