/** A value that every engine can bind. A list travels as one comma-separated string. */
export type Param = string | number | boolean | null

/** A value of a result: of a VARCHAR, INTEGER, DOUBLE or BOOLEAN column, so that engines cannot differ. */
export type Value = string | number | boolean | null

/** A result row by column name. */
export type Row = Record<string, Value>

/** A result by column, each with `length` values. Numbers without a null may come in a typed array. */
export interface Columns {
  readonly length: number
  readonly columns: Readonly<Record<string, ArrayLike<Value>>>
}

/** The same result by row. */
export const rowsOf = ({ length, columns }: Columns): Row[] => {
  const entries = Object.entries(columns)
  return Array.from(
    { length },
    (_, row) => Object.fromEntries(entries.map(([name, values]) => [name, values[row] ?? null])) as Row,
  )
}

/** SQL with positional parameters `$1`, `$2`, … */
export interface Statement {
  sql: string
  params: readonly Param[]
}

/** How a batch is run. */
export interface BatchOptions {
  /** Rejects with the signal's reason; statements not yet begun are not run. */
  signal?: AbortSignal | undefined
  /** Told of each statement's own duration in the engine. */
  timing?: ((statement: number, milliseconds: number) => void) | undefined
}

/**
 * The engine port: all that a metric needs of a database whose search path holds the tables of a bundle, also under the
 * schema name `main`. Adapters are in `hirescope/engine/*`.
 */
export interface Engine {
  readonly dialect: 'duckdb' | 'postgres'
  /** Runs the statements in order and gives the rows of each. The first failure rejects the whole batch. */
  batch(statements: readonly Statement[], options?: BatchOptions): Promise<Row[][]>
  /** The same by column, which is cheaper by far for many rows. */
  columns(statements: readonly Statement[], options?: BatchOptions): Promise<Columns[]>
  /** Gives the memory back. Batches under way reject. */
  close(): Promise<void>
}
