import { z } from 'zod'
import { wholeSeconds } from './instants.ts'
import { defineScopeMetric } from './metric.ts'

/** When the latest résumé was received. */
export const mostRecentApplicant = defineScopeMetric({
  id: 'most-recent-applicant',
  title: 'Most recent applicant',
  definition: 'When the latest résumé in scope was received, in UTC, cut to whole seconds.',
  unit: 'instant',
  select: ['CAST(latest_resume_at AS VARCHAR) AS latest_resume_at', 'resumes'],
  row: z.strictObject({ latest_resume_at: z.string().nullable(), resumes: z.int() }),
  empty: { latest_resume_at: null, resumes: 0 },
  answer: ({ latest_resume_at, resumes }, { has }) => ({
    status: 200,
    body: {
      most_recent_applicant: latest_resume_at !== null && has('resume') ? wholeSeconds(latest_resume_at) : null,
    },
    counts: { resumes },
  }),
})
