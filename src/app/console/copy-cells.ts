import { withoutFormula } from '../table-text.ts'
import type { Range } from './cell-cursor.ts'
import type { Rows } from './rows.ts'
import { createTurns } from './turns.ts'
import { valueText, type Value } from './value.ts'

/** More cells than these are for a file. */
export const mostCopied = 1_000_000

const cell = (value: Value, isNumber: boolean): string => {
  if (value === null) return ''
  const text = valueText(value).replace(/[\t\r\n]+/g, ' ')
  return isNumber || typeof value === 'boolean' ? text : withoutFormula(text)
}

/**
 * Cells as they are pasted into a spreadsheet, between tabs; none without a value is any text, and no text a formula.
 * @throws the signal's reason
 */
export const cellsAsText = async (
  rows: Rows,
  { top, bottom, left, right }: Range,
  rowAt: (position: number) => number,
  heads: boolean,
): Promise<string> => {
  const turn = createTurns()
  const columns = Array.from({ length: right - left + 1 }, (_, index) => left + index)
  const readers = columns.map((column) => rows.reader(column))
  const numbers = columns.map((column) => rows.columns[column]?.kind === 'number')
  const lines: string[] = []
  if (heads) lines.push(columns.map((column) => cell(rows.columns[column]?.name ?? '', false)).join('\t'))
  for (let position = top; position <= bottom; position++) {
    const row = rowAt(position)
    lines.push(readers.map((read, index) => cell(read(row), numbers[index] ?? false)).join('\t'))
    if (position % 50 === 0) await turn()
  }
  return lines.join('\n')
}
