import type { ChartConfiguration, ChartOptions, TooltipItem } from 'chart.js'
import type { EndpointBody } from 'hirescope/contract'
import { counted, day, list, number, share } from './format.ts'
import { shownList, type ShownList } from './shown-lists.ts'
import type { Column, Table } from './table.ts'
import type { ChartColours } from './state/theme.svelte.ts'

type Weekly = EndpointBody<'weekly-graph'>['results']
type Scores = NonNullable<EndpointBody<'score-distribution-graph'>['results']>

export const weeklySeries = {
  applications_received: 'Applications',
  assessments: 'Assessments',
  video_interviews: 'Video interviews',
} as const

export type WeeklySeries = keyof typeof weeklySeries
export const weeklyOrder = Object.keys(weeklySeries) as WeeklySeries[]

/** The token that a weekly series is drawn with. */
export const weeklyTokens = {
  applications_received: 'series1',
  assessments: 'series2',
  video_interviews: 'series3',
} as const satisfies Record<WeeklySeries, keyof ChartColours>

/** How the points of a weekly series look on paper, where colours may be gone. */
export const weeklyPoints = {
  applications_received: 'circle',
  assessments: 'rect',
  video_interviews: 'triangle',
} as const satisfies Record<WeeklySeries, string>

export const font = (size = 12) => ({ family: "'Inter Variable', system-ui, sans-serif", size })

type Axes = NonNullable<ChartOptions<'line' | 'bar'>['scales']>

export const axes = (colours: ChartColours, xTitle?: string): Axes => ({
  x: {
    grid: { display: false },
    border: { color: colours.line },
    ticks: { color: colours.ink3, font: font(), maxRotation: 0, autoSkipPadding: 12 },
    ...(xTitle !== undefined && { title: { display: true, text: xTitle, color: colours.ink3, font: font() } }),
  },
  y: {
    beginAtZero: true,
    border: { display: false },
    grid: { color: colours.grid, drawTicks: false },
    ticks: {
      color: colours.ink3,
      font: font(),
      maxTicksLimit: 6,
      precision: 0,
      padding: 8,
      callback: (value) => number(Number(value)),
    },
  },
})

export const shared = {
  responsive: true,
  maintainAspectRatio: false,
  animation: false,
  interaction: { mode: 'index', intersect: false },
} as const

export const tooltip = (colours: ChartColours) => ({
  animation: false as const,
  multiKeyBackground: 'transparent',
  backgroundColor: colours.card,
  borderColor: colours.line,
  borderWidth: 1,
  titleColor: colours.ink,
  bodyColor: colours.ink2,
  footerColor: colours.ink3,
  titleFont: { ...font(12.5), weight: 600 },
  bodyFont: font(12.5),
  footerFont: { ...font(12), weight: 400 },
  padding: 10,
  cornerRadius: 10,
  boxWidth: 9,
  boxHeight: 9,
  boxPadding: 5,
})

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const withShare = (count: number, all: number, of: string) => {
  const part = share(count, all)
  return part === null ? number(count) : `${number(count)} (${part} of ${of})`
}

/** Twelve weeks as three straight lines; what leads to the last week is dashed, since that week is not over. */
export const weeklyChart = (
  results: Weekly,
  colours: ChartColours,
  hidden: ReadonlySet<WeeklySeries> = new Set(),
  onPaper = false,
): ChartConfiguration<'line', number[], string> => {
  const starts = results.applications_received.start_dates
  const last = starts.length - 1
  const shown = weeklyOrder.flatMap((name) => {
    const { data } = results[name]
    return data === null ? [] : { name, data }
  })
  return {
    type: 'line',
    data: {
      labels: starts.map((start) => day(start)),
      datasets: shown.map(({ name, data }, index) => ({
        label: weeklySeries[name],
        data,
        hidden: hidden.has(name),
        borderColor: colours[weeklyTokens[name]],
        backgroundColor: colours[weeklyTokens[name]],
        borderWidth: 2,
        borderJoinStyle: 'round',
        pointStyle: weeklyPoints[name],
        pointRadius: onPaper ? 4 : 0,
        pointHitRadius: 12,
        clip: 8,
        pointHoverRadius: 4,
        pointHoverBorderWidth: 2,
        pointHoverBackgroundColor: colours[weeklyTokens[name]],
        pointHoverBorderColor: colours.card,
        tension: 0,
        order: index,
        segment: { borderDash: ({ p1DataIndex }) => (p1DataIndex === last ? [3, 4] : undefined) },
      })),
    },
    options: {
      ...shared,
      layout: { padding: { top: 6, right: 8 } },
      scales: axes(colours),
      plugins: {
        tooltip: {
          ...tooltip(colours),
          callbacks: {
            labelColor: ({ datasetIndex }) => {
              const colour = colours[weeklyTokens[shown[datasetIndex]?.name ?? 'applications_received']]
              return { backgroundColor: colour, borderColor: 'transparent', borderRadius: 3 }
            },
            title: ([item]) => (item ? `Week of ${item.label}` : ''),
            label: (item: TooltipItem<'line'>) => {
              const series = shown[item.datasetIndex]
              return series
                ? `${weeklySeries[series.name]}: ${withShare(series.data[item.dataIndex] ?? 0, sum(series.data), 'the 12 weeks')}`
                : ''
            },
            footer: ([item]) => (item?.dataIndex === last ? 'This week is not over yet' : ''),
          },
        },
      },
    },
  }
}

/** The counts of all scores from 0 to 10, zeroes included. */
export const scoreCounts = (results: Scores): number[] =>
  Array.from({ length: 11 }, (_, score) => results.find((row) => row.score === score)?.count ?? 0)

