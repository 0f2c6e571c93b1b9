import type { CloseFill } from 'hirescope/contract'
import { z } from 'zod'
import { daysBetween, wholeSeconds } from './instants.ts'
import type { Job } from './dataset.ts'
import { defineScopeMetric } from './metric.ts'
import { percent, wholeQuotient } from './ratios.ts'

const row = z.strictObject({
  applicants: z.int(),
  assessed: z.int(),
  screened: z.int(),
  hired: z.int(),
  credit_units: z.string(),
  jobs: z.int(),
  open_jobs: z.int(),
  closed_jobs: z.int(),
  hired_candidate_id: z.string().nullable(),
  hired_name: z.string().nullable(),
  hired_job_key: z.int().nullable(),
  hired_at: z.string().nullable(),
})

type Details = z.infer<typeof row>

const firstHire = (row: Details, jobs: readonly Job[]): CloseFill | null => {
  const { hired_candidate_id, hired_name, hired_job_key, hired_at } = row
  const job = hired_job_key === null ? undefined : jobs[hired_job_key]
  if (hired_candidate_id === null || !job) return null
  return {
    candidate_id: hired_candidate_id,
    name: hired_name,
    job_id: job.job_id,
    job_title: job.title,
    status: 'hired',
    hired_at: hired_at === null ? null : wholeSeconds(hired_at),
    days_to_fill: hired_at === null || job.created_at === null ? null : daysBetween(job.created_at, hired_at),
  }
}

/** What each number of the body means, in words. */
const fields = {
  total_applicants: 'Applicants in scope.',
  assessment_ratio: 'The share of applicants in scope who have an assessment.',
  personality_screening_ratio: 'The share of applicants in scope who have a video interview that was not revoked.',
  close_fill:
    'The days from the creation of a job to the first hire for it; of several jobs, the one that hired first.',
  credits_per_hire: 'For one job: the credits spent on it per application hired, rounded to a whole number.',
  total_jobs:
    'For several jobs: how many there are, and how many of them are open and closed. Jobs in draft or on hold count in the total alone.',
} as const

const metric = defineScopeMetric({
  id: 'details',
  title: 'Details',
  definition: Object.values(fields).join(' '),
  unit: 'applicants, per cent, days, credits, jobs',
  select: [
    'applicants',
    'assessed',
    'screened',
    'hired',
    'CAST(credit_units AS VARCHAR) AS credit_units',
    'jobs',
    'open_jobs',
    'closed_jobs',
    'hired_candidate_id',
    'hired_name',
    'hired_job_key',
    'CAST(hired_at AS VARCHAR) AS hired_at',
  ],
  row,
  empty: {
    applicants: 0,
    assessed: 0,
    screened: 0,
    hired: 0,
    credit_units: '0',
    jobs: 0,
    open_jobs: 0,
    closed_jobs: 0,
    hired_candidate_id: null,
    hired_name: null,
    hired_job_key: null,
    hired_at: null,
  },
  answer: (row, { scope, jobs: visible, has }) => {
    const { applicants, assessed, screened, hired: hires, credit_units, jobs, open_jobs, closed_jobs } = row
    const counts = { applicants, assessed, screened, hires, credit_units, jobs, open_jobs, closed_jobs }
    if (applicants === 0) return { status: 204, body: null, counts }
    const shared = {
      total_applicants: applicants,
      assessment_ratio: has('assessment') ? percent(assessed, applicants) : null,
      personality_screening_ratio: has('screening') ? percent(screened, applicants) : null,
    }
    const hire = firstHire(row, visible)
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

/** The figures of one job, or of all in scope. */
export const details = { ...metric, fields }
