import type { DuckDBConnection, DuckDBInstance, DuckDBPreparedStatement } from '@duckdb/node-api'
import type { Columns, Param, Statement, Value } from 'hirescope/metrics'
import { createPreparedCache } from '../prepared-cache.ts'
import { checkResultColumns } from '../result-columns.ts'

export interface Connection {
  /** Runs SQL of our own: any number of statements, no result. */
  command(sql: string): Promise<void>
  columns(statement: Statement): Promise<Columns>
  /** Forgets what was prepared. */
  forget(): Promise<void>
  interrupt(): void
  close(): void
}

/**
 * Lends connections. Each borrower has one to itself, so that an interrupt stops nothing else. `close` waits for those that are
 * lent, and ends all.
 */
export const createConnections = (instance: DuckDBInstance) => {
  const all: Connection[] = []
  const idle: Connection[] = []
  const lent = new Set<Promise<unknown>>()
  const connect = async () => {
    const connection = createConnection(await instance.connect())
    all.push(connection)
    return connection
  }
  const borrow = async <Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> => {
    const connection = idle.pop() ?? (await connect())
    return work(connection).finally(() => idle.push(connection))
  }
  return {
    lend: <Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> => {
      const lending = borrow(work).finally(() => lent.delete(lending))
      lent.add(lending)
      return lending
    },
    /** Has every connection forget what it prepared. */
    async forget() {
      await Promise.all(all.map((connection) => connection.forget()))
    },
    async close() {
      await Promise.allSettled(lent)
      for (const connection of all.splice(0)) connection.close()
    },
  }
}

/** Does work whose statement on a connection is interrupted when the signal aborts. @throws the signal's reason */
export const interruptible = async <Result>(
  connection: Pick<Connection, 'interrupt'>,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> => {
  signal?.throwIfAborted()
  let again: NodeJS.Timeout | undefined
  // An interrupt that comes just before the engine begins a statement is lost.
  const interrupt = () => {
    connection.interrupt()
    again = setInterval(() => connection.interrupt(), 10)
  }
  signal?.addEventListener('abort', interrupt)
  try {
    return await work()
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', interrupt)
    clearInterval(again)
  }
}

/** A connection that prepares what it is asked again. */
export const createConnection = (connection: DuckDBConnection): Connection => {
  const prepared = createPreparedCache(
    (sql) => connection.prepare(sql),
    (prepared) => prepared.destroySync(),
  )
  return {
    command: async (sql) => void (await connection.run(sql)),
    columns: ({ sql, params }) => prepared.use(sql, (prepared) => run(prepared, params)),
    forget: prepared.forget,
    interrupt: () => connection.interrupt(),
    // This ends its prepared statements, too, each of which would keep the database.
    close: () => connection.closeSync(),
  }
}

const run = async (prepared: DuckDBPreparedStatement, params: readonly Param[]): Promise<Columns> => {
  prepared.clearBindings()
  params.forEach((param, index) => bind(prepared, index + 1, param))
  const result = await prepared.run()
  const names = result.columnNames()
  checkResultColumns(names.map((name, index) => ({ name, type: String(result.columnType(index)) })))
  const columns = (await result.getColumnsJS()) as Value[][]
  const length = columns[0]?.length ?? 0
  return { length, columns: Object.fromEntries(names.map((name, index) => [name, columns[index] ?? []])) }
}

// Numbers are bound as DOUBLE because the wasm build can do no other.
const bind = (prepared: DuckDBPreparedStatement, index: number, param: Param): void => {
  if (param === null) prepared.bindNull(index)
  else if (typeof param === 'string') prepared.bindVarchar(index, param)
  else if (typeof param === 'number') prepared.bindDouble(index, param)
  else prepared.bindBoolean(index, param)
}
