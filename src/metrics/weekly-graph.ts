import { z } from 'zod'
import { defineMetric } from './metric.ts'
import { weekStarts } from './weeks.ts'

export const weeklyGraph = defineMetric({
  id: 'weekly-graph',
  title: 'Applications over time',
  definition:
    'Applications by the day they were made, assessments and video interviews (not revoked) by the day they were assigned, in each of the 12 weeks of the org clock that end with the week of the as-of time. The last week is not over yet.',
  unit: 'records per week',
  reads: ['rollup_week'],
  sql: `
SELECT week, applications AS applications_received, assessments, screenings AS video_interviews
FROM rollup_week
WHERE job_key = CAST($job AS INTEGER)
ORDER BY week`,
  row: z.strictObject({
    week: z.int().min(0).max(11),
    applications_received: z.int(),
    assessments: z.int(),
    video_interviews: z.int(),
  }),
  answer: (rows, { manifest, has }) => {
    const start_dates = weekStarts(manifest)
    const counts = { applications_received: 0, assessments: 0, video_interviews: 0 }
    const weekly = (name: keyof typeof counts, available: boolean) => {
      const data = start_dates.map(() => 0)
      for (const row of rows) {
        data[row.week] = row[name]
        counts[name] += row[name]
      }
      return { weeks: 12 as const, data: available ? data : null, start_dates }
    }
    const results = {
      applications_received: weekly('applications_received', true),
      assessments: weekly('assessments', has('assessment')),
      video_interviews: weekly('video_interviews', has('screening')),
    }
    return { status: 200, body: { results }, counts }
  },
})