/** Résumés by whole score, zero-based bars from 0 to 10. */
export const scoreChart = (results: Scores, colours: ChartColours): ChartConfiguration<'bar', number[], string> => {
  const counts = scoreCounts(results)
  return {
    type: 'bar',
    data: {
      labels: counts.map((_, score) => String(score)),
      datasets: [
        {
          label: 'Résumés',
          data: counts,
          backgroundColor: colours.series1,
          hoverBackgroundColor: colours.series1Hover,
          borderRadius: 3,
          categoryPercentage: 1,
          barPercentage: 0.86,
        },
      ],
    },
    options: {
      ...shared,
      layout: { padding: { top: 6 } },
      scales: axes(colours, 'Score, 0 to 10'),
      plugins: {
        tooltip: {
          ...tooltip(colours),
          displayColors: false,
          callbacks: {
            title: ([item]) => (item ? `Score ${item.label}` : ''),
            label: (item: TooltipItem<'bar'>) =>
              `Résumés: ${withShare(counts[item.dataIndex] ?? 0, sum(counts), 'those scored')}`,
          },
        },
      },
    },
  }
}

/** What the line chart shows, for who cannot see it. */
export const weeklySummary = (results: Weekly): string => {
  const starts = results.applications_received.start_dates
  const series = weeklyOrder.flatMap((name) => {
    const { data } = results[name]
    if (data === null) return []
    const most = Math.max(...data)
    return `${weeklySeries[name]}: ${number(sum(data))} in all, most in the week of ${day(starts[data.indexOf(most)] ?? '')} (${number(most)}), ${number(data.at(-1) ?? 0)} in the unfinished week.`
  })
  return `Line chart of the 12 weeks from ${day(starts[0] ?? '')}. ${series.join(' ')}`
}

/** What the histogram shows, for who cannot see it. */
export const scoreSummary = (results: Scores): string => {
  const counts = scoreCounts(results)
  const most = Math.max(...counts)
  return `Bar chart of ${counted(sum(counts), 'résumé')} by score from 0 to 10, most at score ${counts.indexOf(most)} (${number(most)}).`
}

const lower = { applications_received: 'application', assessments: 'assessment', video_interviews: 'video interview' }

/** Few weekly records in words: "2 applications and 1 assessment in the last 12 weeks". */
export const weeklyInWords = (results: Weekly): string => {
  const parts = weeklyOrder.flatMap((name) => {
    const { data } = results[name]
    return data === null || sum(data) === 0 ? [] : counted(sum(data), lower[name])
  })
  const latest = Math.max(...weeklyOrder.map((name) => (results[name].data ?? []).findLastIndex((count) => count > 0)))
  const start = results.applications_received.start_dates[latest]
  const joined = list(parts)
  return start === undefined
    ? 'Nothing in the last 12 weeks.'
    : `${joined} in the last 12 weeks, the latest in the week of ${day(start)}.`
}

const weeklyLists = {
  applications_received: 'weekly_applications',
  assessments: 'weekly_assessments',
  video_interviews: 'weekly_interviews',
} as const

/** The records of a series in one week; null where there are none. */
export const weekList = (results: Weekly, name: WeeklySeries, week: number): ShownList | null => {
  const start = results.applications_received.start_dates[week]
  const count = results[name].data?.[week] ?? 0
  return start !== undefined && count
    ? shownList(weeklyLists[name], count, start, `in the week of ${day(start)}`)
    : null
}

/** The weekly series as a table, of those series that the source has. */
export const weeklyTable = (results: Weekly, near: string): Table => {
  const { start_dates: starts } = results.applications_received
  const last = starts.length - 1
  return {
    caption: 'Records by week',
    length: starts.length,
    columns: [
      {
        key: 'week',
        label: 'Week of',
        value: (week) => starts[week] ?? null,
        shown: (week) => `${day(starts[week] ?? '', near)}${week === last ? ' (not over yet)' : ''}`,
      },
      ...weeklyOrder.flatMap((name) => {
        const { data } = results[name]
        if (data === null) return []
        const count = (week: number) => data[week] ?? 0
        return {
          key: name,
          label: weeklySeries[name],
          numeric: true,
          value: count,
          shown: (week: number) => number(count(week)),
          list: (week: number) => weekList(results, name, week),
        }
      }),
    ],
  }
}

/** The résumés of one score; null where there are none. */
export const scoreList = (results: Scores, score: number): ShownList | null => {
  const count = scoreCounts(results)[score] ?? 0
  return count ? shownList('scored', count, score, `of ${score}`) : null
}

/** The scores as a table, from 0 to 10. */
export const scoreTable = (results: Scores): Table => {
  const counts = scoreCounts(results)
  const scored = sum(counts)
  const count = (score: number) => counts[score] ?? 0
  return {
    caption: 'Résumés by score',
    length: counts.length,
    columns: [
      { key: 'score', label: 'Score', value: (score) => score },
      {
        key: 'resumes',
        label: 'Résumés',
        numeric: true,
        value: count,
        shown: (score) => number(count(score)),
        list: (score) => scoreList(results, score),
      },
      shareColumn(count, scored),
    ],
  }
}

/** A column of shares of all: on the page where they mean something, in a file exactly, in per cent. */
export const shareColumn = (count: (row: number) => number, all: number): Column => ({
  key: 'share',
  label: 'Share',
  numeric: true,
  value: (row) => (all ? Math.round((10_000 * count(row)) / all) / 100 : null),
  shown: (row) => share(count(row), all) ?? '–',
})

/** Few scores in words: "Scores: 4, 6 and 6." */
export const scoresInWords = (results: Scores): string => {
  const scores = results.flatMap(({ score, count }) => Array<string>(count).fill(String(score)))
  const joined = list(scores)
  return scores.length === 1 ? `The score is ${joined}.` : `The scores are ${joined}.`
}
