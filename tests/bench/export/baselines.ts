import { DuckDBInstance, DuckDBTimestampValue, type DuckDBAppender } from '@duckdb/node-api'
import { sourceColumns, type SourceTableName } from 'hirescope/contract'
import { readAdapter } from 'hirescope/export'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Client } from 'pg'
import QueryStream from 'pg-query-stream'

export const adapterFolder = join(import.meta.dirname, 'adapter')

/** How many rows a baseline moved in how many seconds. */
export interface Moved {
  rows: number
  seconds: number
}

const queries = async () => [...(await readAdapter(adapterFolder)).queries]

const timed = async (act: () => Promise<number>): Promise<Moved> => {
  const since = performance.now()
  const rows = await act()
  return { rows, seconds: (performance.now() - since) / 1000 }
}

/** The server writes the CSV of each SELECT to a file of its own, one after the other; nobody reads it. */
export const copyToFiles = async (client: Client): Promise<Moved> => {
  const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory')
  const file = join(dirname(String(rows[0]?.data_directory)), 'bench.csv')
  try {
    return await timed(async () => {
      let copied = 0
      for (const [, { sql }] of await queries())
        copied += (await client.query(`COPY (${sql}) TO '${file}' (FORMAT csv)`)).rowCount ?? 0
      return copied
    })
  } finally {
    await rm(file, { force: true })
  }
}

const types: Record<string, [type: string, append: (appender: DuckDBAppender, value: never) => void]> = {
  BOOLEAN: ['BOOLEAN', (appender, value: boolean) => appender.appendBoolean(value)],
  INTEGER: ['INTEGER', (appender, value: number) => appender.appendInteger(value)],
  TIMESTAMP: [
    'TIMESTAMP',
    (appender, value: Date) => appender.appendTimestamp(new DuckDBTimestampValue(BigInt(value.getTime()) * 1000n)),
  ],
}
const text: [string, (appender: DuckDBAppender, value: never) => void] = [
  'VARCHAR',
  (appender, value: string) => appender.appendVarchar(value),
]

const appendTable = async (client: Client, table: SourceTableName, sql: string, database: DuckDBInstance) => {
  const columns = sourceColumns(table).map(({ name, type }) => ({ name, type: types[type] ?? text }))
  const connection = await database.connect()
  await connection.run(`CREATE TABLE ${table} (${columns.map(({ name, type }) => `${name} ${type[0]}`).join(', ')})`)
  const appender = await connection.createAppender(table)
  const selected = columns.map(({ name }) => name).join(', ')
  const stream = client.query(
    new QueryStream(`SELECT ${selected} FROM (${sql}) AS each`, [], { rowMode: 'array', batchSize: 1000 }),
  )
  let appended = 0
  for await (const row of stream as AsyncIterable<never[]>) {
    columns.forEach(({ type }, index) => {
      const value = row[index] ?? null
      if (value === null) appender.appendNull()
      else type[1](appender, value)
    })
    appender.endRow()
    appended++
  }
  appender.closeSync()
  connection.closeSync()
  return appended
}

/** Row by row: pg-query-stream → DuckDB's appender → a database file, of a share of each table. */
export const rowByRow = async (client: Client, share: number, file: string): Promise<Moved> => {
  const counts = new Map<SourceTableName, number>()
  for (const [table, { sql }] of await queries()) {
    const { rows } = await client.query<{ n: string }>(`SELECT count(*) AS n FROM (${sql}) AS each`)
    counts.set(table, Math.ceil(share * Number(rows[0]?.n)))
  }
  const database = await DuckDBInstance.create(file)
  try {
    return await timed(async () => {
      let appended = 0
      for (const [table, { sql }] of await queries())
        appended += await appendTable(client, table, `${sql} LIMIT ${counts.get(table)}`, database)
      const connection = await database.connect()
      await connection.run('CHECKPOINT')
      connection.closeSync()
      return appended
    })
  } finally {
    database.closeSync()
    await rm(file, { force: true })
  }
}
