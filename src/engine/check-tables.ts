import { bundleColumns, type BundleTableName, type Manifest } from 'hirescope/contract'
import type { Engine } from 'hirescope/metrics'
import { DatasetError } from './dataset-error.ts'

/** Tables by name, each with the columns of it that are loaded, in the order of the contract. */
export type LoadedTables = ReadonlyMap<BundleTableName, readonly string[]>

/**
 * Checks that the engine holds what manifest and contract promise: an insert can fail without a word.
 * @throws DatasetError altered
 */
export const checkTables = async (
  engine: Engine,
  manifest: Manifest,
  tables: LoadedTables,
  signal?: AbortSignal,
): Promise<void> => {
  const options = signal ? { signal } : {}
  const [columns = []] = await engine.batch([{ sql: allColumns, params: [] }], options)
  for (const [table, expected] of tables) {
    const found = columns.filter(({ table_name }) => table_name === table)
    checkColumns(
      table,
      expected,
      found.map(({ column_name, data_type }) => `${column_name} ${data_type}`),
    )
  }
  const counts = await engine.batch(
    [...tables.keys()].map((table) => ({ sql: `SELECT CAST(count(*) AS INTEGER) AS n FROM ${table}`, params: [] })),
    options,
  )
  for (const [index, table] of [...tables.keys()].entries()) {
    const rows = counts[index]?.[0]?.n
    const expected = manifest.tables[table].rows
    if (rows === expected) continue
    const wrong = `${rows} rows, the manifest says ${expected}`
    throw new DatasetError('altered', `table ${table}: ${wrong}; load the dataset again, or export it anew`)
  }
}

const allColumns = `
SELECT table_name, column_name, data_type FROM duckdb_columns()
WHERE schema_name = 'main' AND NOT internal ORDER BY table_name, column_index`

const checkColumns = (table: BundleTableName, loaded: readonly string[], found: string[]): void => {
  const expected = bundleColumns(table)
    .filter(({ name }) => loaded.includes(name))
    .map(({ name, type }) => `${name} ${type}`)
  for (let index = 0; index < Math.max(expected.length, found.length); index++) {
    if (found[index] === expected[index]) continue
    const wrong = `expected ${expected[index] ?? 'no column'}, got ${found[index] ?? 'none'}`
    throw new DatasetError('altered', `table ${table}: column ${index + 1}: ${wrong}; export the dataset anew`)
  }
}
