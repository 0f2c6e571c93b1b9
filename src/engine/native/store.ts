import { DuckDBInstance } from '@duckdb/node-api'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClosing } from '../closing.ts'
import { DatasetError, unreadableTable } from '../dataset-error.ts'
import { createEngine, runBatch } from '../statements.ts'
import { unmeasured } from '../stopwatch.ts'
import type { TableStore } from '../table-store.ts'
import { createConnections, interruptible, type Connection } from './connections.ts'

/** How DuckDB is started in this process. */
export interface NativeOptions {
  /** Threads of the engine; as many as there are cores by default. */
  threads?: number | undefined
  /** DuckDB's memory limit, for example "128MB"; it writes what does not fit to its temporary folder. By default most of the machine's. */
  memory?: string | undefined
  /** Where the temporary folder is made; by default where the system has such. */
  folder?: string | undefined
}

/**
 * DuckDB in this process, in memory. It reaches no network, and of the file system its own temporary folder alone.
 * Close `engine` to give memory and folder back.
 * @throws DatasetError engine
 */
export const createNativeStore = async ({
  threads,
  memory,
  folder: parent = tmpdir(),
}: NativeOptions = {}): Promise<TableStore> => {
  const folder = await mkdtemp(join(parent, 'hirescope-')).catch(notStarted)
  const remove = () => rm(folder, { recursive: true, force: true })
  const instance = await DuckDBInstance.create(':memory:', {
    ...(threads ? { threads: String(threads) } : {}),
    ...(memory ? { memory_limit: memory } : {}),
  }).catch((error) => remove().then(() => notStarted(error)))
  const connections = createConnections(instance)
  const closing = createClosing()
  /** Lends a connection for work that is interrupted by an abort, and when the engine is closed. */
  const lend = async <Result>(
    given: AbortSignal | undefined,
    work: (connection: Connection, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> => {
    const signal = closing.join(given)
    signal.throwIfAborted()
    return connections.lend((connection) => interruptible(connection, signal, () => work(connection, signal)))
  }
  const release = async () => {
    await connections.close()
    instance.closeSync()
    await remove()
  }
  await connections
    .lend((connection) =>
      connection.command(`
SET autoload_known_extensions = false;
SET autoinstall_known_extensions = false;
SET TimeZone = 'UTC';
SET temp_directory = ${quote(join(folder, 'spill'))};
SET allowed_directories = [${quote(folder)}];
SET enable_external_access = false;
SET lock_configuration = true`),
    )
    .catch((error) => release().then(() => notStarted(error)))
  return {
    engine: createEngine(
      'duckdb',
      (statements, { signal: given, ...options } = {}) =>
        lend(given, (connection, signal) => runBatch(statements, { ...options, signal }, connection.columns)),
      () => closing.close(release),
    ),
    closed: closing.closed,
    derive: async (table, query) => {
      await lend(undefined, (connection) => connection.command(`CREATE OR REPLACE TABLE ${table} AS ${query}`))
      await connections.forget()
    },
    command: (sql) => lend(undefined, (connection) => connection.command(sql)),
    async insert(table, columns, bytes, { signal: given, measure = unmeasured } = {}) {
      const file = join(folder, `${table}.parquet`)
      const create = `CREATE OR REPLACE TABLE ${table} AS SELECT ${columns.join(', ')} FROM read_parquet(${quote(file)})`
      const fill = (connection: Connection, signal: AbortSignal) =>
        measure('insert', async () => {
          await writeFile(file, bytes, { signal })
          await connection.command(create)
        }).catch((cause: unknown) => Promise.reject(unreadableTable(table, cause)))
      await lend(given, fill).finally(() => rm(file, { force: true }))
      await connections.forget()
    },
  }
}

const notStarted = (cause: unknown): never => {
  const why = (cause as Error).message.split('\n', 1)[0]
  throw new DatasetError('engine', `engine: did not start (${why}); check threads, memory and folder`, { cause })
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`
