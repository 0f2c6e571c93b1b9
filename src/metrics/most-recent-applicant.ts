import { z } from 'zod'
import { wholeSeconds } from './instants.ts'
import { defineMetric } from './metric.ts'

export const mostRecentApplicant = defineMetric({
  id: 'most-recent-applicant',
  title: 'Most recent applicant',
  definition: 'When the latest résumé in scope was received, in UTC, cut to whole seconds.',
  unit: 'instant',
  reads: ['rollup_job'],
  sql: `
SELECT CAST(latest_resume_at AS VARCHAR) AS latest, resumes
FROM rollup_job
WHERE job_key = CAST($job AS INTEGER)`,
  row: z.strictObject({ latest: z.string().nullable(), resumes: z.int() }),
  answer: ([row = { latest: null, resumes: 0 }], { has }) => ({
    status: 200,
    body: {
      most_recent_applicant: row.latest !== null && has('resume') ? wholeSeconds(row.latest) : null,
    },
    counts: { resumes: row.resumes },
  }),
})
