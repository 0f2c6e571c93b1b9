import { sourceColumns, type SourceColumn, type SourceTableName } from 'hirescope/contract'
import { relative } from 'node:path'
import { ExportError } from '../errors.ts'
import type { Delivered } from '../source.ts'
import { columnLine, selectList } from './select-list.ts'
import type { Judged } from './stand-ins.ts'

/** What a source's type is good for. */
export type Family = 'text' | 'timestamp' | 'date' | 'decimal' | 'integer' | 'boolean' | 'other' | 'unknown'

/** A column as a SELECT gives it. `type` is the source's own name for its type. */
export interface GivenColumn {
  name: string
  type: string
  family: Family
}

interface Wanted {
  expected: string
  families: readonly Family[]
  cast: string
}

const wanted = (type: SourceColumn['type']): Wanted => {
  switch (type) {
    case 'TEXT':
      return { expected: 'text', families: ['text'], cast: '::text' }
    case 'TIMESTAMP':
      return { expected: 'timestamp or date', families: ['timestamp', 'date'], cast: '::timestamptz' }
    case 'BOOLEAN':
      return { expected: 'boolean', families: ['boolean'], cast: '::boolean' }
    case 'INTEGER':
      return { expected: 'integer', families: ['integer'], cast: '::integer' }
    default:
      return { expected: 'decimal', families: ['decimal', 'integer'], cast: '::numeric' }
  }
}

/** The name of an adapter file as messages show it: relative to the working directory where it lies below it. */
export const shownFile = (file: string): string => {
  const short = relative(process.cwd(), file)
  return short.startsWith('..') || short === '' ? file : short
}

/** A problem with an adapter's SELECT, in one line. */
export const adapterProblem = (file: string, line: number | null, what: string): string =>
  `adapter: ${shownFile(file)}: ${line === null ? '' : `line ${line}: `}${what}`

/** The first line of a message: drivers put details, and values, on those that follow. */
export const firstLine = (message: string): string => message.split('\n', 1).join('')

/** The line of an SQL text in which its n-th character (from 1) stands; null outside of it. */
export const lineAt = (sql: string, character: number): number | null => {
  const characters = [...sql]
  if (character < 1 || character > characters.length + 1) return null
  return characters.slice(0, character - 1).filter((each) => each === '\n').length + 1
}

/** The line of an SQL text at an offset. */
export const lineOf = (sql: string, at: number | null): number | null =>
  at === null ? null : sql.slice(0, at).split('\n').length

/** The problems of a SELECT that a database refuses, and those of its columns' names as far as they are known. */
export const refusedSelect = (
  table: SourceTableName,
  query: { file: string; sql: string },
  { findings, names }: Judged,
): string[] => [
  ...findings.map(({ at, message }) => adapterProblem(query.file, lineOf(query.sql, at), message)),
  ...(names === null || selectList(query.sql).items === null
    ? []
    : checkColumns(
        table,
        query,
        names.map((name) => ({ name, type: '', family: 'unknown' })),
      ).problems),
]

/** Compares the columns of a SELECT with the contract: how each is delivered, and what is wrong, one line for each problem. */
export const checkColumns = (
  table: SourceTableName,
  { file, sql }: { file: string; sql: string },
  given: readonly GivenColumn[],
): { delivered: Record<string, Delivered>; problems: string[] } => {
  const delivered: Record<string, Delivered> = {}
  const problems: string[] = []
  const contract = sourceColumns(table)
  const line = (index: number) => columnLine(sql, index, given.length)
  for (const [index, { name }] of given.entries()) {
    if (!contract.some((column) => column.name === name))
      problems.push(adapterProblem(file, line(index), `column ${name}: not in the contract's ${table}; remove it`))
    else if (given.findIndex((column) => column.name === name) !== index)
      problems.push(adapterProblem(file, line(index), `column ${name}: given twice; remove one`))
  }
  for (const column of contract) {
    const index = given.findIndex(({ name }) => name === column.name)
    const got = given[index]
    const { expected, families, cast } = wanted(column.type)
    if (!got) {
      const add = column.required ? 'select it' : `select it, or null${cast} where the source has none`
      problems.push(adapterProblem(file, selectList(sql).line, `column ${column.name}: missing; ${add}`))
    } else if (got.family !== 'unknown' && !families.includes(got.family))
      problems.push(
        adapterProblem(
          file,
          line(index),
          `column ${column.name}: expected ${expected}, got ${got.type}; add a cast (${cast})`,
        ),
      )
    delivered[column.name] = got?.family === 'timestamp' || got?.family === 'date' ? got.family : 'value'
  }
  return { delivered, problems }
}

/** Throws all problems as one error, a line for each. */
export const throwProblems = (problems: readonly string[]): void => {
  if (problems.length) throw new ExportError(problems.join('\n'))
}
