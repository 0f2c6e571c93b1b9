import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { SourceRows, SourceTableName } from 'hirescope/contract'
import { columns } from './columns.ts'
import type { Column } from './columns.ts'

const allowed: Record<Column['kind'], RegExp> = {
  text: /^VARCHAR$/,
  time: /^(DATE|TIMESTAMP|TIMESTAMP WITH TIME ZONE)$/,
  boolean: /^BOOLEAN$/,
  integer: /^(INTEGER|SMALLINT|TINYINT)$/,
  decimal: /^DECIMAL/,
}

const readTable = async (connection: DuckDBConnection, table: SourceTableName, sql: string): Promise<object[]> => {
  await connection.run(`CREATE OR REPLACE TEMP TABLE delivered AS ${sql}`)
  const described = await connection.runAndReadAll('DESCRIBE delivered')
  const delivered = new Map(described.getRows().map(([name, type]) => [String(name), String(type)] as const))
  const selected = columns[table].map(({ name, kind }) => {
    const type = delivered.get(name)
    if (type === undefined) throw new Error(`adapter: ${table}.${name} not found`)
    if (!allowed[kind].test(type)) throw new Error(`adapter: ${table}.${name} is ${type}, expected ${kind}`)
    if (type === 'TIMESTAMP WITH TIME ZONE') return `CAST(${name} AT TIME ZONE 'UTC' AS VARCHAR) AS ${name}`
    return kind === 'time' || kind === 'decimal' ? `CAST(${name} AS VARCHAR) AS ${name}` : name
  })
  if (delivered.size > selected.length) throw new Error(`adapter: ${table} has columns that the contract lacks`)
  const rows = await connection.runAndReadAll(`SELECT ${selected.join(', ')} FROM delivered`)
  return rows.getRowObjectsJS()
}

/**
 * Runs a files adapter in a DuckDB of its own and gives its rows as the contract writes them: times and decimals as text.
 * @throws Error when a column is missing, unknown or of another type than the contract's, or the SQL is wrong.
 */
export const readFilesAdapter = async (
  adapterFolder: string,
  dataFolder: string,
  asOf = '2026-01-01 00:00:00',
): Promise<SourceRows> => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await connection.run(`SET file_search_path = '${dataFolder.replaceAll("'", "''")}'`)
    await connection.run(`SET VARIABLE as_of = TIMESTAMP '${asOf}'`)
    const files = new Set(await readdir(adapterFolder))
    const rows: Record<string, object[]> = {}
    for (const table of Object.keys(columns) as SourceTableName[]) {
      if (!files.has(`${table}.sql`)) continue
      rows[table] = await readTable(connection, table, await readFile(join(adapterFolder, `${table}.sql`), 'utf8'))
    }
    return rows as SourceRows
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
