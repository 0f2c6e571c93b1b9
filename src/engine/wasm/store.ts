import type { Engine, Statement } from 'hirescope/metrics'
import { ParquetFile } from 'parquet-wasm/esm'
import { createClosing } from '../closing.ts'
import { unreadableTable } from '../dataset-error.ts'
import { createPreparedCache } from '../prepared-cache.ts'
import { createEngine, runBatch } from '../statements.ts'
import { unmeasured } from '../stopwatch.ts'
import type { TableStore } from '../table-store.ts'
import { columnsOf } from './columns.ts'

type Awaitable<Value> = Value | Promise<Value>

/** What AsyncDuckDB (browser) and the blocking bindings (Node) have in common. */
export interface Bindings {
  runQuery(connection: number, sql: string): Awaitable<Uint8Array>
  createPrepared(connection: number, sql: string): Awaitable<number>
  runPrepared(connection: number, statement: number, params: unknown[]): Awaitable<Uint8Array>
  closePrepared(connection: number, statement: number): Awaitable<void>
  insertArrowFromIPCStream(
    connection: number,
    stream: Uint8Array,
    options: { name: string; create: boolean },
  ): Awaitable<void>
}

export interface Host {
  bindings: Bindings
  connection: number
  /** Gives the memory back. */
  release(): Awaitable<void>
  /** Statements that are handed over at once; 1 by default. */
  ahead?: number
  /** Lets other tasks of the thread take their turn, an abort for instance. */
  rest?: () => Promise<void>
}

/**
 * A table store on DuckDB-WASM. Both that and parquet-wasm may still be starting; Parquet files are decoded meanwhile. The
 * database is locked first of all: it loads no extension, and reaches neither files nor network.
 */
export const createWasmStore = (host: Awaitable<Host>, parquet: Awaitable<unknown>): TableStore => {
  const lock = async () => {
    const { bindings, connection } = await host
    for (const setting of settings) await bindings.runQuery(connection, `SET ${setting}`)
    return { bindings, connection, engine: createWasmEngine(await host) }
  }
  const started = lock()
  const reader = Promise.resolve(parquet)
  for (const each of [started, reader]) each.catch(() => {})
  return {
    engine: createEngine(
      'duckdb',
      async (...batch) => (await started).engine.columns(...batch),
      async () => (await started).engine.close(),
    ),
    command: async (sql) => {
      const { bindings, connection } = await started
      await bindings.runQuery(connection, sql)
    },
    async insert(table, columns, bytes, measure = unmeasured) {
      const unreadable = (cause: unknown) => Promise.reject(unreadableTable(table, cause))
      await reader
      const stream = await measure('decode', () => decode(bytes, columns)).catch(unreadable)
      const { bindings, connection } = await started
      await measure('insert', async () => {
        await bindings.runQuery(connection, `DROP TABLE IF EXISTS ${table}`)
        await bindings.insertArrowFromIPCStream(connection, stream, { name: table, create: true })
      }).catch(unreadable)
    },
  }
}

/** Columns of a Parquet file in Arrow's stream format. Only the reader of blobs leaves columns out. */
const decode = async (bytes: Uint8Array, columns: readonly string[]): Promise<Uint8Array> => {
  const file = await ParquetFile.fromFile(new Blob([bytes as BlobPart]))
  try {
    return (await file.read({ columns: [...columns], batchSize: vectorSize })).intoIPCStream()
  } finally {
    file.free()
  }
}

/** The rows that the engine works on at once: batches of that size are inserted fastest. */
const vectorSize = 2048

const settings = [
  'autoload_known_extensions = false',
  'autoinstall_known_extensions = false',
  'enable_external_access = false',
  'lock_configuration = true',
]

const createWasmEngine = ({ bindings, connection, release, rest, ahead }: Host): Engine => {
  const closing = createClosing()
  const withPrepared = createPreparedCache(
    async (sql) => bindings.createPrepared(connection, sql),
    (prepared) => bindings.closePrepared(connection, prepared),
  )
  const run = async ({ sql, params }: Statement) => {
    // Of several statements in one text the engine would run all; to prepare them is an error.
    const alone = params.length === 0 && !sql.includes(';')
    const rows = await withPrepared(
      sql,
      (prepared) => bindings.runPrepared(connection, prepared, [...params]),
      alone && (() => bindings.runQuery(connection, sql)),
    )
    await rest?.()
    return columnsOf(rows)
  }
  return createEngine(
    'duckdb',
    async (statements, options = {}) =>
      runBatch(statements, { ...options, signal: closing.join(options.signal) }, run, ahead),
    () => closing.close(release),
  )
}
