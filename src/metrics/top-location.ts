import { z } from 'zod'
import { defineMetric } from './metric.ts'

export const topLocation = defineMetric({
  id: 'top-location',
  title: 'Top city',
  definition:
    'The city with the most applicants. The city of an applicant is that of the latest résumé in scope that names one, else their own; each applicant counts once. Ties go to the first in the alphabet.',
  unit: 'applicants',
  reads: ['rollup_job', 'rollup_city'],
  sql: `
SELECT cities.name AS city, rollup_city.applicants AS city_applicants, rollup_city.with_city, rollup_job.applicants
FROM rollup_job
LEFT JOIN rollup_city ON rollup_city.job_key = rollup_job.job_key AND rollup_city.position = 1
LEFT JOIN cities ON cities.city_key = rollup_city.city_key
WHERE rollup_job.job_key = CAST($job AS INTEGER)`,
  row: z.strictObject({
    city: z.string().nullable(),
    city_applicants: z.int().nullable(),
    with_city: z.int().nullable(),
    applicants: z.int(),
  }),
  answer: ([row = { city: null, city_applicants: 0, with_city: 0, applicants: 0 }]) => ({
    status: 200,
    body: { top_location: row.city, applicant_count: row.city_applicants ?? 0 },
    counts: {
      city_applicants: row.city_applicants ?? 0,
      with_city: row.with_city ?? 0,
      applicants: row.applicants,
    },
  }),
})
