import type { DuckDBConnection, DuckDBInstance, DuckDBPreparedStatement } from '@duckdb/node-api'
import type { Columns, Param, Statement, Value } from 'hirescope/metrics'
import { createPreparedCache } from '../prepared-cache.ts'
import { checkResultColumns } from '../result-columns.ts'

export interface Connection {
  /** Runs SQL of our own: any number of statements, no result. */
  command(sql: string): Promise<void>
  columns(statement: Statement): Promise<Columns>
  interrupt(): void
}

/** Lends connections. Each borrower has one to itself, so that an interrupt stops nothing else. */
export const createConnections = (instance: DuckDBInstance) => {
  const idle: Connection[] = []
  return async <Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> => {
    const connection = idle.pop() ?? createConnection(await instance.connect())
    try {
      return await work(connection)
    } finally {
      idle.push(connection)
    }
  }
}

const createConnection = (connection: DuckDBConnection): Connection => {
  const withPrepared = createPreparedCache(
    (sql) => connection.prepare(sql),
    (prepared) => prepared.destroySync(),
  )
  return {
    command: async (sql) => void (await connection.run(sql)),
    columns: ({ sql, params }) => withPrepared(sql, (prepared) => run(prepared, params)),
    interrupt: () => connection.interrupt(),
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
