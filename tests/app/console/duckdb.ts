import * as duckdb from '@duckdb/duckdb-wasm/blocking'
import { tableFromIPC } from 'apache-arrow'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Rows } from '../../../src/app/console/rows.ts'

/** The engine of the browser, in this process. */
export interface DuckDb {
  rows(sql: string): Rows
  /** The first column as text. */
  texts(sql: string): (string | null)[]
  close(): void
}

export const openDuckDb = async (): Promise<DuckDb> => {
  const folder = dirname(createRequire(import.meta.url).resolve('@duckdb/duckdb-wasm'))
  const module = { mainModule: join(folder, 'duckdb-eh.wasm'), mainWorker: '' }
  const database = await duckdb.createDuckDB({ eh: module, mvp: module }, new duckdb.VoidLogger(), duckdb.NODE_RUNTIME)
  await database.instantiate(() => {})
  const connection = database.connect()
  connection.query('SET autoload_known_extensions = false')
  const rows = (sql: string) => {
    // The package has its own copy of Arrow's classes here; the app and its tests have one.
    const { schema, batches } = tableFromIPC(connection.useUnsafe((database, id) => database.runQuery(id, sql)))
    const found = new Rows(schema)
    for (const batch of batches) found.add(batch)
    return found
  }
  const texts = (sql: string) => {
    const found = rows(sql)
    return Array.from({ length: found.length }, (_, row) => found.value(row, 0) as string | null)
  }
  return { rows, texts, close: () => connection.close() }
}
