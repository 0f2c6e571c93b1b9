import type { Columns, Statement } from 'hirescope/metrics'
import { ParquetFile, type ReaderOptions } from 'parquet-wasm/esm'
import { createClosing } from '../closing.ts'
import { unreadableTable } from '../dataset-error.ts'
import { createPreparedCache, type PreparedCache } from '../prepared-cache.ts'
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
 * database is locked first of all, after settings of its own: it loads no extension, and reaches neither files nor network.
 */
export const createWasmStore = (
  host: Awaitable<Host>,
  parquet: Awaitable<unknown>,
  ownSettings: readonly string[] = [],
): TableStore => {
  const closing = createClosing()
  const reader = Promise.resolve(parquet)
  // The engine's memory lives as long as something refers to it: after the end, nothing here does.
  let starting: Promise<Started> | undefined = lock(host, ownSettings)
  for (const each of [starting, reader]) each.catch(() => {})
  const started = async (signal: AbortSignal) => {
    signal.throwIfAborted()
    return (await starting) as Started
  }
  const release = async () => {
    const ending = starting
    starting = undefined
    await ending?.then(
      ({ host }) => host.release(),
      () => {},
    )
  }
  return {
    engine: createEngine(
      'duckdb',
      async (statements, { signal: given, ...options } = {}) => {
        const signal = closing.join(given)
        const { run, host } = await started(signal)
        return runBatch(statements, { ...options, signal }, run, host.ahead)
      },
      () => closing.close(release),
    ),
    closed: closing.closed,
    derive: async (table, query) => {
      const { host, prepared } = await started(closing.closed)
      await host.bindings.runQuery(host.connection, `CREATE OR REPLACE TABLE ${table} AS ${query}`)
      await prepared.forget()
    },
    command: async (sql) => {
      const { host } = await started(closing.closed)
      await host.bindings.runQuery(host.connection, sql)
    },
    async insert(table, columns, bytes, { signal: given, measure = unmeasured } = {}) {
      const signal = closing.join(given)
      const unreadable = (cause: unknown) => Promise.reject(unreadableTable(table, cause))
      await reader
      signal.throwIfAborted()
      // Only the reader of blobs leaves columns out.
      const file = await ParquetFile.fromFile(new Blob([bytes as BlobPart])).catch(unreadable)
      try {
        const groups = file.metadata().numRowGroups()
        // A group at a time: neither engine gives memory back, so what a whole table takes on its way would stay.
        for (let group = 0; group < Math.max(1, groups); group++) {
          const rowGroups = groups ? { rowGroups: [group] } : {}
          const stream = await measure('decode', () => decode(file, { columns: [...columns], ...rowGroups })).catch(
            unreadable,
          )
          const { host } = await started(signal)
          const { bindings, connection } = host
          await measure('insert', async () => {
            if (group === 0) await bindings.runQuery(connection, `DROP TABLE IF EXISTS ${table}`)
            await bindings.insertArrowFromIPCStream(connection, stream, { name: table, create: group === 0 })
          }).catch(unreadable)
        }
      } finally {
        file.free()
      }
      const { prepared } = await started(signal)
      await prepared.forget()
    },
  }
}

/** Rows of a Parquet file in Arrow's stream format. */
const decode = async (file: ParquetFile, options: ReaderOptions): Promise<Uint8Array> =>
  (await file.read({ ...options, batchSize: vectorSize })).intoIPCStream()

/** The rows that the engine works on at once: batches of that size are inserted fastest. */
const vectorSize = 2048

const settings = [
  'autoload_known_extensions = false',
  'autoinstall_known_extensions = false',
  'enable_external_access = false',
  'lock_configuration = true',
]

interface Started {
  host: Host
  prepared: PreparedCache<number>
  run: (statement: Statement) => Promise<Columns>
}

const lock = async (starting: Awaitable<Host>, ownSettings: readonly string[]): Promise<Started> => {
  const host = await starting
  const { bindings, connection, rest } = host
  for (const setting of [...ownSettings, ...settings]) await bindings.runQuery(connection, `SET ${setting}`)
  const prepared = createPreparedCache(
    async (sql) => bindings.createPrepared(connection, sql),
    (prepared) => bindings.closePrepared(connection, prepared),
  )
  const run = async ({ sql, params }: Statement) => {
    // Of several statements in one text the engine would run all; to prepare them is an error.
    const alone = params.length === 0 && !sql.includes(';')
    const rows = await prepared.use(
      sql,
      (prepared) => bindings.runPrepared(connection, prepared, [...params]),
      alone && (() => bindings.runQuery(connection, sql)),
    )
    await rest?.()
    return columnsOf(rows)
  }
  return { host, prepared, run }
}
