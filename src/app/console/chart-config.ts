import type { ChartConfiguration, ChartOptions, Tick } from 'chart.js'
import { axes, font, shared, tooltip } from '../charts.ts'
import { counted, list, number } from '../format.ts'
import type { ChartConfig } from '../picture.ts'
import type { ChartColours } from '../state/theme.svelte.ts'
import type { Column, Table } from '../table.ts'
import { mostSeries, type ChartData } from './chart-data.ts'
import { aggregates, type ChartSpec } from './chart-spec.ts'

/** The tokens that series are drawn with, in their order. */
export const seriesTokens = Array.from({ length: mostSeries }, (_, series) => `--series-${series + 1}`)

/** The colours of the series where a node stands. */
export const readSeriesColours = (place: Node): string[] => {
  const probe = document.createElement('span')
  place.appendChild(probe)
  const colours = seriesTokens.map((token) => {
    probe.style.color = `var(${token})`
    return getComputedStyle(probe).color
  })
  probe.remove()
  return colours
}

const points = ['circle', 'rect', 'triangle', 'rectRot', 'star', 'crossRot'] as const

const amount = (value: number): string =>
  Number.isInteger(value) || Math.abs(value) >= 1000 ? number(Math.round(value)) : String(Number(value.toPrecision(4)))

const dayLength = 86_400_000

/** "2024-05-31" where the days matter, else "May 2024" or "2024"; with the time of day where it is less than a day or two. */
const momentText = (moment: number, span: number): string => {
  const text = new Date(moment).toISOString()
  if (span <= 2 * dayLength) return text.slice(5, 16).replace('T', ' ')
  if (span <= 400 * dayLength) return text.slice(0, 10)
  return span <= 4000 * dayLength ? text.slice(0, 7) : text.slice(0, 4)
}

/** Ticks where days, months or years begin. */
const calendarTicks = (from: number, to: number, most = 7): Tick[] => {
  const span = to - from
  const values: number[] = []
  if (span > 120 * dayLength) {
    const step =
      [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200].find((each) => span / (30.4 * dayLength * each) <= most) ?? 2400
    const start = new Date(from)
    let month = Math.ceil((start.getUTCFullYear() * 12 + start.getUTCMonth()) / step) * step
    for (; values.length <= 2 * most; month += step) {
      const at = Date.UTC(Math.floor(month / 12), month % 12)
      if (at > to) break
      if (at >= from) values.push(at)
    }
  } else {
    const steps = [1 / 1440, 5 / 1440, 15 / 1440, 1 / 24, 3 / 24, 6 / 24, 0.5, 1, 2, 7, 14, 28]
    const step = (steps.find((each) => span / (each * dayLength) <= most) ?? 28) * dayLength
    for (let at = Math.ceil(from / step) * step; at <= to && values.length <= 2 * most; at += step) values.push(at)
  }
  return values.map((value) => ({ value, label: momentText(value, span) }))
}

/** The columns on the axes, in words. */
const axisTitles = ({ kind, x, y, aggregate, by }: ChartSpec) => ({
  x: kind === 'histogram' || x !== null ? (x ?? '') : 'Row',
  y:
    kind === 'histogram'
      ? 'Rows'
      : aggregate === 'count'
        ? `Rows${by === null ? '' : ` by ${by}`}`
        : `${list(y)}${aggregate === 'none' ? '' : `, ${aggregates[aggregate]}`}${by === null ? '' : ` by ${by}`}`,
})

const shortened = (label: string) => (label.length > 28 ? `${label.slice(0, 27)}…` : label)

/** Whether bars lie, so that their labels can be read: those of many or long words. */
const liesDown = (labels: readonly string[]) => labels.length > 12 || labels.some((label) => label.length > 9)

/** Parts of a sum stand one upon the other; averages have no sum. */
const isStacked = ({ kind, by, aggregate }: ChartSpec) => kind === 'bar' && by !== null && aggregate !== 'avg'

