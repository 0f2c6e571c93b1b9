import type { EndpointBody, EndpointId, OptionalSourceTable } from 'hirescope/contract'
import type { Dataset, RowsOptions } from './dataset.ts'
import type { Columns, Param, Statement, Value } from './engine.ts'
import { statementOf, type Context, type Metric } from './metric.ts'
import { noKey, resolveScope, shadow, type Reads, type ResolvedScope, type Scope } from './scope.ts'
import { weekStarts } from './weeks.ts'

/** What an answer stands on. */
export interface Basis<Counts> {
  /** Numerators and denominators, withdrawn and unknown counts. */
  counts: Counts
  as_of: string
  time_zone: string
  /** The metric's SQL, with named parameters, and their values. */
  sql: string
  params: Record<string, Param>
  /** Time in the engine of the statement, which answers metrics asked together that are read from one row. */
  milliseconds: number
}

/** The answer of a metric: 200 with a body, 204 without applicants (`details` alone), 404 for a job that is not visible. */
export type Answer<Id extends EndpointId = EndpointId, Counts = unknown> =
  | { status: 200; body: EndpointBody<Id>; basis: Basis<Counts> }
  | { status: 204; body: null; basis: Basis<Counts> }
  | { status: 404; body: null; basis: null }

/** A metric, whatever its answer. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the bound of "any metric"; each use keeps its own types
export type AnyMetric = Metric<any, any, any>
/** The answer of a metric, with its own body and counts. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- matches whatever the row is
export type AnswerOf<M> = M extends Metric<infer Id, any, infer Counts> ? Answer<Id, Counts> : never
/** The answers of metrics, under the names they were given. */
export type AnswersOf<Metrics extends Record<string, AnyMetric>> = { [Name in keyof Metrics]: AnswerOf<Metrics[Name]> }

/**
 * How a question is asked: `signal` rejects with its reason. `onProgress` is told of the bytes of the tables of single rows where
 * the question waits for them: the first about a set of jobs or filtered rows.
 */
export type AskOptions = Omit<RowsOptions, 'timing'>

interface Plan {
  context: Context
  /** Statements, each of which answers one metric, or several that are read from one row. */
  steps: { metrics: AnyMetric[]; statement: Statement }[]
  /** What is read beside jobs and rollup. */
  reads: Reads
}

interface Question {
  sql: string
  params: Record<string, Param>
  reads: Reads
}

const needs: readonly Reads[] = ['sets', 'rows']

/** The name of an item of a select list. */
const nameOf = (item: string) => / AS (\w+)$/.exec(item)?.[1] ?? item

/** Whether a metric is answered from the one row of its scope, which for one job is that of the job, too. */
const readsOneRow = ({ per }: AnyMetric, { single, filter }: ResolvedScope) => per === 'scope' || (single && !filter)

/** The SQL that answers metrics which share a row, or one metric alone; with `sets` over the set tables. Pure. */
const question = (metrics: AnyMetric[], context: Context, sets: boolean): Question => {
  const select = [...new Set(metrics.flatMap(({ select }) => select))]
  const one = metrics.every((metric) => readsOneRow(metric, context.scope))
  const asked = statementOf(select, one ? 'one' : 'each job')
  const { expressions, params, reads } = shadow(one ? 'scope' : 'job', asked, context.scope, sets)
  const clauses = expressions.map(([name, sql]) => `${name} AS (\n${sql})`)
  const sql = clauses.length ? `WITH ${clauses.join(',\n')}\n${asked}` : asked
  const values: Record<string, Param> = { ...params, first_week: weekStarts(context.manifest)[0] ?? null }
  const named = new Set([...sql.matchAll(/\$([a-z_]+)/g)].map(([, name]) => name ?? ''))
  return { sql, reads, params: Object.fromEntries(Object.entries(values).filter(([name]) => named.has(name))) }
}

/** Whole numbers, lists of them and days: nothing that could end a literal. */
const isPlain = (value: Param) => Number.isInteger(value) || (typeof value === 'string' && /^-?\d[\d,-]*$/.test(value))

/**
 * Turns `$name` parameters into `$1`, `$2`, …, but for what is made of digits alone: a statement with parameters is planned anew
 * each time it runs, and worse.
 */
export const positional = ({ sql, params }: Pick<Question, 'sql' | 'params'>): Statement => {
  const names: string[] = []
  const text = sql.replace(/\$([a-z_]+)/g, (_, name: string) => {
    const value = params[name]
    if (value === undefined) throw new Error(`metric: SQL names the parameter $${name}, which has no value`)
    if (isPlain(value)) return typeof value === 'string' ? `'${value}'` : String(value)
    if (!names.includes(name)) names.push(name)
    return `$${names.indexOf(name) + 1}`
  })
  return { sql: text, params: names.map((name) => params[name] ?? null) }
}

/**
 * Plans questions about one scope: a statement for all metrics that are read from one row, and one for each of the others.
 * Null where the scope names a job that is not visible. `cityKey` is the key of the city that it names. Pure.
 * @throws TypeError for a row filter that is none
 */
