import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api'
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from './file-system.ts'

/** The exporter's working database: native DuckDB in memory; what does not fit lies in a private folder that goes away with it. */
export interface Staging {
  readonly connection: DuckDBConnection
  /** A private folder for files on their way into the database. */
  readonly folder: string
  /** A private folder for what does not fit into memory. */
  readonly spill: string
  run: (sql: string) => Promise<void>
  rows: (sql: string) => Promise<Record<string, DuckDBValue>[]>
  /**
   * Says how many connections run statements from now on, 1 at first: each does so in a thread of its own, and the database's
   * threads beside those are as many fewer. More of them than processors hold each other up.
   */
  share: (connections: number) => Promise<void>
  /** The same database through another connection, for statements at the same time; closing it closes nothing else. */
  fork: () => Promise<Staging>
  close: () => Promise<void>
}

export interface StagingOptions {
  folder: string
  /** DuckDB's `memory_limit`, for example "1GB". */
  memory: string
  threads: number
  /** Where DuckDB puts what does not fit into memory, in a folder of its own; default: in `folder`. */
  spill?: string | undefined
  /** DuckDB's `max_temp_directory_size`. */
  maxSpill?: string | undefined
  /** Interrupts what runs, and lets nothing more begin: it rejects with the reason. */
  signal?: AbortSignal | undefined
}

/** The folder for what does not fit into memory. Two exporters have two, since their staging folders differ. */
const spillFolder = ({ folder, spill }: StagingOptions) =>
  spill === undefined
    ? join(folder, 'spill')
    : join(spill, `hirescope-spill-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`)

/** A text as an SQL literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Opens an empty staging database in a fresh folder. */
export const openStaging = async (options: StagingOptions): Promise<Staging> => {
  const { folder, memory, threads, maxSpill, signal } = options
  const spill = spillFolder(options)
  for (const each of [folder, spill]) await rm(each, { recursive: true, force: true })
  for (const each of [folder, spill]) await makeFolder(each, 0o700)
  // In memory nothing is compressed, logged or waited for, which takes longer than all else: no run goes on with what another left.
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: memory,
    threads: String(threads),
    temp_directory: spill,
    ...(maxSpill === undefined ? {} : { max_temp_directory_size: maxSpill }),
    // What a statement let go is given back: kept for the next, it came to more than half of the limit on top of it.
    allocator_background_threads: 'true',
    allocator_flush_threshold: '4MB',
    allocator_bulk_deallocation_flush_threshold: '4MB',
    preserve_insertion_order: 'true',
    // Else it looks for the best way to pack what it does not pack.
    force_compression: 'uncompressed',
    autoload_known_extensions: 'false',
    autoinstall_known_extensions: 'false',
  })
  const connections = new Set<DuckDBConnection>()
  const interrupt = () => connections.forEach((connection) => connection.interrupt())
  signal?.addEventListener('abort', interrupt)
  const stoppable = async <Result>(statement: () => Promise<Result>): Promise<Result> => {
    signal?.throwIfAborted()
    try {
      return await statement()
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  }
  const open = async (closed: () => Promise<void>): Promise<Staging> => {
    const connection = await instance.connect()
    connections.add(connection)
    await connection.run("SET TimeZone = 'UTC'")
    return {
      connection,
      folder,
      spill,
      run: (sql) => stoppable(async () => void (await connection.run(sql))),
      rows: (sql) => stoppable(async () => (await connection.runAndReadAll(sql)).getRowObjects()),
      share: async (connections) =>
        void (await connection.run(`SET threads = ${Math.max(1, threads - connections + 1)}`)),
      fork: () => open(() => Promise.resolve()),
      close: () => {
        connections.delete(connection)
        connection.closeSync()
        return closed()
      },
    }
  }
  const end = async () => {
    signal?.removeEventListener('abort', interrupt)
    instance.closeSync()
    for (const each of [folder, spill]) await rm(each, { recursive: true, force: true })
  }
  try {
    const staging = await open(end)
    await staging.run('LOAD icu; CREATE SCHEMA raw')
    return staging
  } catch (error) {
    await end()
    throw error
  }
}
