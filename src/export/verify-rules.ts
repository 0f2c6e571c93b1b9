import {
  bundleColumns,
  bundleTableNames,
  outcomeCode,
  type BundleTableName,
  type Manifest,
  type OptionalSourceTable,
} from 'hirescope/contract'
import { rollupQuery, weekStarts } from 'hirescope/metrics'
import { literal } from './staging.ts'

/** Something that no row of a bundle may be. `sql` counts the rows that are: n. */
export interface Rule {
  tables: readonly BundleTableName[]
  /** What the counted rows are, as in "jobs: 3 rows …". */
  wrong: string
  sql: string
}

const rule = (table: BundleTableName, wrong: string, where: string, others: readonly BundleTableName[] = []): Rule => ({
  tables: [table, ...others],
  wrong,
  sql: `SELECT count(*)::INTEGER AS n FROM ${table} AS t WHERE ${where}`,
})

/** The tables whose rows each have a key of their own, dense from 0. */
const keys = {
  jobs: 'job_key',
  candidates: 'candidate_key',
  applications: 'application_key',
  resumes: 'resume_key',
  assessments: 'assessment_key',
  screenings: 'screening_key',
  credit_events: 'credit_event_key',
  cities: 'city_key',
  skills: 'skill_key',
  sources: 'source_key',
} as const satisfies { [Table in BundleTableName]?: string }

type KeyedTable = keyof typeof keys

/** Where keys of other tables stand. What hangs on a job, an application or a candidate that is not in the bundle leaks. */
const references: [BundleTableName, column: string, KeyedTable][] = [
  ['candidates', 'city_key', 'cities'],
  ['applications', 'pair_key', 'applications'],
  ['applications', 'candidate_key', 'candidates'],
  ['applications', 'job_key', 'jobs'],
  ['applications', 'source_key', 'sources'],
  ['applications', 'city_key', 'cities'],
  ['resumes', 'pair_key', 'applications'],
  ['resumes', 'candidate_key', 'candidates'],
  ['resumes', 'city_key', 'cities'],
  ['assessments', 'pair_key', 'applications'],
  ['screenings', 'pair_key', 'applications'],
  ['credit_events', 'job_key', 'jobs'],
  ['stage_events', 'application_key', 'applications'],
  ['rollup_job', 'hired_job_key', 'jobs'],
  ['source_ids_candidates', 'candidate_key', 'candidates'],
  ['source_ids_applications', 'application_key', 'applications'],
  ['source_ids_resumes', 'resume_key', 'resumes'],
  ['source_ids_assessments', 'assessment_key', 'assessments'],
  ['source_ids_screenings', 'screening_key', 'screenings'],
  ['source_ids_credit_events', 'credit_event_key', 'credit_events'],
  ['source_ids_stage_events', 'application_key', 'applications'],
]

/** Where the rows of small tables are used: one that is not tells of something outside the scope. */
const uses: [KeyedTable, [BundleTableName, column: string][]][] = [
  ['candidates', [['applications', 'candidate_key']]],
  ['sources', [['applications', 'source_key']]],
  [
    'cities',
    [
      ['candidates', 'city_key'],
      ['resumes', 'city_key'],
    ],
  ],
]

const codes: [BundleTableName, column: string, kind: string][] = [
  ['applications', 'stage', 'stage'],
  ['applications', 'outcome', 'outcome'],
  ['stage_events', 'stage', 'stage'],
  ['stage_events', 'outcome', 'outcome'],
  ['credit_events', 'service', 'service'],
]

/** The table of a bundle that is empty where the source lacks one. */
const fromSource: Record<OptionalSourceTable, BundleTableName | null> = {
  job_share: null,
  stage_event: 'stage_events',
  resume: 'resumes',
  resume_skill: 'skills',
  assessment: 'assessments',
  screening: 'screenings',
  credit_event: 'credit_events',
}

const article = (word: string) => (/^[aeiou]/.test(word) ? 'an' : 'a')

const listed = `SELECT unnest(skills) AS skill_key FROM applications UNION ALL SELECT unnest(skills) AS skill_key FROM resumes`

const dense = ([table, key]: [KeyedTable, string]): Rule => ({
  tables: [table],
  wrong: `have ${article(key)} ${key} that is not one of 0, 1, 2 …, each once`,
  sql: `SELECT count(*)::INTEGER AS n FROM (SELECT ${key}, row_number() OVER (ORDER BY ${key}) - 1 AS place FROM ${table})
    WHERE ${key} IS DISTINCT FROM place`,
})

