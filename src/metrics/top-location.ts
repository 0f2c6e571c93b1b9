import { z } from 'zod'
import { defineScopeMetric } from './metric.ts'

/** The city with most applicants. */
export const topLocation = defineScopeMetric({
  id: 'top-location',
  title: 'Top city',
  definition:
    'The city with the most applicants. The city of an applicant is that of the latest résumé in scope that names one, else their own; each applicant counts once. Ties go to the first in the alphabet.',
  unit: 'applicants',
  select: ['top_city', 'top_city_applicants', 'with_city', 'applicants'],
  row: z.strictObject({
    top_city: z.string().nullable(),
    top_city_applicants: z.int(),
    with_city: z.int(),
    applicants: z.int(),
  }),
  empty: { top_city: null, top_city_applicants: 0, with_city: 0, applicants: 0 },
  answer: ({ top_city, top_city_applicants, with_city, applicants }) => ({
    status: 200,
    body: { top_location: top_city, applicant_count: top_city_applicants },
    counts: { city_applicants: top_city_applicants, with_city, applicants },
  }),
})
