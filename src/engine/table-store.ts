import type { BundleTableName } from 'hirescope/contract'
import type { Engine } from 'hirescope/metrics'
import type { Measure } from './stopwatch.ts'

/** How a table is filled. */
export interface InsertOptions {
  /** Rejects with the signal's reason; what a table of that name held before may be there or gone. */
  signal?: AbortSignal | undefined
  /** Told of the stages `decode` and `insert`. */
  measure?: Measure | undefined
}

/** An engine whose tables can be filled: what a loader needs beside the port. */
export interface TableStore {
  readonly engine: Engine
  /** Aborts when the engine is closed, so that nothing is fetched for it any more. */
  readonly closed?: AbortSignal | undefined
  /**
   * Makes a table of columns of a Parquet file, given its bytes, in place of a table of that name.
   * @throws DatasetError altered, if the bytes cannot be read
   */
  insert(table: BundleTableName, columns: readonly string[], bytes: Uint8Array, options?: InsertOptions): Promise<void>
  /** Makes a table of the rows of a query over tables that are there, in place of a table of that name. */
  derive(table: string, query: string): Promise<void>
  /** Runs SQL that is no question: any number of statements, without a result. A store without it holds no comments. */
  command?(sql: string): Promise<void>
}
