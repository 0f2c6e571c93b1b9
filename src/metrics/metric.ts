import {
  endpointBodies,
  type EndpointBody,
  type EndpointId,
  type Manifest,
  type OptionalSourceTable,
} from 'hirescope/contract'
import type { z } from 'zod'
import type { Job } from './dataset.ts'
import type { Row } from './engine.ts'
import { wholeScope } from './relations.ts'
import type { ResolvedScope } from './scope.ts'

/** What a metric may know besides its rows. */
export interface Context {
  manifest: Manifest
  scope: ResolvedScope
  /** The visible jobs by key. */
  jobs: readonly Job[]
  /** Whether the source had all of these tables; what depends on an absent one is null, never 0. */
  has: (...tables: OptionalSourceTable[]) => boolean
}

/** A metric's answer before it is put into its envelope. */
export interface Shaped<Id extends EndpointId, Counts> {
  status: 200 | 204
  body: EndpointBody<Id> | null
  counts: Counts
}

interface Described<Id extends EndpointId> {
  /** Path of the endpoint, without the slash. */
  id: Id
  title: string
  /** The definition in words. */
  definition: string
  /** What the number counts. */
  unit: string
  /** What a caller may narrow it by. */
  parameters: typeof parameters
  /** Schema of the body of a 200 answer. */
  body: (typeof endpointBodies)[Id]
  /** The select list over `rollup_job`: each item a column, or an expression with its name ("CAST(x AS VARCHAR) AS x"). */
  select: readonly string[]
  /** The statement for all jobs. `$job` is the key of a job, or −1 for all jobs in scope. */
  sql: string
}

const parameters = { job_id: 'Id of a visible job; without it, all visible jobs.' } as const

/** A metric that is answered from one row: that of one job, or of all jobs in scope together. */
export interface ScopeMetric<Id extends EndpointId, Fields extends Row, Counts> extends Described<Id> {
  per: 'scope'
  /** Schema of the row. */
  row: z.ZodType<Fields>
  /** The row of a scope without jobs. */
  empty: Fields
  /** From the row to the answer. `counts` are the numerators and denominators. */
  answer: (row: Fields, context: Context) => Shaped<Id, Counts>
}

/** A metric that is answered from a row for each job in scope, in any order. Its columns are whole numbers without nulls. */
export interface JobMetric<Id extends EndpointId, Counts> extends Described<Id> {
  per: 'job'
  /** From the columns, each with `length` numbers, to the answer. */
  answer: (columns: Readonly<Record<string, ArrayLike<number>>>, length: number, context: Context) => Shaped<Id, Counts>
}

/** One endpoint as a self-describing object: its definition, its SQL and the shape of its answer, in one place. */
export type Metric<Id extends EndpointId = EndpointId, Fields extends Row = Row, Counts = unknown> =
  ScopeMetric<Id, Fields, Counts> | JobMetric<Id, Counts>

/** A statement that asks `rollup_job` about a scope or one job, which is one row, or about each job in scope. */
export const statementOf = (select: readonly string[], rows: 'one' | 'each job'): string =>
  `SELECT ${select.join(', ')}\nFROM rollup_job\nWHERE job_key ${rows === 'one' ? '= $job' : `<> ${wholeScope}`}`

type Own<M> = Omit<M, 'per' | 'parameters' | 'body' | 'sql'>

/** Makes a metric that is answered from one row. */
export const defineScopeMetric = <const Id extends EndpointId, Fields extends Row, Counts>(
  metric: Own<ScopeMetric<Id, Fields, Counts>>,
): ScopeMetric<Id, Fields, Counts> => ({
  ...metric,
  per: 'scope',
  parameters,
  body: endpointBodies[metric.id],
  sql: statementOf(metric.select, 'one'),
})

/** Makes a metric that is answered from a row for each job. */
export const defineJobMetric = <const Id extends EndpointId, Counts>(
  metric: Own<JobMetric<Id, Counts>>,
): JobMetric<Id, Counts> => ({
  ...metric,
  per: 'job',
  parameters,
  body: endpointBodies[metric.id],
  sql: statementOf(metric.select, 'each job'),
})
