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
  const names = [...tables.keys()]
  const questions = [
    // What lists the columns of all tables binds every system view first.
    ...names.map((table) => `SELECT cid, name, type FROM pragma_table_info('${table}')`),
    ...names.map((table) => `SELECT CAST(count(*) AS INTEGER) AS n FROM ${table}`),
  ]
  const results = await engine.batch(
    questions.map((sql) => ({ sql, params: [] })),
    signal ? { signal } : {},
  )
  for (const [index, table] of names.entries()) {
    const found: string[] = []
    for (const { cid, name, type } of results[index] ?? []) found[Number(cid)] = `${name} ${type}`
    checkColumns(table, tables.get(table) ?? [], found)
    const rows = results[names.length + index]?.[0]?.n
    const expected = manifest.tables[table].rows
    if (rows === expected) continue
    const wrong = `${rows} rows, the manifest says ${expected}`
    throw new DatasetError('altered', `table ${table}: ${wrong}; load the dataset again, or export it anew`)
  }
}

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
