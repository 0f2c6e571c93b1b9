import type { ShownList } from './shown-lists.ts'

/** A column of a table, read row by row. */
export interface Column {
  key: string
  label: string
  /** Whether it holds numbers, which stand on the right and sort from the greatest. */
  numeric?: boolean
  /** What a file or the clipboard gets, and unless `rank` says otherwise what rows are sorted by. */
  value: (row: number) => string | number | null
  /** What the page shows, if it is not the value itself. */
  shown?: (row: number) => string
  /** Where a row stands among the others, if that is not the order of the values. */
  rank?: (row: number) => number | null
  /** Where a cell leads to. */
  link?: ((row: number) => string | null) | undefined
  /** The rows behind the number of a cell. */
  list?: (row: number) => ShownList | null
  /** How much of the width it takes in a table of many rows, against the others. */
  width?: number
}

/** Rows that can be shown, sorted, copied and saved. The first column names the row. */
export interface Table {
  caption: string
  columns: readonly Column[]
  length: number
}

/** What a table is sorted by. */
export interface Sort {
  key: string
  descending: boolean
}

/** The text of a cell on the page. */
export const shownText = ({ value, shown }: Column, row: number): string => shown?.(row) ?? String(value(row) ?? '')

const { compare } = new Intl.Collator('en', { numeric: true })

/** The rows in the order of a column, those that have no value last, ties as they stand; unsorted without one. */
export const orderOf = ({ columns, length }: Table, sort: Sort | null): Uint32Array => {
  const rows = Uint32Array.from({ length }, (_, row) => row)
  const column = columns.find(({ key }) => key === sort?.key)
  if (!column || !sort) return rows
  const read = column.rank ?? column.value
  const values = Array.from(rows, (row) => read(row))
  const sign = sort.descending ? -1 : 1
  return rows.sort((a, b) => {
    const [left, right] = [values[a] ?? null, values[b] ?? null]
    if (left === right) return a - b
    if (left === null || right === null) return left === null ? 1 : -1
    const difference =
      typeof left === 'number' && typeof right === 'number' ? left - right : compare(String(left), String(right))
    return difference * sign || a - b
  })
}

/** What a click on a column's head sorts by next: numbers from the greatest, text from A, the other way at the second click. */
export const nextSort = ({ key, numeric = false }: Column, sort: Sort | null): Sort =>
  sort?.key === key ? { key, descending: !sort.descending } : { key, descending: numeric }
