import type { Rows } from './rows.ts'
import { createTurns } from './turns.ts'
import { Entries, valueText, type Value } from './value.ts'

/** What a result is sorted by. */
export interface ColumnSort {
  column: number
  descending: boolean
}

/** What a head asks for next: ascending, descending, and the order of the query again. */
export const nextColumnSort = (column: number, sort: ColumnSort | null): ColumnSort | null => {
  if (sort?.column !== column) return { column, descending: false }
  return sort.descending ? null : { column, descending: true }
}

type Key = number | bigint | string

const numeric = /^(DECIMAL|U?HUGEINT)/

/** What a value is compared by; text by its code units, which is the order that the engine sorts text in. */
const keyOf = (value: Value, type: string): Key | null => {
  if (value === null || typeof value === 'number' || typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string') return value instanceof Entries || Array.isArray(value) ? valueText(value) : null
  if (numeric.test(type)) return BigInt(value.replace('.', ''))
  return type === 'DATE' || type.startsWith('TIMESTAMP')
    ? momentKey(value)
    : type === 'INTERVAL'
      ? lengthOf(value)
      : value
}

/** Days and times read as text are in order as they stand, but for those before the year 1 and after 9999. */
const momentKey = (text: string): string => {
  if (text === 'infinity') return '~'
  if (text === '-infinity') return '!'
  const [, year = '', rest = '', era] = /^(\d+)(-.*?)( \(BC\))?$/.exec(text) ?? []
  return era ? `#${padded(1_000_000 - Number(year))}${rest}` : `${padded(Number(year))}${rest}`
}

const padded = (year: number) => String(year).padStart(7, '0')

/** The engine compares intervals as if a month had 30 days. */
const lengthOf = (text: string): number => {
  const of = (unit: string) => Number(new RegExp(`(-?\\d+) ${unit}`).exec(text)?.[1] ?? 0)
  const [, sign = '', hours = 0, minutes = 0, seconds = 0] = /(-?)(\d+):(\d+):([\d.]+)$/.exec(text) ?? []
  const clock = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return ((of('year') * 12 + of('month')) * 30 + of('day')) * 86_400 + (sign ? -clock : clock)
}

const compare = (a: Key, b: Key): number => {
  if (a < b) return -1
  if (a > b) return 1
  // NaN, which is neither, comes after all numbers.
  return a === b ? 0 : Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

/** So many rows are sorted at once, in a few milliseconds. */
const run = 8192

/**
 * The rows of a result in the order of a column: without a value last, ties as they stand. The page has its turns meanwhile.
 * @throws the signal's reason
 */
export const orderRows = async (
  rows: Rows,
  { column, descending }: ColumnSort,
  signal?: AbortSignal,
): Promise<Uint32Array> => {
  const turn = createTurns(signal)
  const { length } = rows
  const type = rows.columns[column]?.type ?? ''
  const read = rows.reader(column)
  let order = new Uint32Array(length)
  const keys: (Key | null)[] = new Array(length)
  let without = 0
  let exact = true
  for (let row = 0; row < length; row++) {
    const key = keyOf(read(row), type)
    keys[row] = key
    if (key === null) order[length - ++without] = row
    else {
      order[row - without] = row
      if (typeof key === 'string' || (typeof key === 'bigint' && BigInt(Number(key)) !== key)) exact = false
    }
    if (row % 500 === 0) await turn()
  }
  order.subarray(length - without).reverse()
  const count = length - without
  let at: (row: number) => Key = (row) => keys[row] as Key
  if (exact) {
    // Numbers that all fit into a double are compared several times faster.
    const numbers = new Float64Array(length)
    for (let row = 0; row < length; row++) {
      numbers[row] = Number(keys[row])
      if (row % 5000 === 0) await turn()
    }
    at = (row) => numbers[row] as number
  }
  const sign = descending ? -1 : 1
  const before = (a: number, b: number) => compare(at(a), at(b)) * sign || a - b
  for (let from = 0; from < count; from += run) {
    order.subarray(from, Math.min(from + run, count)).sort(before)
    await turn()
  }
  let spare = new Uint32Array(order)
  for (let size = run; size < count; size *= 2) {
    for (let from = 0; from < count; from += 2 * size) {
      const [middle, end] = [Math.min(from + size, count), Math.min(from + 2 * size, count)]
      let [left, right] = [from, middle]
      for (let to = from; to < end; to++) {
        const [a, b] = [order[left] as number, order[right] as number]
        const takesLeft = right >= end || (left < middle && before(a, b) <= 0)
        spare[to] = takesLeft ? a : b
        if (takesLeft) left++
        else right++
        if (to % 2000 === 0) await turn()
      }
    }
    ;[order, spare] = [spare, order]
  }
  return order
}
