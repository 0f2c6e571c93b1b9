import type { SourceRow, SourceTableName } from 'hirescope/contract'
import { readInstant } from './clock.ts'
import { columns, keyLength } from './columns.ts'
import type { Column } from './columns.ts'
import { scaled } from './decimals.ts'
import { isBlank } from './fold.ts'
import { byCodePoint } from './text-order.ts'

const compare = (kind: Column['kind'], a: unknown, b: unknown): number => {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  if (kind === 'decimal') {
    const difference = scaled(a as string, 6) - scaled(b as string, 6)
    return difference < 0n ? -1 : difference > 0n ? 1 : 0
  }
  if (kind === 'integer' || kind === 'boolean') return Number(a) - Number(b)
  if (kind === 'time') {
    const [x, y] = [readInstant(a as string), readInstant(b as string)]
    if (x !== null && y !== null) return x - y
  }
  return byCodePoint(a as string, b as string)
}

const isFirst = (table: SourceTableName, row: object, other: object): boolean => {
  for (const { name, kind } of columns[table]) {
    const difference = compare(kind, row[name as never], other[name as never])
    if (difference) return difference < 0
  }
  return false
}

const withoutDuplicates = <Row extends object>(table: SourceTableName, rows: Row[]): Row[] => {
  const key = columns[table].slice(0, keyLength(table))
  const kept = new Map<string, Row>()
  const keyless: Row[] = []
  for (const row of rows) {
    const values = key.map(({ name }) => row[name as never] as unknown)
    if (values.includes(null)) {
      keyless.push(row)
      continue
    }
    const text = JSON.stringify(values)
    const other = kept.get(text)
    if (!other || isFirst(table, row, other)) kept.set(text, row)
  }
  return [...kept.values(), ...keyless]
}

const isReadable = ({ kind, values }: Column, value: unknown): boolean => {
  if (kind === 'text') return typeof value === 'string' && (!values || values.includes(value))
  if (kind === 'boolean') return typeof value === 'boolean'
  if (kind === 'integer') return Number.isInteger(value)
  if (kind === 'decimal') return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)
  return typeof value === 'string' && readInstant(value.length === 10 ? `${value} 00:00:00` : value) !== null
}

const isGood = (column: Column, value: unknown): boolean => {
  if (value === null) return !column.required
  if (column.required && column.kind === 'text' && isBlank(value as string)) return false
  if (!isReadable(column, value)) return false
  return column.kind !== 'time' || (value as string) >= '1970-01-01'
}

/** The rows of a table that are good by themselves: before references and as-of are looked at. */
export const goodRows = <Table extends SourceTableName>(
  table: Table,
  rows: SourceRow<Table>[] = [],
): SourceRow<Table>[] =>
  withoutDuplicates(table, rows).filter((row) =>
    columns[table].every((column) => isGood(column, row[column.name as never])),
  )
