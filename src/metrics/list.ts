import { bundleColumns } from 'hirescope/contract'
import type { Dataset, RowsOptions } from './dataset.ts'
import type { BatchOptions, Param } from './engine.ts'
import { listRelations, lists, listStatement, valueInSql, type List, type ListName } from './lists.ts'
import { keyOf, positional } from './run.ts'
import { jobsInScope, narrowTo, noKey, resolveScope, type ResolvedScope, type Scope } from './scope.ts'
import { weekStarts } from './weeks.ts'

type Texts = ArrayLike<string | null>
type Numbers = ArrayLike<number | null>

/**
 * The rows of a list by column, the latest applications first. `job_key` is the position in the dataset's jobs, `stage` and
 * `outcome` are those of the contract by position; days count from 1 January 1970 on the org clock, times in seconds from its
 * first instant in UTC.
 */
export interface Listed {
  length: number
  columns: {
    candidate_id: Texts
    /** As far as the export includes names. */
    name: Texts
    job_key: Numbers
    stage: Numbers
    outcome: Numbers
    applied_day: Numbers
    /** When the outcome came, if it is known. */
    outcome_s: Numbers
    /** The day on which an assessment or a video interview was assigned. */
    day: Numbers
    /** When a résumé was received. */
    time: Numbers
    /** The whole score of a résumé. */
    score: Numbers
  }
  as_of: string
  time_zone: string
  /** The SQL that ran, with named parameters, and their values. */
  sql: string
  params: Record<string, Param>
  /** Time in the engine. */
  milliseconds: number
}

const wordsIn = (sql: string) => new Set(sql.match(/\w+/g))

/** The statement with all that it reads in front of it: what the scope narrows, and the relations of lists. */
const whole = (statement: string, resolved: ResolvedScope): string => {
  const relations = listRelations.filter(([name]) => wordsIn(statement).has(name))
  const read = wordsIn([statement, ...relations.map(([, sql]) => sql)].join(' '))
  const narrow = narrowTo(resolved)
  const columns = bundleColumns('applications').flatMap(({ name }) => (read.has(name) && name !== 'skills' ? name : []))
  const { scope } = jobsInScope(resolved)
  const expressions = [
    ...(scope ? [['scope', scope]] : []),
    ['applications', narrow('applications', columns)],
    ...(read.has('listed_skills') ? [['listed_skills', narrow('listed_skills', ['candidate_key', 'skills'])]] : []),
    ...relations,
  ]
  return `WITH ${expressions.map(([name, sql]) => `${name} AS (\n${sql?.trim()})`).join(',\n')}\n${statement}`
}

/** What narrows a list beside its scope, and how it is loaded. */
export interface ListOptions extends Pick<BatchOptions, 'signal'>, Pick<RowsOptions, 'onProgress'> {
  /** A state of the stage graph, a whole score, the first day of a week, or the name of a city or skill: see `by` of the list. */
  value?: string | number | undefined
}

/**
 * The rows behind a number: `listRows(dataset, 'applicants', { job_id: '12' })`. There are as many as the metric counts. Loads
 * the tables of single rows and the ids of candidates. Null where the scope names a job that is not visible.
 * @throws what the engine throws; TypeError for a value or a row filter that is none
 */
export const listRows = async (
  dataset: Dataset,
  name: ListName,
  scope: Scope = {},
  { value, signal, onProgress }: ListOptions = {},
): Promise<Listed | null> => {
  const list: List = lists[name]
  let chosen = value === undefined ? null : valueInSql(list, value)
  if (!resolveScope(dataset, scope, noKey)) return null
  await dataset.loadRows({ signal, onProgress, ids: true })
  if ((list.by === 'city' || list.by === 'skill') && typeof value === 'string')
    chosen = String(await keyOf(dataset, list.by, value, signal))
  const cityKey = scope.city === undefined ? noKey : await keyOf(dataset, 'city', scope.city, signal)
  const resolved = resolveScope(dataset, scope, cityKey)
  if (!resolved) return null
  const { manifest } = dataset
  const sql = whole(listStatement(list, chosen), resolved)
  const given = { ...jobsInScope(resolved).params, first_week: weekStarts(manifest)[0] ?? null }
  const params = Object.fromEntries(Object.entries(given).filter(([name]) => sql.includes(`$${name}`)))
  let milliseconds = 0
  const [result] = await dataset.engine.columns([positional({ sql, params })], {
    signal,
    timing: (_, duration) => (milliseconds = duration),
  })
  const { as_of, time_zone } = manifest
  return { ...(result as Pick<Listed, 'length' | 'columns'>), as_of, time_zone, sql, params, milliseconds }
}
