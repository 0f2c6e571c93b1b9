import { z } from 'zod'
import { defineScopeMetric } from './metric.ts'

/** The number of applicants. */
export const totalApplicants = defineScopeMetric({
  id: 'total-applicants',
  title: 'Applicants',
  definition:
    'Distinct candidates with at least one application in scope. A candidate who applies twice, or to two jobs, counts once.',
  unit: 'applicants',
  select: ['applicants', 'applications'],
  row: z.strictObject({ applicants: z.int(), applications: z.int() }),
  empty: { applicants: 0, applications: 0 },
  answer: (row) => ({ status: 200, body: { total_applicants: row.applicants }, counts: row }),
})
