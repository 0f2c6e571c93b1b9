import { weekCount, weeks } from 'hirescope/contract'
import { z } from 'zod'
import { defineScopeMetric } from './metric.ts'
import { weekStarts } from './weeks.ts'

const records = ['applications', 'assessments', 'screenings'] as const
const columns = (record: (typeof records)[number]) => weeks.map((week) => `${record}_week_${week}`)
const select = records.flatMap(columns)
const each = <Value>(value: Value): Record<string, Value> => Object.fromEntries(select.map((name) => [name, value]))

/** Applications, assessments and video interviews by week. */
export const weeklyGraph = defineScopeMetric({
  id: 'weekly-graph',
  title: 'Applications over time',
  definition:
    'Applications by the day they were made, assessments and video interviews (not revoked) by the day they were assigned, in each of the 12 weeks of the org clock that end with the week of the as-of time. The last week is not over yet.',
  unit: 'records per week',
  select,
  row: z.strictObject(each(z.int())),
  empty: each(0),
  answer: (row, { manifest, has }) => {
    const start_dates = weekStarts(manifest)
    const numbers = (record: (typeof records)[number]) => columns(record).map((name) => Number(row[name]))
    const weekly = (data: number[], available: boolean) => ({
      weeks: weekCount,
      data: available ? data : null,
      start_dates,
    })
    const sum = (record: (typeof records)[number]) => numbers(record).reduce((total, count) => total + count, 0)
    return {
      status: 200,
      body: {
        results: {
          applications_received: weekly(numbers('applications'), true),
          assessments: weekly(numbers('assessments'), has('assessment')),
          video_interviews: weekly(numbers('screenings'), has('screening')),
        },
      },
      counts: {
        applications_received: sum('applications'),
        assessments: sum('assessments'),
        video_interviews: sum('screenings'),
      },
    }
  },
})