/** How tall a chart has to be for its labels, in pixels. */
export const heightOf = (spec: ChartSpec, { labels, series }: ChartData): number =>
  spec.kind === 'bar' && liesDown(labels)
    ? 60 + labels.length * Math.max(20, isStacked(spec) ? 0 : 8 + 7 * series.length)
    : 236

/** A chart as Chart.js draws it. */
export const resultChart = (
  spec: ChartSpec,
  { labels, positions, temporal, series }: ChartData,
  colours: ChartColours,
  palette: readonly string[],
  hidden: ReadonlySet<string> = new Set(),
): ChartConfig => {
  const titles = axisTitles(spec)
  const base = axes(colours, titles.x)
  const colour = (index: number) => palette[index % palette.length] ?? colours.series1
  const name = (text: string) => ({ display: true, text, color: colours.ink3, font: font() })
  const y = {
    ...base.y,
    beginAtZero: spec.kind !== 'scatter',
    title: name(titles.y),
    ticks: { ...base.y?.ticks, precision: undefined, callback: (value: number | string) => amount(Number(value)) },
  }
  const labelOf = (series: string, value: number | null) =>
    `${series}: ${value === null || Number.isNaN(value) ? 'none' : Number.isInteger(value) ? number(value) : String(Number(value.toPrecision(12)))}`
  const lying = spec.kind === 'bar' && liesDown(labels)
  const stacked = isStacked(spec)
  type Parsed = { x: number | null; y: number | null }
  const valueOf = ({ x, y }: Parsed) => (lying ? x : y)
  const plugins = (one: boolean) => ({
    tooltip: {
      ...tooltip(colours),
      displayColors: !one,
      filter: ({ parsed }: { parsed: Parsed }) => valueOf(parsed) !== null && !Number.isNaN(valueOf(parsed)),
      callbacks: {
        labelColor: ({ datasetIndex }: { datasetIndex: number }) => ({
          backgroundColor: colour(datasetIndex),
          borderColor: 'transparent',
          borderRadius: 3,
        }),
        title: ([item]: { dataIndex: number }[]) => (item ? `${titles.x} ${labels[item.dataIndex] ?? ''}` : ''),
        label: ({ datasetIndex, parsed }: { datasetIndex: number; parsed: Parsed }) =>
          labelOf(series[datasetIndex]?.name ?? '', valueOf(parsed)),
      },
    },
  })
  const layout = { padding: { top: 6, right: 8 } }
  if (positions === null) {
    const line = spec.kind === 'line'
    if (line)
      return {
        type: 'line',
        data: {
          labels: [...labels],
          datasets: series.map(({ name, values }, index) => ({
            label: name,
            data: values.map((value) => value ?? NaN),
            hidden: hidden.has(name),
            borderColor: colour(index),
            backgroundColor: colour(index),
            borderWidth: 2,
            pointStyle: points[index % points.length],
            pointRadius: labels.length > 60 ? 0 : 3,
            pointHitRadius: 12,
            tension: 0,
          })),
        },
        options: { ...shared, layout, scales: { ...base, y }, plugins: plugins(series.length === 1) },
      } as ChartConfiguration<'line', number[], string>
    const words = {
      ...base.x,
      title: lying ? { display: false } : base.x?.title,
      ticks: {
        ...base.x?.ticks,
        autoSkip: spec.kind === 'histogram' || !lying,
        callback: (_: unknown, index: number) => shortened(labels[index] ?? ''),
      },
    }
    return {
      type: 'bar',
      data: {
        labels: [...labels],
        datasets: series.map(({ name, values }, index) => ({
          label: name,
          data: values.map((value) => value ?? NaN),
          hidden: hidden.has(name),
          backgroundColor: colour(index),
          hoverBackgroundColor: colour(index),
          borderRadius: 3,
          maxBarThickness: 64,
          ...(spec.kind === 'histogram' && { categoryPercentage: 1, barPercentage: 0.94 }),
        })),
      },
      options: {
        ...shared,
        ...(lying && { indexAxis: 'y', interaction: { ...shared.interaction, axis: 'y' } }),
        layout,
        scales: lying
          ? { x: { ...y, stacked }, y: { ...words, stacked } }
          : { x: { ...words, stacked }, y: { ...y, stacked } },
        plugins: plugins(series.length === 1),
      },
    } as ChartConfiguration<'bar', number[], string>
  }
  const joined = spec.kind === 'line'
  const x = {
    ...base.x,
    type: 'linear' as const,
    beginAtZero: false,
    ticks: {
      ...base.x?.ticks,
      maxTicksLimit: 8,
      callback: (value: number | string, index: number, ticks: readonly Tick[]) =>
        temporal ? (ticks[index]?.label ?? momentText(Number(value), Infinity)) : amount(Number(value)),
    },
    ...(temporal && {
      afterBuildTicks: (axis: { min: number; max: number; ticks: Tick[]; width: number }) => {
        axis.ticks = calendarTicks(axis.min, axis.max, Math.max(2, Math.floor(axis.width / 96)))
      },
    }),
    ...(joined && positions.length > 1 && { min: positions[0], max: positions.at(-1) }),
  }
  return {
    type: 'scatter',
    data: {
      labels: [...labels],
      datasets: series.map(({ name, values }, index) => ({
        label: name,
        data: values.map((value, at) => ({ x: positions[at] ?? NaN, y: value ?? NaN })),
        hidden: hidden.has(name),
        showLine: joined,
        spanGaps: true,
        borderColor: colour(index),
        backgroundColor: colour(index),
        borderWidth: joined ? 2 : 1,
        clip: 8,
        pointStyle: points[index % points.length],
        pointRadius: joined ? (labels.length > 60 ? 0 : 3) : 3,
        pointHitRadius: joined ? 12 : 4,
        pointHoverRadius: 5,
        tension: 0,
      })),
    },
    options: {
      ...shared,
      interaction: joined ? shared.interaction : { mode: 'nearest', intersect: false },
      layout,
      scales: { x, y } as unknown as NonNullable<ChartOptions<'scatter'>['scales']>,
      plugins: plugins(series.length === 1),
    },
  } as ChartConfiguration<'scatter', { x: number; y: number }[], string>
}

