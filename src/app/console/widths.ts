import type { Rows } from './rows.ts'
import { shownValue } from './shown-value.ts'
import type { Kind } from './value.ts'

export const narrowest = 56
export const widest = 1200

/** A column that nobody has set takes no more. */
const enough = 320
const sampled = 60

/** What a kind of column takes at least: the first rows are not always the longest. */
const least: Partial<Record<Kind, number>> = { nested: 190, text: 96, number: 84, date: 108 }

const around = 28

// Widths of a letter of the grid's sizes of type, on the average; digits are all of one width.
const wide = (text: string) => text.length * 7.4 + (text.match(/[\d:.,-]/g)?.length ?? 0) * 0.9
const small = (text: string) => Math.min(text.length, 24) * 6.6

/** The width that suits a column, by its head and its first rows. */
export const fitting = (rows: Rows, column: number): number => {
  const about = rows.columns[column]
  if (!about) return narrowest
  const read = rows.reader(column)
  let longest = Math.max(wide(about.name) + 14, small(about.type))
  for (let row = 0; row < Math.min(rows.length, sampled); row++) {
    const value = read(row)
    if (value !== null) longest = Math.max(longest, wide(shownValue(value, about)))
  }
  return Math.round(Math.min(enough, Math.max(narrowest, least[about.kind] ?? 0, longest + around)))
}

/** Where columns of these widths begin, and where the last one ends. */
export const offsetsOf = (widths: readonly number[]): Float64Array => {
  const offsets = new Float64Array(widths.length + 1)
  widths.forEach((width, column) => (offsets[column + 1] = (offsets[column] ?? 0) + width))
  return offsets
}

/** The column at a distance from the first one; the nearest where there is none. */
export const columnAt = (offsets: Float64Array, distance: number): number => {
  let [least, most] = [0, Math.max(0, offsets.length - 2)]
  while (least < most) {
    const middle = Math.ceil((least + most) / 2)
    if ((offsets[middle] ?? 0) <= distance) least = middle
    else most = middle - 1
  }
  return least
}
