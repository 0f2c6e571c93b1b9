import { sourceTableNames, type SourceTableName } from 'hirescope/contract'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Adapter } from '../adapter.ts'
import { ExportError } from '../errors.ts'
import type { Delivered, Snapshot, Source } from '../source.ts'
import { literal, type Staging } from '../staging.ts'
import {
  adapterProblem,
  checkColumns,
  lineOf,
  refusedSelect,
  shownFile,
  throwProblems,
  type Family,
  type GivenColumn,
} from './columns.ts'
import { filesDialect, findingOf } from './files-dialect.ts'
import { filesSchema, tableFiles } from './files-tables.ts'
import { findMissing } from './stand-ins.ts'

/** The source that reads a folder of CSV, Parquet or JSON files with DuckDB SQL, in the staging database itself. */
export const filesSource = (adapter: Adapter, folder: string): Source => ({
  open: async (staging, asOfGiven) => {
    const found = await stat(folder).catch(() => null)
    if (!found?.isDirectory()) throw new ExportError(`files: no folder ${shownFile(folder)}`)
    const data = resolve(folder)
    if (data.includes(',')) throw new ExportError(`files: folder ${data} has a comma in its path; rename it`)
    const asOf = `${(asOfGiven ?? new Date()).toISOString().slice(0, -1).replace('T', ' ')}000`
    await staging.run(`SET VARIABLE as_of = TIMESTAMP ${literal(asOf)}`)
    for (const [name, value] of adapter.settings) await staging.run(`SET VARIABLE ${name} = ${literal(value)}`)
    await staging.run(`CREATE SCHEMA ${filesSchema}`)
    const tables = await within(data, staging, async () => {
      await tableFiles(adapter, data, staging)
      return describe(adapter, staging)
    })
    return snapshot(adapter, data, asOf, tables, staging)
  },
})

interface Described {
  delivered: Record<string, Delivered>
  columns: GivenColumn[]
}

// The staging database looks for files elsewhere again afterwards: nothing but an adapter reads relative names.
const within = async <Result>(folder: string, staging: Staging, act: () => Promise<Result>): Promise<Result> => {
  await staging.run(`SET SESSION file_search_path = ${literal(folder)}; SET SESSION errors_as_json = true`)
  await staging.run(`SET SESSION search_path = 'main,${filesSchema}'`)
  try {
    return await act()
  } finally {
    await staging.run('RESET SESSION file_search_path; RESET SESSION errors_as_json; RESET SESSION search_path')
  }
}

const snapshot = (
  adapter: Adapter,
  folder: string,
  asOf: string,
  tables: ReadonlyMap<SourceTableName, Described>,
  opened: Staging,
): Snapshot => ({
  asOf,
  tables: new Map([...tables].map(([table, { delivered }]) => [table, delivered])),
  readers: 1,
  land: async (table, staging, signal) => {
    const query = adapter.queries.get(table)
    const described = tables.get(table)
    if (!query || !described) throw new Error(`source: the adapter delivers no ${table}`)
    signal?.throwIfAborted()
    const selected = Object.keys(described.delivered).map((name) => {
      const type = described.columns.find((column) => column.name === name)?.type
      return type === 'TIMESTAMP WITH TIME ZONE' ? `"${name}" AT TIME ZONE 'UTC' AS "${name}"` : `"${name}"`
    })
    const prefix = `CREATE TABLE raw.${table} AS SELECT ${selected.join(', ')} FROM (\n`
    await within(folder, staging, () => staging.run(`${prefix}${query.sql}\n)`)).catch((error: unknown) => {
      throw new ExportError(sqlProblem(query, prefix, error), { cause: error })
    })
  },
  estimate: async (table) => {
    const query = adapter.queries.get(table)
    if (!query) throw new Error(`source: the adapter delivers no ${table}`)
    const prefix = 'SELECT count(*)::INTEGER AS n FROM (\n'
    const [row] = await within(folder, opened, () => opened.rows(`${prefix}${query.sql}\n)`)).catch(
      (error: unknown) => {
        throw new ExportError(sqlProblem(query, prefix, error), { cause: error })
      },
    )
    return { rows: Number(row?.n), exact: true }
  },
  close: () => Promise.resolve(),
})

const describe = async (adapter: Adapter, staging: Staging): Promise<Map<SourceTableName, Described>> => {
  const problems: string[] = []
  const described = new Map<SourceTableName, Described>()
  for (const table of sourceTableNames) {
    const query = adapter.queries.get(table)
    if (!query) continue
    try {
      const rows = await staging.rows(`DESCRIBE SELECT * FROM (\n${query.sql}\n)`)
      const columns = rows.map((row): GivenColumn => {
        const type = String(row.column_type)
        return { name: String(row.column_name), type, family: familyOf(type) }
      })
      const checked = checkColumns(table, query, columns)
      problems.push(...checked.problems)
      described.set(table, { delivered: checked.delivered, columns })
    } catch {
      problems.push(...refusedSelect(table, query, await findMissing(query.sql, filesDialect(staging))))
    }
  }
  throwProblems(problems)
  return described
}

const familyOf = (type: string): Family => {
  if (type === 'VARCHAR') return 'text'
  if (/^TIMESTAMP(?:_S|_MS|_NS| WITH TIME ZONE)?$/.test(type)) return 'timestamp'
  if (type === 'DATE') return 'date'
  if (type === 'BOOLEAN') return 'boolean'
  if (/^U?(?:TINYINT|SMALLINT|INTEGER|BIGINT)$/.test(type)) return 'integer'
  return /^(?:DECIMAL\(.*\)|FLOAT|DOUBLE|HUGEINT)$/.test(type) ? 'decimal' : 'other'
}

const sqlProblem = ({ file, sql }: { file: string; sql: string }, prefix: string, error: unknown): string => {
  const { message, at } = findingOf(error, prefix, sql)
  return adapterProblem(file, lineOf(sql, at), message)
}
