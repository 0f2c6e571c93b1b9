import type { ResultColumn, Rows } from './rows.ts'

export const chartKinds = { bar: 'Bars', line: 'Lines', scatter: 'Points', histogram: 'Histogram' } as const
export type ChartKind = keyof typeof chartKinds

export const aggregates = { none: 'each row', sum: 'sum', avg: 'average', count: 'count of rows' } as const
export type Aggregate = keyof typeof aggregates

/** What is drawn of a result; columns by their names, so that it holds for the same query later. */
export interface ChartSpec {
  kind: ChartKind
  /** Null for the place of the row. */
  x: string | null
  y: readonly string[]
  /** A series for each value of this column, in place of one for each `y`. */
  by: string | null
  aggregate: Aggregate
  /** So many bars at most. */
  top: number
}

/** Numbers that name something are not worth drawing. */
const names = /(^|_)(id|ids|key|keys)$/i

const isAmount = ({ kind, name }: ResultColumn) => kind === 'number' && !names.test(name)

/** How many different values a column has among its first rows, of how many. */
const variety = (rows: Rows, column: number) => {
  const read = rows.reader(column)
  const seen = new Set<unknown>()
  const looked = Math.min(rows.length, 1000)
  for (let row = 0; row < looked; row++) seen.add(read(row))
  return { different: seen.size, looked }
}

/** More series than these are no picture any more. */
const fewSeries = 6

/**
 * What suits the types of the columns: days and numbers make lines, words and numbers bars, two numbers points, one number a
 * histogram; null where nothing does.
 */
export const suitingChart = (rows: Rows): ChartSpec | null => {
  const { columns } = rows
  const amounts = columns.filter(isAmount)
  const numbers = amounts.length ? amounts : columns.filter(({ kind }) => kind === 'number')
  const [number, another] = numbers
  const base = { by: null, aggregate: 'none', top: 20 } as const
  if (!number || rows.length === 0) return null
  for (const kind of ['date', 'text', 'boolean'] as const) {
    const at = columns.findIndex((column) => column.kind === kind)
    const x = columns[at]
    if (!x) continue
    const { different, looked } = variety(rows, at)
    const again = different < looked
    const y = again ? [number.name] : numbers.slice(0, 3).map(({ name }) => name)
    const parts = (column: ResultColumn, position: number) =>
      column.kind === 'text' && position !== at && variety(rows, position).different <= fewSeries
    const by = kind === 'date' && again ? (columns.find(parts)?.name ?? null) : null
    return { ...base, kind: kind === 'date' ? 'line' : 'bar', x: x.name, y, by, aggregate: again ? 'sum' : 'none' }
  }
  if (another) return { ...base, kind: 'scatter', x: number.name, y: [another.name] }
  return { ...base, kind: 'histogram', x: number.name, y: [] }
}

/** The specification that holds for a result, if it has the columns. */
export const fittingChart = (spec: ChartSpec, { columns }: Pick<Rows, 'columns'>): ChartSpec | null => {
  const has = (name: string) => columns.some((column) => column.name === name)
  const y = spec.y.filter(has)
  if (spec.x !== null && !has(spec.x)) return null
  if (spec.kind !== 'histogram' && spec.aggregate !== 'count' && y.length === 0) return null
  return { ...spec, y, by: spec.by !== null && has(spec.by) ? spec.by : null }
}
