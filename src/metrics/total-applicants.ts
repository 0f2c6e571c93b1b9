import { z } from 'zod'
import { defineMetric } from './metric.ts'

export const totalApplicants = defineMetric({
  id: 'total-applicants',
  title: 'Applicants',
  definition:
    'Distinct candidates with at least one application in scope. A candidate who applies twice, or to two jobs, counts once.',
  unit: 'applicants',
  reads: ['rollup_job'],
  sql: `
SELECT applicants, applications
FROM rollup_job
WHERE job_key = CAST($job AS INTEGER)`,
  row: z.strictObject({ applicants: z.int(), applications: z.int() }),
  answer: ([row = { applicants: 0, applications: 0 }]) => ({
    status: 200,
    body: { total_applicants: row.applicants },
    counts: row,
  }),
})