export const plan = (dataset: Dataset, metrics: readonly AnyMetric[], scope: Scope, cityKey = noKey): Plan | null => {
  const resolved = resolveScope(dataset, scope, cityKey)
  if (!resolved) return null
  const { manifest, jobs } = dataset
  const has = (...tables: OptionalSourceTable[]) => tables.every((table) => manifest.source_tables[table])
  const context: Context = { manifest, scope: resolved, jobs: [...jobs.values()], has }
  const together = metrics.filter((metric) => readsOneRow(metric, resolved))
  const apart = metrics.filter((metric) => !together.includes(metric)).map((metric) => [metric])
  const asked = [...(together.length ? [together] : []), ...apart].map((metrics) => ({
    metrics,
    ...question(metrics, context, true),
  }))
  const steps = asked.map(({ metrics, ...question }) => ({ metrics, statement: positional(question) }))
  return { context, steps, reads: needs.find((each) => asked.some(({ reads }) => reads === each)) ?? 'rollup' }
}

const numbers = (metric: AnyMetric, { columns }: Columns): Record<string, ArrayLike<number>> =>
  Object.fromEntries(
    metric.select.map((item: string) => {
      const values = columns[nameOf(item)]
      if (!(values instanceof Int32Array) && !Array.prototype.every.call(values ?? [''], Number.isInteger))
        throw new TypeError(`${metric.id}: column ${nameOf(item)}, expected whole numbers`)
      return [nameOf(item), values as ArrayLike<number>]
    }),
  )

const shape = (metric: AnyMetric, result: Columns, context: Context) => {
  if (metric.per === 'job') return metric.answer(numbers(metric, result), result.length, context)
  if (result.length === 0) return metric.answer(metric.empty, context)
  const row = metric.select.map((item: string): [string, Value] => [
    nameOf(item),
    result.columns[nameOf(item)]?.[0] ?? null,
  ])
  return metric.answer(metric.row.parse(Object.fromEntries(row)), context)
}

const conclude = (metric: AnyMetric, result: Columns, context: Context, milliseconds: number): Answer => {
  const { status, body, counts } = shape(metric, result, context)
  const { as_of, time_zone } = context.manifest
  let own: Question | undefined
  const basis: Basis<unknown> = {
    counts,
    as_of,
    time_zone,
    // The text of a metric's own statement is seldom looked at, and costs more than its answer. Of a set of jobs it is that over the
    // tables of a bundle, which anybody can run.
    get sql() {
      return (own ??= question([metric], context, false)).sql
    },
    get params() {
      return (own ??= question([metric], context, false)).params
    },
    milliseconds,
  }
  return { status, body, basis } as Answer
}

/** The key of a city or a skill, given its name as answers show it; −1 where there is none of that name. */
export const keyOf = async (
  dataset: Dataset,
  what: 'city' | 'skill',
  name: string,
  signal: AskOptions['signal'],
): Promise<number> => {
  const known = knownKeys.get(dataset) ?? new Map<string, number>()
  knownKeys.set(dataset, known)
  const found = known.get(`${what} ${name}`)
  if (found !== undefined) return found
  const sql = `SELECT ${what}_key AS key FROM ${what === 'city' ? 'cities' : 'skills'} WHERE name = $1`
  const [[row] = []] = await dataset.engine.batch([{ sql, params: [name] }], { signal })
  const key = typeof row?.key === 'number' ? row.key : noKey
  known.set(`${what} ${name}`, key)
  return key
}

/** The keys that were looked up: a bundle never changes. */
const knownKeys = new WeakMap<Dataset, Map<string, number>>()

/**
 * Asks several metrics about one scope in one batch.
 * @throws what the engine throws; ZodError or TypeError where a result is not of the metric's shape; TypeError for a row
 * filter that is none
 */
export const runAll = async <const Metrics extends Record<string, AnyMetric>>(
  dataset: Dataset,
  metrics: Metrics,
  scope: Scope = {},
  { signal, onProgress }: AskOptions = {},
): Promise<AnswersOf<Metrics>> => {
  const named = Object.entries<AnyMetric>(metrics)
  const asked = named.map(([, metric]) => metric)
  const load = (reads: Reads) => dataset.loadRows({ signal, onProgress, sets: reads === 'sets' })
  let cityKey = noKey
  if (scope.city !== undefined && resolveScope(dataset, scope, noKey)) {
    await load('rows')
    cityKey = await keyOf(dataset, 'city', scope.city, signal)
  }
  const planned = plan(dataset, asked, scope, cityKey)
  if (!planned) {
    const unknown = named.map(([name]) => [name, { status: 404, body: null, basis: null }])
    return Object.fromEntries(unknown) as AnswersOf<Metrics>
  }
  const { context, steps, reads } = planned
  if (reads !== 'rollup') await load(reads)
  const times: number[] = []
  const results = await dataset.engine.columns(
    steps.map(({ statement }) => statement),
    { signal, timing: (index, milliseconds) => (times[index] = milliseconds) },
  )
  const answers = named.map(([name, metric]) => {
    const index = steps.findIndex(({ metrics }) => metrics.includes(metric))
    const result = results[index] ?? { length: 0, columns: {} }
    return [name, conclude(metric, result, context, times[index] ?? 0)] as const
  })
  return Object.fromEntries(answers) as AnswersOf<Metrics>
}

/**
 * Asks one metric about a scope: `run(dataset, metrics['top-skill'], { job_id: '12' })`.
 * @throws as `runAll` does
 */
export const run = async <M extends AnyMetric>(
  dataset: Dataset,
  metric: M,
  scope: Scope = {},
  options: AskOptions = {},
): Promise<AnswerOf<M>> => (await runAll(dataset, { metric }, scope, options)).metric as AnswerOf<M>
