import type { Dataset } from './dataset.ts'
import type { Param } from './engine.ts'
import { isSelection, selections, wholeScope } from './relations.ts'
import { rollupColumns, rollupExpressions, type Narrow } from './rollups.ts'
import { isSetTable, setColumns } from './set-tables.ts'

/** Which jobs a question is about: all visible jobs, one by `job_id`, or any set by `job_ids`. */
type Jobs = { job_id?: string | undefined; job_ids?: never } | { job_ids: readonly string[]; job_id?: never }

/**
 * Which applications count. What hangs on an application (résumé, assessment, video interview, applicant) counts if one
 * application in scope of the same candidate to the same job does; a résumé for no job, if any application of its candidate
 * does. Jobs and credits are not narrowed.
 */
export interface RowFilter {
  /** First and last day of the application on the org clock, "YYYY-MM-DD", both included. */
  applied_from?: string | undefined
  applied_to?: string | undefined
  /** City of the applicant, as answers show it: that which `top-location` takes when asked about this one job. */
  city?: string | undefined
  /** Least and greatest whole score of the latest scored résumé for the job or for none. Without a score: never. */
  min_score?: number | undefined
  max_score?: number | undefined
}

/**
 * What a question is about: all visible jobs (`{}`), one (`{ job_id }`) or any set (`{ job_ids }`), and perhaps a row filter.
 * A job that is unknown or not visible gives 404.
 */
export type Scope = Jobs & RowFilter

/** A scope whose jobs are known to be visible. */
export interface ResolvedScope {
  /** Null for all visible jobs. */
  keys: readonly number[] | null
  /** Whether the question is about one job by `job_id`, which gives `details` its one-job shape. */
  single: boolean
  /** Conditions on `applications`, with their parameters; null without a row filter. */
  filter: { conditions: readonly string[]; params: Readonly<Record<string, Param>> } | null
}

const checked = (name: string, value: unknown, expected: string, good: boolean) => {
  if (!good) throw new TypeError(`scope: ${name} ${JSON.stringify(value)}, expected ${expected}`)
}

const resolveFilter = (
  { applied_from, applied_to, city, min_score, max_score }: RowFilter,
  cityKey: number,
): ResolvedScope['filter'] => {
  const conditions: string[] = []
  const params: Record<string, Param> = {}
  const add = (name: string, value: string | number | undefined, condition: string) => {
    if (value === undefined) return
    conditions.push(condition)
    params[name] = value
  }
  for (const [name, value] of Object.entries({ applied_from, applied_to }))
    checked(name, value, 'a day "YYYY-MM-DD"', value === undefined || isDay(value))
  for (const [name, value] of Object.entries({ min_score, max_score }))
    checked(name, value, 'a whole number', value === undefined || Number.isInteger(value))
  checked('city', city, 'a text', city === undefined || typeof city === 'string')
  add('applied_from', applied_from, 'applied_on >= CAST($applied_from AS DATE)')
  add('applied_to', applied_to, 'applied_on <= CAST($applied_to AS DATE)')
  // A number, unlike a text, can stand in a statement that is planned once.
  add('city_key', city === undefined ? undefined : cityKey, 'city_key = $city_key')
  add('min_score', min_score, 'score >= $min_score')
  add('max_score', max_score, 'score <= $max_score')
  return conditions.length ? { conditions, params } : null
}

