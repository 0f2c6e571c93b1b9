import type { CloseFill } from 'hirescope/contract'
import { z } from 'zod'
import { daysBetween, wholeSeconds } from './instants.ts'
import { defineMetric } from './metric.ts'
import { percent, wholeQuotient } from './ratios.ts'

const row = z.strictObject({
  applicants: z.int(),
  assessed: z.int(),
  screened: z.int(),
  hires: z.int(),
  credit_units: z.string(),
  jobs: z.int(),
  open_jobs: z.int(),
  closed_jobs: z.int(),
  candidate_id: z.string().nullable(),
  name: z.string().nullable(),
  job_id: z.string().nullable(),
  job_title: z.string().nullable(),
  job_created_at: z.string().nullable(),
  hired_at: z.string().nullable(),
})

/** What an empty set of jobs gives. */
const nothing: z.infer<typeof row> = {
  applicants: 0,
  assessed: 0,
  screened: 0,
  hires: 0,
  credit_units: '0',
  jobs: 0,
  open_jobs: 0,
  closed_jobs: 0,
  candidate_id: null,
  name: null,
  job_id: null,
  job_title: null,
  job_created_at: null,
  hired_at: null,
}

const firstHire = (hire: z.infer<typeof row>): CloseFill | null => {
  const { candidate_id, name, job_id, job_title, job_created_at, hired_at } = hire
  if (candidate_id === null || job_id === null || job_title === null) return null
  return {
    candidate_id,
    name,
    job_id,
    job_title,
    status: 'hired',
    hired_at: hired_at === null ? null : wholeSeconds(hired_at),
    days_to_fill: hired_at === null || job_created_at === null ? null : daysBetween(job_created_at, hired_at),
  }
}

export const details = defineMetric({
  id: 'details',
  title: 'Details',
  definition:
    'Applicants; the share of them with an assessment, and with a video interview that was not revoked; the first hire and the days from the creation of its job to it; for one job the credits spent per hire, for several the number of jobs, open and closed.',
  unit: 'applicants, per cent, days, credits, jobs',
  reads: ['rollup_job'],
  sql: `
SELECT rollup_job.applicants, rollup_job.assessed, rollup_job.screened, rollup_job.hired AS hires,
       CAST(rollup_job.credit_units AS VARCHAR) AS credit_units,
       rollup_job.jobs, rollup_job.open_jobs, rollup_job.closed_jobs,
       candidates.candidate_id, candidates.name, hired_for.job_id, hired_for.title AS job_title,
       CAST(hired_for.created_at AS VARCHAR) AS job_created_at,
       CAST(rollup_job.hired_at AS VARCHAR) AS hired_at
FROM rollup_job
LEFT JOIN candidates ON candidates.candidate_key = rollup_job.hired_candidate_key
LEFT JOIN jobs AS hired_for ON hired_for.job_key = rollup_job.hired_job_key
WHERE rollup_job.job_key = CAST($job AS INTEGER)`,
  row,
  answer: ([row = nothing], { scope, has }) => {
    const { applicants, assessed, screened, hires, credit_units, jobs, open_jobs, closed_jobs } = row
    const counts = { applicants, assessed, screened, hires, credit_units, jobs, open_jobs, closed_jobs }
    if (applicants === 0) return { status: 204, body: null, counts }
    const shared = {
      total_applicants: applicants,
      assessment_ratio: has('assessment') ? percent(assessed, applicants) : null,
      personality_screening_ratio: has('screening') ? percent(screened, applicants) : null,
    }
    const hire = firstHire(row)
    const body = scope.single
      ? {
          ...shared,
          close_fills: hire,
          credits_per_hire:
            has('credit_event') && hires > 0 ? wholeQuotient(BigInt(credit_units), 10_000n * BigInt(hires)) : null,
        }
      : {
          ...shared,
          total_jobs: jobs,
          close_fill: hire,
          closed_jobs_count: closed_jobs,
          opened_jobs_count: open_jobs,
        }
    return { status: 200, body, counts }
  },
})
