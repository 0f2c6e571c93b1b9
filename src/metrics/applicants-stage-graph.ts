import { z } from 'zod'
import { defineMetric } from './metric.ts'
import { bucketNames, bucketShape, emptyBuckets } from './buckets.ts'

export const applicantsStageGraph = defineMetric({
  id: 'applicants-stage-graph',
  title: 'Applications by stage',
  definition:
    'Every application once, by its latest state: hired, rejected or on hold by outcome, active ones by stage. Withdrawn applications and unknown states are in none of the six and are counted beside them.',
  unit: 'applications',
  reads: ['rollup_job'],
  sql: `
SELECT ${bucketNames.join(', ')}, applications
FROM rollup_job
WHERE job_key = CAST($job AS INTEGER)`,
  row: z.strictObject({ ...bucketShape, applications: z.int() }),
  answer: ([row = { ...emptyBuckets, applications: 0 }]) => {
    const { applications, withdrawn, unknown, ...results } = row
    return { status: 200, body: { results }, counts: { applications, withdrawn, unknown } }
  },
})
