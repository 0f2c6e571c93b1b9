import type { BundleTableName } from 'hirescope/contract'
import type { Engine } from 'hirescope/metrics'
import type { Measure } from './stopwatch.ts'

/** An engine whose tables can be filled: what a loader needs beside the port. */
export interface TableStore {
  readonly engine: Engine
  /**
   * Makes a table of columns of a Parquet file, given its bytes, in place of a table of that name.
   * `measure` is told of the stages `decode` and `insert`.
   * @throws DatasetError altered, if the bytes cannot be read
   */
  insert(table: BundleTableName, columns: readonly string[], bytes: Uint8Array, measure?: Measure): Promise<void>
  /** Runs SQL that is no question: any number of statements, without a result. A store without it holds no comments. */
  command?(sql: string): Promise<void>
}
