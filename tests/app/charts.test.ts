import { describe, expect, it } from 'vitest'
import {
  scoreChart,
  scoresInWords,
  scoreSummary,
  weeklyChart,
  weeklyInWords,
  weeklySummary,
  type WeeklySeries,
} from '../../src/app/charts.ts'

const colours = {
  card: 'card',
  ink: 'ink',
  ink2: 'ink2',
  ink3: 'ink3',
  line: 'line',
  grid: 'grid',
  series1: 'one',
  series1Hover: 'one, hovered',
  series2: 'two',
  series3: 'three',
}
const start_dates = Array.from({ length: 12 }, (_, week) =>
  new Date(Date.UTC(2026, 7, 31 + 7 * week)).toISOString().slice(0, 10),
)
const series = (data: number[] | null) => ({ weeks: 12 as const, data, start_dates })
const rising = Array.from({ length: 12 }, (_, week) => 10 * week)
const zero = Array<number>(12).fill(0)
const weekly = (applications: number[], assessments: number[] | null, interviews: number[] | null) => ({
  applications_received: series(applications),
  assessments: series(assessments),
  video_interviews: series(interviews),
})

describe('the weekly chart', () => {
  it('draws three straight lines over weeks named by their first day', () => {
    const { data } = weeklyChart(weekly(rising, zero, zero), colours)
    expect(data.labels?.[0]).toBe('31 Aug')
    expect(data.labels?.[11]).toBe('16 Nov')
    expect(data.datasets.map(({ label, borderColor, tension }) => [label, borderColor, tension])).toEqual([
      ['Applications', 'one', 0],
      ['Assessments', 'two', 0],
      ['Video interviews', 'three', 0],
    ])
  })

  it('dashes what leads to the last week and nothing else', () => {
    const [{ segment } = {}] = weeklyChart(weekly(rising, zero, zero), colours).data.datasets
    const { borderDash } = segment as { borderDash: (context: unknown) => unknown }
    const dash = (p1DataIndex: number) => borderDash({ p1DataIndex })
    expect(dash(10)).toBeUndefined()
    expect(dash(11)).toEqual([3, 4])
  })

  it('leaves out a series that the source cannot give, and keeps the colours of the others', () => {
    const { datasets } = weeklyChart(weekly(rising, null, zero), colours).data
    expect(datasets.map(({ label, borderColor }) => [label, borderColor])).toEqual([
      ['Applications', 'one'],
      ['Video interviews', 'three'],
    ])
  })

  it('keeps the colours of the page under the pointer', () => {
    const [series] = weeklyChart(weekly(rising, zero, zero), colours).data.datasets
    expect(series).toMatchObject({ pointHoverBackgroundColor: 'one', pointHoverBorderColor: 'card' })
    const [scores] = scoreChart([{ score: 4, count: 90 }], colours).data.datasets
    expect(scores).toMatchObject({ hoverBackgroundColor: 'one, hovered' })
  })

  it('hides what the legend says', () => {
    const hidden = new Set<WeeklySeries>(['assessments'])
    const { datasets } = weeklyChart(weekly(rising, zero, zero), colours, hidden).data
    expect(datasets.map(({ hidden }) => hidden)).toEqual([false, true, false])
  })

  it('starts at zero, has no vertical grid and does not move', () => {
    const { options } = weeklyChart(weekly(rising, zero, zero), colours)
    expect(options).toMatchObject({
      animation: false,
      scales: { x: { grid: { display: false } }, y: { beginAtZero: true } },
    })
  })

  it('says in words what it shows', () => {
    expect(weeklySummary(weekly(rising, null, null))).toBe(
      'Line chart of the 12 weeks from 31 Aug. Applications: 660 in all, most in the week of 16 Nov (110), 110 in the unfinished week.',
    )
  })

  it('puts few records into a sentence', () => {
    const two = zero.with(3, 2)
    expect(weeklyInWords(weekly(two, zero.with(10, 1), null))).toBe(
      '2 applications and 1 assessment in the last 12 weeks, the latest in the week of 9 Nov.',
    )
    expect(weeklyInWords(weekly(zero, zero, zero))).toBe('Nothing in the last 12 weeks.')
  })
})

describe('the score chart', () => {
  const results = [
    { score: 4, count: 90 },
    { score: 7, count: 10 },
  ]

  it('has a bar for every score from 0 to 10', () => {
    const { data } = scoreChart(results, colours)
    expect(data.labels).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10'])
    expect(data.datasets[0]?.data).toEqual([0, 0, 0, 0, 90, 0, 0, 10, 0, 0, 0])
  })

  it('gives number and share in its tooltip', () => {
    const label = scoreChart(results, colours).options?.plugins?.tooltip?.callbacks?.label
    expect((label as (item: unknown) => unknown)({ dataIndex: 4 })).toBe('Résumés: 90 (90% of those scored)')
    expect((label as (item: unknown) => unknown)({ dataIndex: 0 })).toBe('Résumés: 0')
  })

  it('says in words what it shows', () => {
    expect(scoreSummary(results)).toBe('Bar chart of 100 résumés by score from 0 to 10, most at score 4 (90).')
  })

  it('puts few scores into a sentence', () => {
    expect(scoresInWords([{ score: 4, count: 1 }])).toBe('The score is 4.')
    expect(
      scoresInWords([
        { score: 4, count: 1 },
        { score: 6, count: 2 },
      ]),
    ).toBe('The scores are 4, 6 and 6.')
  })
})
