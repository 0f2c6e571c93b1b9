import { counted, number } from '../format.ts'
import type { ChartSpec } from './chart-spec.ts'
import type { Rows } from './rows.ts'
import { createTurns } from './turns.ts'
import { valueText, type Value } from './value.ts'

/** No more of them can be told apart. */
export const mostSeries = 6
/** More points than these hide one another. */
export const mostPoints = 2000
const mostBins = 40

export interface Series {
  name: string
  /** One for each label; null where there is none. */
  values: readonly (number | null)[]
}

/** What a chart draws. */
export interface ChartData {
  labels: readonly string[]
  /** Where the labels stand on a scale of numbers or of time; null where they stand one beside the other. */
  positions: readonly number[] | null
  /** Whether the positions are milliseconds since 1970. */
  temporal: boolean
  series: readonly Series[]
  /** What is left out, and why. */
  notes: readonly string[]
}

/** An amount as a chart draws it; null for what is none. */
const amountOf = (value: Value): number | null => {
  if (value === null || typeof value === 'object' || typeof value === 'boolean') return null
  const amount = Number(value)
  return Number.isFinite(amount) ? amount : null
}

/** A day or a time as the engine writes it, in milliseconds since 1970, in no zone but UTC. */
export const momentOf = (value: Value): number | null => {
  if (typeof value !== 'string') return null
  const moment = Date.parse(/^\d+-\d+-\d+$/.test(value) ? value : `${value.replace(/\+00$/, '').replace(' ', 'T')}Z`)
  return Number.isNaN(moment) ? null : moment
}

/** Sums and counts by label and series. */
interface Group {
  label: string
  position: number
  sums: Float64Array
  counts: Float64Array
}

/** What a series is called after a value. */
const seriesName = (value: Value): string => (value === '' ? '(empty)' : valueText(value))

const left = (count: number, one: string, why: string) => (count ? [`${counted(count, one)} left out: ${why}`] : [])

/**
 * Computes what a chart of all rows draws. The page has its turns meanwhile.
 * @throws the signal's reason
 */
export const chartData = async (rows: Rows, spec: ChartSpec, signal?: AbortSignal): Promise<ChartData> => {
  if (spec.kind === 'histogram') return histogram(rows, spec, signal)
  if (spec.kind === 'scatter') return scatter(rows, spec, signal)
  return grouped(rows, spec, signal)
}

const columnNamed = ({ columns }: Rows, name: string | null) => columns.findIndex((column) => column.name === name)

const readerOf = (rows: Rows, name: string | null) => rows.reader(Math.max(0, columnNamed(rows, name)))

const histogram = async (rows: Rows, { x }: ChartSpec, signal?: AbortSignal): Promise<ChartData> => {
  const turn = createTurns(signal)
  const read = readerOf(rows, x)
  const values = new Float64Array(rows.length)
  let count = 0
  let whole = true
  let [least, most] = [Infinity, -Infinity]
  for (let row = 0; row < rows.length; row++) {
    if (row % 500 === 0) await turn()
    const value = amountOf(read(row))
    if (value === null) continue
    values[count++] = value
    if (!Number.isInteger(value)) whole = false
    if (value < least) least = value
    if (value > most) most = value
  }
  const notes = left(rows.length - count, 'row', 'no number')
  const base = { positions: null, temporal: false, notes }
  if (count === 0) return { ...base, labels: [], series: [{ name: 'Rows', values: [] }] }
  const bins = Math.min(mostBins, Math.max(5, Math.ceil(Math.sqrt(count))))
  const wanted = niceStep((most - least) / bins || 1)
  const step = whole ? Math.max(1, Math.round(wanted)) : wanted
  const start = Math.floor(least / step) * step
  const counts = new Array<number>(Math.floor((most - start) / step + 1e-9) + 1).fill(0)
  for (let each = 0; each < count; each++) {
    const bin = Math.min(counts.length - 1, Math.floor(((values[each] ?? 0) - start) / step + 1e-9))
    counts[bin] = (counts[bin] ?? 0) + 1
    if (each % 5000 === 0) await turn()
  }
  const edge = (bin: number) => number(Number((start + bin * step).toPrecision(12)))
  const label = (bin: number) => (whole && step === 1 ? edge(bin) : `${edge(bin)} to <${edge(bin + 1)}`)
  return { ...base, labels: counts.map((_, bin) => label(bin)), series: [{ name: 'Rows', values: counts }] }
}

/** The next of 1, 2, 5, 10, … */
const niceStep = (least: number): number => {
  const power = 10 ** Math.floor(Math.log10(least))
  const factor = [1, 2, 5, 10].find((each) => each * power >= least * 0.999) ?? 10
  return factor * power
}

const scatter = async (rows: Rows, { x, y, by }: ChartSpec, signal?: AbortSignal): Promise<ChartData> => {
  const turn = createTurns(signal)
  const column = columnNamed(rows, x)
  const temporal = rows.columns[column]?.kind === 'date'
  const readX = readerOf(rows, x)
  const readYs = by === null ? y.map((name) => readerOf(rows, name)) : [readerOf(rows, y[0] ?? null)]
  const readBy = by === null ? null : readerOf(rows, by)
  const labels: string[] = []
  const positions: number[] = []
  const series = new Map<string, (number | null)[]>(by === null ? y.map((name) => [name, []]) : [])
  const every = Math.max(1, Math.ceil(rows.length / mostPoints))
  let without = 0
  let others = 0
  for (let row = 0; row < rows.length; row += every) {
    if ((row / every) % 500 === 0) await turn()
    const value = readX(row)
    const position = temporal ? momentOf(value) : amountOf(value)
    const values = readYs.map((read) => amountOf(read(row)))
    if (position === null || values.every((each) => each === null)) {
      without++
      continue
    }
    const names = readBy ? [seriesName(readBy(row))] : y
    const [name = ''] = names
    if (readBy && !series.has(name)) {
      if (series.size === mostSeries) {
        others++
        continue
      }
      series.set(
        name,
        labels.map(() => null),
      )
    }
    labels.push(valueText(value))
    positions.push(position)
    for (const [each, list] of series) list.push(names.includes(each) ? (values[names.indexOf(each)] ?? null) : null)
  }
  const notes = [
    ...(every > 1 ? [`One of ${number(every)} rows is drawn, ${counted(labels.length, 'point')}`] : []),
    ...left(without, 'row', 'a value is missing'),
    ...left(others, 'row', `of further values of ${by}`),
  ]
  return { labels, positions, temporal, notes, series: [...series].map(([name, values]) => ({ name, values })) }
}

