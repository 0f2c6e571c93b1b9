import type { EndpointBody, EndpointId, Manifest, OptionalSourceTable } from 'hirescope/contract'
import type { z } from 'zod'
import type { Rollup } from './rollups.ts'
import type { ResolvedScope } from './scope.ts'

/** What a metric may know besides its rows. */
export interface Context {
  manifest: Manifest
  scope: ResolvedScope
  /** Whether the source had all of these tables; what depends on an absent one is null, never 0. */
  has: (...tables: OptionalSourceTable[]) => boolean
}

/** A metric's answer before it is put into its envelope. */
export interface Shaped<Id extends EndpointId, Counts> {
  status: 200 | 204
  body: EndpointBody<Id> | null
  counts: Counts
}

/** One endpoint as a self-describing object: its definition, its SQL and the shape of its answer, in one place. */
export interface Metric<Id extends EndpointId = EndpointId, Schema extends z.ZodType = z.ZodType, Counts = unknown> {
  /** Path of the endpoint, without the slash. */
  id: Id
  title: string
  /** The definition in words. */
  definition: string
  /** What the number counts. */
  unit: string
  /** The rollups the SQL reads; beside them it may read `jobs`, `candidates`, `cities` and `skills` for names. */
  reads: readonly Rollup[]
  /** One statement. Its parameter `$job` is the key of the job, or −1 for the whole scope. */
  sql: string
  /** Schema of a result row. */
  row: Schema
  /** From rows to the answer. `counts` are the numerators and denominators. */
  answer: (rows: z.infer<Schema>[], context: Context) => Shaped<Id, Counts>
}

/** Keeps the types of a metric's parts. */
export const defineMetric = <const Id extends EndpointId, Schema extends z.ZodType, Counts>(
  metric: Metric<Id, Schema, Counts>,
): Metric<Id, Schema, Counts> => metric
