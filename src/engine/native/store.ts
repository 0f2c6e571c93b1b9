import { DuckDBInstance } from '@duckdb/node-api'
import type { Engine } from 'hirescope/metrics'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClosing } from '../closing.ts'
import { unreadableTable } from '../dataset-error.ts'
import { createEngine, runBatch } from '../statements.ts'
import { unmeasured } from '../stopwatch.ts'
import type { TableStore } from '../table-store.ts'
import { createConnections } from './connections.ts'

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
 */
export const createNativeStore = async ({
  threads,
  memory,
  folder: parent = tmpdir(),
}: NativeOptions = {}): Promise<TableStore> => {
  const folder = await mkdtemp(join(parent, 'hirescope-'))
  const instance = await DuckDBInstance.create(':memory:', {
    ...(threads ? { threads: String(threads) } : {}),
    ...(memory ? { memory_limit: memory } : {}),
  })
  const connect = createConnections(instance)
  await connect((connection) =>
    connection.command(`
SET autoload_known_extensions = false;
SET autoinstall_known_extensions = false;
SET TimeZone = 'UTC';
SET temp_directory = ${quote(join(folder, 'spill'))};
SET allowed_directories = [${quote(folder)}];
SET enable_external_access = false;
SET lock_configuration = true`),
  )
  const release = async () => {
    instance.closeSync()
    await rm(folder, { recursive: true, force: true })
  }
  return {
    engine: createNativeEngine(connect, release),
    command: (sql) => connect((connection) => connection.command(sql)),
    async insert(table, columns, bytes, measure = unmeasured) {
      const file = join(folder, `${table}.parquet`)
      const create = `CREATE OR REPLACE TABLE ${table} AS SELECT ${columns.join(', ')} FROM read_parquet(${quote(file)})`
      await measure('insert', async () => {
        await writeFile(file, bytes)
        await connect((connection) => connection.command(create))
      }).catch((cause: unknown) => Promise.reject(unreadableTable(table, cause)))
      await rm(file, { force: true })
    },
  }
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`

const createNativeEngine = (connect: ReturnType<typeof createConnections>, release: () => Promise<void>): Engine => {
  const closing = createClosing()
  return createEngine(
    'duckdb',
    async (statements, options = {}) => {
      const signal = closing.join(options.signal)
      signal.throwIfAborted()
      return connect(async (connection) => {
        let again: NodeJS.Timeout | undefined
        // An interrupt that comes just before the engine begins a statement is lost.
        const interrupt = () => {
          connection.interrupt()
          again = setInterval(connection.interrupt, 10)
        }
        signal.addEventListener('abort', interrupt)
        try {
          return await runBatch(statements, { ...options, signal }, connection.columns)
        } finally {
          signal.removeEventListener('abort', interrupt)
          clearInterval(again)
        }
      })
    },
    () => closing.close(release),
  )
}