/** Whether a text is a day that there is, "YYYY-MM-DD". */
export const isDay = (text: string): boolean => {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : NaN
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

/** The key of no city and no skill. */
export const noKey = -1

/**
 * Looks the jobs of a scope up; null if one of them is unknown or not visible. `cityKey` is the key of the city that it names.
 * @throws TypeError for a row filter that is none
 */
export const resolveScope = (dataset: Dataset, scope: Scope, cityKey: number): ResolvedScope | null => {
  const filter = resolveFilter(scope, cityKey)
  const ids = scope.job_ids ?? (scope.job_id === undefined ? null : [scope.job_id])
  if (ids === null) return { keys: null, single: false, filter }
  const keys = new Set<number>()
  for (const id of ids) {
    const job = dataset.jobs.get(id)
    if (!job) return null
    keys.add(job.job_key)
  }
  return { keys: [...keys].sort((a, b) => a - b), single: scope.job_ids === undefined, filter }
}

/** What a question reads beside jobs and rollup: nothing, the tables of single rows, or these and the set tables. */
export type Reads = 'rollup' | 'rows' | 'sets'

const inScope = (key: string) => `${key} IN (SELECT job_key FROM scope)`

const where = (conditions: readonly string[]) => (conditions.length ? ` WHERE ${conditions.join(' AND ')}` : '')

/** The relation of the jobs of a scope, which others read, with the parameters of it and of the row filter. */
export const jobsInScope = ({
  keys,
  filter,
}: ResolvedScope): { scope: string | null; params: Record<string, Param> } => ({
  scope: keys && "SELECT CAST(unnest(string_to_array($job_keys, ',')) AS INTEGER) AS job_key",
  params: { job_keys: keys?.length ? keys.join(',') : String(wholeScope - 1), ...filter?.params },
})

/** What a scope narrows: the jobs and applications in scope, and credits, which are consumed on a job, whoever applied. */
export const narrowTo =
  ({ keys, filter }: ResolvedScope): Narrow =>
  (name, columns) => {
    const ofJobs = keys ? [inScope('job_key')] : []
    const ofRows = [...ofJobs, ...(filter?.conditions ?? [])]
    if (name === 'jobs') return keys ? `SELECT * FROM main.jobs${where(ofJobs)}` : ''
    if (isSetTable(name)) {
      const own = ofJobs.length ? ['job_key', 'other_job_key'].filter((key) => setColumns[name].includes(key)) : []
      return own.length ? `SELECT ${columns.join(', ')} FROM main.${name}${where(own.map(inScope))}` : ''
    }
    if (name === 'credit_events')
      return `SELECT job_key, credit_units AS units FROM main.rollup_job${where([`job_key <> ${wholeScope}`, ...ofJobs])}`
    const rows = isSelection(name) ? [selections[name].of, ...ofRows] : ofRows
    return `SELECT ${columns.join(', ')} FROM main.applications${where(rows)}`
  }

/**
 * Shadows `rollup_job` with common table expressions that give the columns that a statement names, where the shipped
 * relation has no row that answers: for a set of jobs together, and for filtered rows. Nothing is created, so concurrent
 * questions cannot disturb each other. Gives the expressions, the parameters that they and the statement after them read,
 * and what they read beside jobs and rollup. Without `sets` a set of jobs is worked out from single rows.
 */
export const shadow = (
  per: 'scope' | 'job',
  asked: string,
  resolved: ResolvedScope,
  sets: boolean,
): { expressions: [name: string, sql: string][]; params: Record<string, Param>; reads: Reads } => {
  const { keys, single, filter } = resolved
  const job = single && !filter ? (keys?.[0] ?? wholeScope) : wholeScope
  if (!filter && (keys === null || single)) return { expressions: [], params: { job }, reads: 'rollup' }
  const { scope, params: given } = jobsInScope(resolved)
  const params = { job, ...given }
  const expressions = new Map<string, string>()
  if (scope) expressions.set('scope', scope)
  const ofJobs = `SELECT * FROM main.rollup_job WHERE ${inScope('job_key')}`
  if (per === 'job' && !filter) {
    expressions.set('rollup_job', ofJobs)
    return { expressions: [...expressions], params, reads: 'rollup' }
  }
  const shipped = filter || !sets ? undefined : ofJobs
  const grain = per === 'job' ? 'job' : 'all'
  for (const [name, sql] of rollupExpressions(columnsIn(asked), grain, { narrow: narrowTo(resolved), shipped }))
    expressions.set(name, sql)
  return { expressions: [...expressions], params, reads: shipped ? 'sets' : 'rows' }
}

/** The columns of `rollup_job` that SQL names. */
const columnsIn = (sql: string): Set<string> => {
  const words = new Set(sql.match(/\w+/g))
  return new Set(rollupColumns.filter((name) => words.has(name)))
}
