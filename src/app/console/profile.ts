import { sqlName } from './sql-literals.ts'

/** How the values of a column can be looked at. */
export type Measured = 'number' | 'time' | 'other'

/** What is known of a column: how full it is, how many values, which are frequent, and how they are spread. */
export interface Profile {
  rows: number
  filled: number
  distinct: number
  least: string | null
  greatest: string | null
  /** Of numbers: their average and quartiles. */
  average: number | null
  quartiles: readonly number[] | null
  /** The most frequent values, the most frequent first. */
  top: readonly { value: string; count: number }[]
  /** Bins of one width from the least to the greatest value, a bin to a value where they are few and whole; empty where there is nothing to spread. */
  bins: readonly { from: string; to: string; count: number }[]
}

type Ask = (sql: string) => Promise<Record<string, unknown>[]>

const mostBins = 12
/** The seconds since 1970 that a Date holds. */
const lastSecond = 8.64e12
const tops = 5

export const measuredAs = (type: string): Measured => {
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL)/.test(type) && !type.endsWith(']')) return 'number'
  return /^(DATE|TIMESTAMP)/.test(type) && !type.endsWith(']') ? 'time' : 'other'
}

const number = (value: unknown): number => Number(value ?? 0)
const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value))

/** A number with the digits that tell it from the next one, `width` away. */
const rounded = (value: number, width: number): string => {
  const digits = Math.ceil(Math.log10(Math.max(1, Math.abs(value) / width))) + 2
  return String(Number(value.toPrecision(Math.min(17, Math.max(4, digits)))))
}

/** Seconds since 1970, as exactly as `width` asks for. */
const moment = (seconds: number, width: number): string => {
  const [day = '', time = ''] = new Date(1000 * seconds).toISOString().split('T')
  if (width >= 86_400) return day
  return `${day} ${time.slice(0, width >= 60 ? 5 : width >= 1 ? 8 : 12)}`
}

/** Works out the profile of a column. @throws QueryError */
export const profileColumn = async (ask: Ask, table: string, column: string, type: string): Promise<Profile> => {
  const measured = measuredAs(type)
  const [from, raw] = [sqlName(table), sqlName(column)]
  // Lists and structures are told apart by what they look like.
  const value = /\[|STRUCT|MAP|UNION|BLOB/.test(type) ? `CAST(${raw} AS VARCHAR)` : raw
  const finite = /^(DOUBLE|FLOAT|DATE|TIMESTAMP)/.test(type) ? `CASE WHEN isfinite(${raw}) THEN ${raw} END` : raw
  const scale = measured === 'time' ? `epoch(${finite})` : `CAST(${finite} AS DOUBLE)`
  const numbers =
    measured === 'number'
      ? `, avg(${scale}) AS average, array_to_string(quantile_cont(${scale}, [0.25, 0.5, 0.75]), ' ') AS quartiles`
      : ''
  const spread =
    measured === 'other' ? '' : `, CAST(min(${scale}) AS DOUBLE) AS low, CAST(max(${scale}) AS DOUBLE) AS high`
  const [row = {}] = await ask(
    `SELECT CAST(count(*) AS DOUBLE) AS n, CAST(count(${raw}) AS DOUBLE) AS filled,
  CAST(count(DISTINCT ${value}) AS DOUBLE) AS distinct_values,
  CAST(min(${value}) AS VARCHAR) AS least, CAST(max(${value}) AS VARCHAR) AS greatest${numbers}${spread}
FROM ${from}`,
  )
  const top = await ask(
    `SELECT CAST(${value} AS VARCHAR) AS value, CAST(count(*) AS DOUBLE) AS n
FROM ${from} WHERE ${raw} IS NOT NULL GROUP BY ALL ORDER BY n DESC, value LIMIT ${tops}`,
  )
  const [low, high] = [number(row.low), number(row.high)]
  // Whole numbers and days have no halves: a bin holds as many of them as the next, or one.
  const unit = type === 'DATE' ? 86_400 : /INT/.test(type) ? 1 : 0
  const values = unit ? (high - low) / unit + 1 : Infinity
  const each = values <= mostBins
  const bins = each ? values : mostBins
  const width = each ? unit : (high - low) / bins
  // A Date tells no two moments of one millisecond apart.
  const [least, reach] = measured === 'time' ? [0.001, lastSecond] : [0, Number.MAX_VALUE]
  const spreads = measured !== 'other' && width > least && width <= reach && Math.max(-low, high) <= reach && high > low
  const counts = Array<number>(bins).fill(0)
  if (spreads) {
    const found = await ask(
      `SELECT CAST(least(${bins - 1}, floor((${scale} - (${low})) / ${width})) AS DOUBLE) AS bin, CAST(count(*) AS DOUBLE) AS n
FROM ${from} WHERE ${scale} IS NOT NULL GROUP BY ALL`,
    )
    for (const { bin, n } of found) counts[number(bin)] = number(n)
  }
  const edge = (at: number) => {
    const here = low + at * width
    return measured === 'time' ? moment(here, width) : rounded(here, width)
  }
  return {
    rows: number(row.n),
    filled: number(row.filled),
    distinct: number(row.distinct_values),
    least: text(row.least),
    greatest: text(row.greatest),
    average: row.average === null || row.average === undefined ? null : number(row.average),
    quartiles: text(row.quartiles)?.split(' ').map(Number) ?? null,
    top: top.map(({ value, n }) => ({ value: String(value), count: number(n) })),
    bins: spreads ? counts.map((count, at) => ({ from: edge(at), to: edge(each ? at : at + 1), count })) : [],
  }
}
