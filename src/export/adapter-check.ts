import { sourceColumns, sourceKeys, sourceTableNames, type SourceTableName } from 'hirescope/contract'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Adapter } from './adapter.ts'
import { ExportError } from './errors.ts'
import type { Source } from './source.ts'
import { adapterProblem, shownFile } from './sources/columns.ts'
import { selectList } from './sources/select-list.ts'
import { literal, openStaging, type Staging } from './staging.ts'

/** What a check of an adapter found. */
export interface AdapterCheck {
  /** A line for each thing wrong, with file and line of the SELECT. */
  problems: string[]
  /** How many rows of each table were looked at. */
  rows: Map<SourceTableName, number>
}

type Open = (adapter: Adapter) => Source

/** The adapter with some of its SELECTs, each cut off after so many rows; its lines stay where they are. */
const limited = (adapter: Adapter, tables: readonly SourceTableName[], rows: number): Adapter => ({
  ...adapter,
  queries: new Map(
    [...adapter.queries]
      .filter(([table]) => tables.includes(table))
      .map(([table, { file, sql }]) => [table, { file, sql: `SELECT * FROM (${sql}\n) AS limited LIMIT ${rows}` }]),
  ),
})

/** The lines of an error that are about an adapter's SELECTs; any other error is thrown on. */
const problemsOf = (error: unknown): string[] => {
  const lines = error instanceof ExportError ? error.message.split('\n') : []
  if (!lines.length || lines.some((line) => !line.startsWith('adapter: '))) throw error
  return lines
}

/**
 * Runs every SELECT of an adapter for its first rows, compares columns and types with the contract and looks at the values: nulls and
 * blanks where the contract wants a value, codes that it does not know, keys that repeat. A few such rows are left to the exporter's
 * judgement; more than `tolerated` (a share) are a problem. Nothing is written but a working database in a temporary folder.
 * @throws ExportError where the source cannot be opened at all.
 */
export const checkAdapter = async (
  adapter: Adapter,
  open: Open,
  { rows = 1000, tolerated = 0.01, asOf = null }: { rows?: number; tolerated?: number; asOf?: Date | null } = {},
): Promise<AdapterCheck> => {
  const folder = await mkdtemp(join(tmpdir(), 'hirescope-adapter-'))
  const checked: AdapterCheck = { problems: [], rows: new Map() }
  const withStaging = async (act: (staging: Staging) => Promise<void>) => {
    const staging = await openStaging({ folder: join(folder, 'staging'), memory: '512MB', threads: 1 })
    try {
      await act(staging)
    } finally {
      await staging.close()
    }
  }
  try {
    let left: SourceTableName[] = sourceTableNames.filter((table) => adapter.queries.has(table))
    await withStaging(async (staging) => {
      try {
        await (await open(adapter).open(staging, asOf)).close()
      } catch (error) {
        checked.problems = problemsOf(error)
        const wrong = (table: SourceTableName) => {
          const start = `adapter: ${shownFile(adapter.queries.get(table)?.file ?? '')}: `
          return checked.problems.some((line) => line.startsWith(start))
        }
        left = left.filter((table) => !wrong(table))
      }
    })
    // A SELECT that fails while it runs ends the transaction: the others are read in a new one.
    while (left.length)
      await withStaging(async (staging) => {
        const snapshot = await open(limited(adapter, left, rows)).open(staging, asOf)
        try {
          for (const table of [...left]) {
            left = left.filter((other) => other !== table)
            await snapshot.land(table, staging)
            checked.rows.set(table, await countOf(staging, `raw.${table}`))
            checked.problems.push(...(await valueProblems(adapter, table, staging, tolerated)))
          }
        } catch (error) {
          checked.problems.push(...problemsOf(error))
        } finally {
          await snapshot.close()
        }
      })
    return checked
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const countOf = async (staging: Staging, from: string): Promise<number> =>
  Number((await staging.rows(`SELECT count(*)::INTEGER AS n FROM ${from}`))[0]?.n)

/** What is wrong with the values of a table: counts only, since values may be an applicant's. */
const valueProblems = async (
  adapter: Adapter,
  table: SourceTableName,
  staging: Staging,
  tolerated: number,
): Promise<string[]> => {
  const query = adapter.queries.get(table)
  const total = await countOf(staging, `raw.${table}`)
  if (!query || total === 0) return []
  const problems: string[] = []
  const judge = async (column: string, condition: string, what: string) => {
    const wrong = await countOf(staging, `raw.${table} WHERE ${condition}`)
    if (wrong > total * tolerated)
      problems.push(
        adapterProblem(
          query.file,
          lineOfColumn(query.sql, column),
          `column ${column}: ${wrong} of ${total} rows ${what}`,
        ),
      )
  }
  for (const { name, type, required, values } of sourceColumns(table)) {
    const blank = type === 'TEXT' ? ` OR trim("${name}") = ''` : ''
    if (required) await judge(name, `"${name}" IS NULL${blank}`, 'have no value, and the contract wants one')
    if (values)
      await judge(
        name,
        `"${name}" NOT IN (${values.map(literal).join(', ')}) AND trim("${name}") <> ''`,
        `are none of ${values.join(', ')}`,
      )
  }
  const keys = sourceKeys[table]
  const key = keys.map((name) => `"${name}"`).join(', ')
  const [first = ''] = keys
  await judge(
    first,
    `(${key}) IN (SELECT (${key}) FROM raw.${table} GROUP BY ${key} HAVING count(*) > 1)`,
    `share their key (${keys.join(', ')}) with another`,
  )
  return problems
}

/** The line on which a column gets its name. */
const lineOfColumn = (sql: string, name: string): number => {
  const lines = sql.split('\n')
  const named = [new RegExp(`\\bAS\\s+"?${name}\\b`, 'i'), new RegExp(`\\b${name}\\b`, 'i')]
    .map((pattern) => lines.findLastIndex((line) => pattern.test(line)))
    .find((index) => index >= 0)
  return named === undefined ? selectList(sql).line : named + 1
}