/** Names, and ids of candidates, only of whom they may be. */
const nameRules = (names: Manifest['names']): Rule[] => {
  const notHired = `NOT EXISTS (SELECT 1 FROM applications AS a WHERE a.candidate_key = t.candidate_key AND a.outcome = ${outcomeCode.hired})`
  const named: Record<Manifest['names'], Rule[]> = {
    none: [
      rule('candidates', 'have a name, and names are none', 't.name IS NOT NULL'),
      rule('rollup_job', 'have a name, and names are none', 't.hired_name IS NOT NULL'),
    ],
    hired: [
      rule('candidates', 'have a name and were not hired, and names are hired', `t.name IS NOT NULL AND ${notHired}`, [
        'applications',
      ]),
    ],
    all: [],
  }
  return [
    ...named[names],
    rule('candidates', 'have an id and were not hired', `t.candidate_id IS NOT NULL AND ${notHired}`, ['applications']),
  ]
}

const rollupRules = (manifest: Manifest): Rule[] => {
  const expected = rollupQuery().replaceAll('$first_week', literal(weekStarts(manifest)[0] ?? ''))
  const columns = bundleColumns('rollup_job').map(({ name, type }) => `CAST(${name} AS ${type}) AS ${name}`)
  const recomputed = `SELECT ${columns.join(', ')} FROM (${expected})`
  return [
    {
      tables: bundleTableNames.filter((table) => !table.startsWith('source_ids_')),
      wrong: 'are not what the rows of the other tables give',
      sql: `WITH recomputed AS MATERIALIZED (${recomputed})
        SELECT count(*)::INTEGER AS n FROM (
          (FROM rollup_job EXCEPT ALL FROM recomputed) UNION ALL (FROM recomputed EXCEPT ALL FROM rollup_job))`,
    },
    rule(
      'rollup_job',
      'are of a job that is not in jobs',
      't.job_key <> -1 AND t.job_key NOT IN (SELECT job_key FROM jobs)',
      ['jobs'],
    ),
  ]
}

/** SQL that counts, by column, the rows of a table that have none of what every row must have. */
export const nullCounts = (table: BundleTableName): string => {
  const counts = bundleColumns(table)
    .filter(({ nullable }) => !nullable)
    .map(({ name }) => `(count(*) FILTER (${name} IS NULL))::INTEGER AS ${name}`)
  return `SELECT ${counts.join(', ')} FROM ${table}`
}

/** What is checked of the rows of a bundle beyond the types of its columns. */
export const bundleRules = (manifest: Manifest): Rule[] => [
  ...Object.entries(keys).map((each) => dense(each as [KeyedTable, string])),
  ...references.map(([table, column, other]) =>
    rule(
      table,
      `have ${article(column)} ${column} that is not in ${other}`,
      `t.${column} IS NOT NULL AND t.${column} NOT IN (SELECT ${keys[other]} FROM ${other})`,
      [other],
    ),
  ),
  ...uses.map(([table, users]) =>
    rule(
      table,
      'are used by nothing in the bundle',
      users
        .map(([user, column]) => `NOT EXISTS (SELECT 1 FROM ${user} AS u WHERE u.${column} = t.${keys[table]})`)
        .join(' AND '),
      users.map(([user]) => user),
    ),
  ),
  rule('skills', 'are used by nothing in the bundle', `t.skill_key NOT IN (${listed})`, ['applications', 'resumes']),
  {
    tables: ['applications', 'resumes', 'skills'],
    wrong: 'list a skill that is not in skills',
    sql: `SELECT count(*)::INTEGER AS n FROM (${listed}) WHERE skill_key NOT IN (SELECT skill_key FROM skills)`,
  },
  rule(
    'applications',
    'have a pair_key of another candidate or job',
    'EXISTS (SELECT 1 FROM applications AS a WHERE a.application_key = t.pair_key AND (a.candidate_key <> t.candidate_key OR a.job_key <> t.job_key))',
  ),
  rule('resumes', 'have neither an application nor a candidate', 't.pair_key IS NULL AND t.candidate_key IS NULL'),
  ...codes.map(([table, column, kind]) =>
    rule(
      table,
      `have ${article(column)} ${column} that is not in codes`,
      `t.${column} NOT IN (SELECT code FROM codes WHERE kind = ${literal(kind)})`,
      ['codes'],
    ),
  ),
  rule(
    'codes',
    'are used by nothing in the bundle',
    `t.kind = 'service' AND t.code NOT IN (SELECT service FROM credit_events)`,
    ['credit_events'],
  ),
  ...Object.entries(fromSource).flatMap(([source, table]) =>
    table && !manifest.source_tables[source as OptionalSourceTable]
      ? [rule(table, `are there, and the source had no ${source}`, 'TRUE')]
      : [],
  ),
  ...nameRules(manifest.names),
  ...rollupRules(manifest),
]
