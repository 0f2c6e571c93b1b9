import { z } from 'zod'
import { bucketNames, bucketShape, emptyBuckets } from './buckets.ts'
import { defineScopeMetric } from './metric.ts'

/** Applications by stage. */
export const applicantsStageGraph = defineScopeMetric({
  id: 'applicants-stage-graph',
  title: 'Applications by stage',
  definition:
    'Every application once, by its latest state: hired, rejected or on hold by outcome, active ones by stage. Withdrawn applications and unknown states are in none of the six and are counted beside them.',
  unit: 'applications',
  select: [...bucketNames, 'applications'],
  row: z.strictObject({ ...bucketShape, applications: z.int() }),
  empty: { ...emptyBuckets, applications: 0 },
  answer: ({ applications, withdrawn, unknown, ...results }) => ({
    status: 200,
    body: { results },
    counts: { applications, withdrawn, unknown },
  }),
})
