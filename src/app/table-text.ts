import type { Table } from './table.ts'

/** Text that no spreadsheet takes for a formula: what could begin one stands behind an apostrophe. */
export const withoutFormula = (text: string): string => (/^[\s\p{Cf}]*[=+\-@＝＋－＠]/u.test(text) ? `'${text}` : text)

export const csvCell = (value: string | number | null): string => {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = withoutFormula(value)
  return /[",\r\n\t;]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe
}

const tsvCell = (value: string | number | null): string =>
  typeof value === 'number' ? String(value) : withoutFormula((value ?? '').replace(/[\t\r\n]+/g, ' '))

const portion = 5000

const lines = function* ({ columns }: Table, order: ArrayLike<number>, cell: typeof csvCell, separator: string) {
  for (let from = 0; from < order.length; from += portion) {
    const rows = Array.from({ length: Math.min(portion, order.length - from) }, (_, index) => order[from + index] ?? 0)
    yield rows.map((row) => columns.map(({ value }) => cell(value(row))).join(separator))
  }
}

/**
 * A table as a CSV file (RFC 4180) with a byte order mark, for the sake of Excel: first what it shows, a line each, then an empty
 * line, heads and rows. Long tables leave the page its turns. Pure.
 */
export const csvParts = async (
  table: Table,
  order: ArrayLike<number>,
  about: readonly string[],
  rest: () => Promise<void> = () => new Promise((resolve) => setTimeout(resolve)),
): Promise<string[]> => {
  const head = [...about.map(csvCell), '', table.columns.map(({ label }) => csvCell(label)).join(',')]
  const parts = [`\ufeff${head.join('\r\n')}\r\n`]
  for (const portion of lines(table, order, csvCell, ',')) {
    parts.push(portion.map((line) => `${line}\r\n`).join(''))
    if (order.length > portion.length) await rest()
  }
  return parts
}

/** A table as it is pasted into a spreadsheet: heads and rows, cells between tabs. */
export const tsvOf = (table: Table, order: ArrayLike<number>): string => {
  const rows = [...lines(table, order, tsvCell, '\t')].flat()
  return [table.columns.map(({ label }) => tsvCell(label)).join('\t'), ...rows].join('\n')
}