const grouped = async (rows: Rows, spec: ChartSpec, signal?: AbortSignal): Promise<ChartData> => {
  const { kind, x, y, by, top } = spec
  const turn = createTurns(signal)
  const column = columnNamed(rows, x)
  const xKind = rows.columns[column]?.kind
  const temporal = xKind === 'date'
  const placed = kind === 'line' && (temporal || xKind === 'number')
  const aggregate = by !== null && spec.aggregate === 'none' ? 'sum' : spec.aggregate
  const readX = x === null ? null : readerOf(rows, x)
  const readBy = by === null ? null : readerOf(rows, by)
  const counting = aggregate === 'count'
  const readYs = counting ? [] : (readBy ? y.slice(0, 1) : y.slice(0, mostSeries)).map((name) => readerOf(rows, name))
  const names = new Map<string, number>()
  if (!readBy) for (const name of counting ? ['Rows'] : y.slice(0, mostSeries)) names.set(name, names.size)
  const groups = new Map<string, Group>()
  const room = readBy ? 64 : Math.max(1, names.size)
  // Each row is a bar or a point of its own: those behind the last one that is drawn need not be read.
  const last = aggregate === 'none' && !placed ? Math.min(rows.length, kind === 'bar' ? top : mostPoints) : rows.length
  const tooMany = 200_000
  let unplaced = 0
  let beyond = 0
  for (let row = 0; row < last; row++) {
    if (row % 500 === 0) await turn()
    const value = readX ? readX(row) : null
    const position = placed ? (temporal ? momentOf(value) : amountOf(value)) : groups.size
    if (position === null) {
      unplaced++
      continue
    }
    const label = readX ? valueText(value) : number(row + 1)
    const key = aggregate === 'none' ? String(row) : label
    let group = groups.get(key)
    if (!group) {
      if (groups.size === tooMany) {
        beyond++
        continue
      }
      group = { label, position, sums: new Float64Array(room), counts: new Float64Array(room) }
      groups.set(key, group)
    }
    const add = (series: number, amount: number | null) => {
      if (amount === null || !group) return
      group.sums[series] = (group.sums[series] ?? 0) + amount
      group.counts[series] = (group.counts[series] ?? 0) + 1
    }
    if (readBy) {
      const name = seriesName(readBy(row))
      let series = names.get(name)
      if (series === undefined) {
        if (names.size === room) {
          beyond++
          continue
        }
        names.set(name, (series = names.size))
      }
      add(series, counting ? 1 : amountOf(readYs[0]?.(row) ?? null))
    } else if (counting) add(0, 1)
    else readYs.forEach((read, series) => add(series, amountOf(read(row))))
  }
  const found = [...groups.values()]
  const amount = ({ sums, counts }: Group, series: number) => {
    const [sum = 0, count = 0] = [sums[series], counts[series]]
    if (count === 0) return null
    return aggregate === 'avg' ? sum / count : sum
  }
  const totals = [...names].map(([name, at]) => {
    let total = 0
    for (const group of found) total += Math.abs(amount(group, at) ?? 0)
    return { name, at, total }
  })
  const series = readBy ? totals.sort((a, b) => b.total - a.total).slice(0, mostSeries) : totals
  if (placed) found.sort((a, b) => a.position - b.position)
  else if (aggregate !== 'none') {
    const whole = (group: Group) => series.reduce((sum, { at }) => sum + (amount(group, at) ?? 0), 0)
    const sizes = new Map(found.map((group) => [group, whole(group)]))
    found.sort((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0))
  }
  await turn()
  const every = kind === 'line' ? Math.max(1, Math.ceil(found.length / mostPoints)) : 1
  const drawn = kind === 'bar' ? found.slice(0, top) : found.filter((_, index) => index % every === 0)
  const all = aggregate === 'none' && !placed ? rows.length : found.length
  const notes = [
    ...(readBy && spec.aggregate === 'none' ? ['Rows of the same place are added up'] : []),
    ...(kind === 'bar' && all > drawn.length
      ? [`${aggregate === 'none' ? 'The first' : 'The greatest'} ${number(drawn.length)} of ${number(all)} are drawn`]
      : []),
    ...(kind === 'line' && (every > 1 || all > drawn.length)
      ? [`${counted(drawn.length, 'point')} of ${number(all)} are drawn`]
      : []),
    ...left(unplaced, 'row', `no value of ${x}`),
    ...left(beyond, 'row', 'more different values than a chart can show'),
    ...(totals.length > series.length
      ? [`${number(series.length)} of ${counted(totals.length, 'value')} of ${by} are drawn`]
      : []),
  ]
  return {
    labels: drawn.map(({ label }) => label),
    positions: placed ? drawn.map(({ position }) => position) : null,
    temporal,
    series: series.map(({ name, at }) => ({ name, values: drawn.map((group) => amount(group, at)) })),
    notes,
  }
}
