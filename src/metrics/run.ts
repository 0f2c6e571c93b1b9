import { endpointBodies, type EndpointBody, type EndpointId, type OptionalSourceTable } from 'hirescope/contract'
import { z } from 'zod'
import type { Dataset } from './dataset.ts'
import type { BatchOptions, Param, Row, Statement } from './engine.ts'
import type { Context, Metric } from './metric.ts'
import { resolveScope, shadow, type Scope } from './scope.ts'
import { weekStarts } from './weeks.ts'

/** What an answer stands on. */
export interface Basis<Counts> {
  /** Numerators and denominators, withdrawn and unknown counts. */
  counts: Counts
  as_of: string
  time_zone: string
  /** The SQL that ran, with named parameters, and their values. */
  sql: string
  params: Record<string, Param>
  /** The statement's own time in the engine. */
  milliseconds: number
}

/** The answer of a metric: 200 with a body, 204 without applicants (`details` alone), 404 for a job that is not visible. */
export type Answer<Id extends EndpointId = EndpointId, Counts = unknown> =
  | { status: 200; body: EndpointBody<Id>; basis: Basis<Counts> }
  | { status: 204; body: null; basis: Basis<Counts> }
  | { status: 404; body: null; basis: null }

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the bound of "any metric"; each use keeps its own types
export type AnyMetric = Metric<any, any, any>
export type AnswerOf<M> = M extends Metric<infer Id, z.ZodType, infer Counts> ? Answer<Id, Counts> : never
export type AnswersOf<Metrics extends Record<string, AnyMetric>> = { [Name in keyof Metrics]: AnswerOf<Metrics[Name]> }

interface Plan {
  statement: Statement
  sql: string
  params: Record<string, Param>
  context: Context
}

/** Plans a metric's question as one statement; null where the scope names a job that is not visible. Pure. */
export const plan = (dataset: Dataset, metric: AnyMetric, scope: Scope): Plan | null => {
  const resolved = resolveScope(dataset, scope)
  if (!resolved) return null
  const has = (...tables: OptionalSourceTable[]) => tables.every((table) => dataset.manifest.source_tables[table])
  const context: Context = { manifest: dataset.manifest, scope: resolved, has }
  const shadowed = shadow(metric.sql.trim(), metric.reads, resolved)
  const values: Record<string, Param> = { ...shadowed.params, first_week: weekStarts(dataset.manifest)[0] ?? null }
  const params = Object.fromEntries(Object.entries(values).filter(([name]) => namesIn(shadowed.sql).has(name)))
  return { statement: positional(shadowed.sql, params), sql: shadowed.sql, params, context }
}

const namesIn = (sql: string) => new Set([...sql.matchAll(/\$([a-z_]+)/g)].map(([, name]) => name ?? ''))

/** Turns `$name` parameters into `$1`, `$2`, … */
export const positional = (sql: string, params: Record<string, Param>): Statement => {
  const names: string[] = []
  const text = sql.replace(/\$([a-z_]+)/g, (_, name: string) => {
    if (!(name in params)) throw new Error(`metric: SQL names the parameter $${name}, which has no value`)
    if (!names.includes(name)) names.push(name)
    return `$${names.indexOf(name) + 1}`
  })
  return { sql: text, params: names.map((name) => params[name] ?? null) }
}

const conclude = (metric: AnyMetric, plan: Plan, rows: Row[], milliseconds: number): Answer => {
  const { status, body, counts } = metric.answer(z.array(metric.row).parse(rows), plan.context)
  if (status === 200) endpointBodies[metric.id as EndpointId].parse(body)
  const { as_of, time_zone } = plan.context.manifest
  return {
    status,
    body,
    basis: { counts, as_of, time_zone, sql: plan.sql, params: plan.params, milliseconds },
  } as Answer
}

/**
 * Asks several metrics about one scope in one batch.
 * @throws what the engine throws; ZodError where rows or body do not match their schema.
 */
export const runAll = async <const Metrics extends Record<string, AnyMetric>>(
  dataset: Dataset,
  metrics: Metrics,
  scope: Scope = {},
  options: Omit<BatchOptions, 'timing'> = {},
): Promise<AnswersOf<Metrics>> => {
  const plans = Object.entries(metrics).map(([name, metric]) => ({ name, metric, plan: plan(dataset, metric, scope) }))
  const planned = plans.flatMap(({ plan }) => plan ?? [])
  const times: number[] = []
  const results = planned.length
    ? await dataset.engine.batch(
        planned.map(({ statement }) => statement),
        { ...options, timing: (index, milliseconds) => (times[index] = milliseconds) },
      )
    : []
  let next = 0
  const answers = plans.map(({ name, metric, plan }) => {
    if (!plan) return [name, { status: 404, body: null, basis: null }] as const
    const index = next++
    return [name, conclude(metric, plan, results[index] ?? [], times[index] ?? 0)] as const
  })
  return Object.fromEntries(answers) as AnswersOf<Metrics>
}

/**
 * Asks one metric about a scope: `run(dataset, metrics['top-skill'], { job_id: '12' })`.
 * @throws what the engine throws; ZodError where rows or body do not match their schema.
 */
export const run = async <M extends AnyMetric>(
  dataset: Dataset,
  metric: M,
  scope: Scope = {},
  options: Omit<BatchOptions, 'timing'> = {},
): Promise<AnswerOf<M>> => (await runAll(dataset, { metric }, scope, options)).metric as AnswerOf<M>
