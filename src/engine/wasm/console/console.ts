import type { Manifest } from 'hirescope/contract'
import type { RecordBatch, Schema } from 'apache-arrow'
import type { OpenDatasetOptions } from '../open-dataset.ts'

/** Why a query of an analyst ended without its result. */
export type QueryErrorCode = 'sql' | 'refused' | 'cancelled' | 'time' | 'memory' | 'lost'

/** A query ended without its result. `position` is where in its text the engine found the fault, in UTF-16 units. */
export class QueryError extends Error {
  readonly code: QueryErrorCode
  readonly position: number | null

  constructor(code: QueryErrorCode, message: string, position: number | null = null, options?: ErrorOptions) {
    super(message, options)
    this.name = 'QueryError'
    this.code = code
    this.position = position
  }
}

/** How a statement is run. */
export interface QueryOptions {
  /** Ends the query, which then rejects with code `cancelled`, within 200 ms. */
  signal?: AbortSignal | undefined
  /** Ends the query with code `time`. */
  timeoutMilliseconds?: number | undefined
  /** Ends the query without a fault once so many rows have come. */
  maxRows?: number | undefined
  onSchema?: ((schema: Schema) => void) | undefined
  /** Told of rows as they come, the first of them before the query has ended. */
  onBatch?: ((batch: RecordBatch) => void) | undefined
}

/** What a statement that ended well gave. */
export interface QueryOutcome {
  rows: number
  milliseconds: number
  /** Whether there would have been more than `maxRows`. */
  cut: boolean
}

/** A database of an analyst's own, with all tables and views of a bundle, locked, in a worker of its own. */
export interface Console {
  readonly manifest: Manifest
  /** Runs one statement. Statements run one after the other. @throws QueryError */
  query(sql: string, options?: QueryOptions): Promise<QueryOutcome>
  /** Makes a table of Arrow's stream format. @throws QueryError */
  insert(name: string, stream: Uint8Array): Promise<void>
  close(): Promise<void>
}

/** How an analyst's database is opened. */
export interface OpenConsoleOptions extends Pick<
  OpenDatasetOptions,
  'signal' | 'onProgress' | 'onStart' | 'onKept' | 'assets'
> {
  /** What the engine may take of memory before a query fails with code `memory`; by default what the device has room for. */
  memoryMegabytes?: number | undefined
  /** Told when the engine is of no more use: what is to be asked needs another one. */
  onLost?: ((error: QueryError) => void) | undefined
}
