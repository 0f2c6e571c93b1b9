import type { SourceTableName } from 'hirescope/contract'
import type { Staging } from './staging.ts'

/** How a time column is delivered: UTC timestamp text or value, or a day only. Other columns are 'value'. */
export type Delivered = 'value' | 'timestamp' | 'date'

/** One consistent view of a source, as an adapter's SELECTs see it. */
export interface Snapshot {
  /** The instant at which it was read, or the configured as-of: "YYYY-MM-DD hh:mm:ss.ffffff" in UTC. */
  readonly asOf: string
  /** The tables that the adapter delivers and how each of their columns comes; checked against the contract. */
  readonly tables: ReadonlyMap<SourceTableName, Record<string, Delivered>>
  /** How many tables can be read at once, each into a connection of its own. */
  readonly readers: number
  /** Puts the rows of a table into the staging database as `raw.<table>`, columns in contract order, as text or typed. */
  land: (table: SourceTableName, staging: Staging, signal?: AbortSignal) => Promise<void>
  /** How many rows a table has: counted where that is cheap, else what the planner of the source reckons. */
  estimate: (table: SourceTableName) => Promise<Estimate>
  close: () => Promise<void>
}

export interface Estimate {
  rows: number
  exact: boolean
}

/** Where source rows come from. */
export interface Source {
  /**
   * Opens a snapshot and checks every SELECT of the adapter against the contract.
   * @throws ExportError that names the file and line of a SELECT that fails or gives a wrong column or type.
   */
  open: (staging: Staging, asOf: Date | null) => Promise<Snapshot>
}