const kinds = { bar: 'Bar chart', line: 'Line chart', scatter: 'Scatter chart', histogram: 'Histogram' }

/** What a chart shows, for who cannot see it. */
export const chartSummary = (spec: ChartSpec, { labels, series }: ChartData): string => {
  const titles = axisTitles(spec)
  const parts = series.map(({ name, values }) => {
    let [least, most]: [number | null, number | null] = [null, null]
    for (const value of values) {
      if (value === null) continue
      if (least === null || value < least) least = value
      if (most === null || value > most) most = value
    }
    return most === null || least === null
      ? `${name}: no values.`
      : `${name}: from ${amount(least)} to ${amount(most)}.`
  })
  return `${kinds[spec.kind]} of ${titles.y} by ${titles.x}, ${counted(labels.length, 'point')}. ${parts.join(' ')}`
}

/** A chart as a table. */
export const chartTable = (spec: ChartSpec, { labels, series }: ChartData): Table => {
  const titles = axisTitles(spec)
  return {
    caption: `${titles.y} by ${titles.x}`,
    length: labels.length,
    columns: [
      { key: 'x', label: titles.x, value: (row) => labels[row] ?? null },
      ...series.map(({ name, values }, index): Column => ({
        key: `series-${index + 1}`,
        label: name,
        numeric: true,
        value: (row) => values[row] ?? null,
        shown: (row) => {
          const value = values[row]
          return value === null || value === undefined ? '–' : amount(value)
        },
      })),
    ],
  }
}
