import { AsyncDuckDB, VoidLogger } from '@duckdb/duckdb-wasm'
import duckdb from '@duckdb/duckdb-wasm/dist/duckdb-eh.wasm?url'
import duckdbWorker from '@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js?url'
import initParquet, { readParquet } from 'parquet-wasm/esm'
import parquet from 'parquet-wasm/esm/parquet_wasm_bg.wasm?url'

/**
 * Observable's client of DuckDB as far as the README uses it: the same DuckDB-WASM, with a connection for each query. There, DuckDB
 * fetches what reads Parquet from its own host, which no test reaches; here parquet-wasm reads it.
 */
class DuckDBClient {
  readonly #database: AsyncDuckDB

  constructor(database: AsyncDuckDB) {
    this.#database = database
  }

  static async of() {
    await initParquet({ module_or_path: parquet })
    const database = new AsyncDuckDB(new VoidLogger(), new Worker(duckdbWorker))
    await database.instantiate(new URL(duckdb, location.href).href)
    await database.open({})
    return new DuckDBClient(database)
  }

  async query(sql: string) {
    const connection = await this.#database.connect()
    try {
      const [, name, url] = /^CREATE TABLE (\w+) AS FROM read_parquet\('([^']+)'\)$/.exec(sql) ?? []
      if (name === undefined || url === undefined) return await connection.query(sql)
      const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer())
      return await connection.insertArrowFromIPCStream(readParquet(bytes).intoIPCStream(), { name, create: true })
    } finally {
      await connection.close()
    }
  }
}

Object.assign(window, { DuckDBClient })
