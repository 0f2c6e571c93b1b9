import { z } from 'zod'
import type { EndpointId } from './endpoint-ids.ts'

const count = z.int().nonnegative()
const ratio = z.number().min(0).max(100)
const instant = z.iso.datetime({ precision: 0 })
const day = z.iso.date()

/** The first hire in scope. `days_to_fill`: days from the job's creation to the hire, one decimal. */
export const closeFill = z.strictObject({
  candidate_id: z.string(),
  name: z.string().nullable(),
  job_id: z.string(),
  job_title: z.string(),
  status: z.literal('hired'),
  hired_at: instant.nullable(),
  days_to_fill: z.number().nullable(),
})

/** `details/` for one job. Ratios are per cent with two decimals. */
export const jobDetails = z.strictObject({
  close_fills: closeFill.nullable(),
  total_applicants: count,
  assessment_ratio: ratio.nullable(),
  personality_screening_ratio: ratio.nullable(),
  credits_per_hire: z.int().nullable(),
})

/** `details/` for many jobs. Ratios are per cent with two decimals. */
export const scopeDetails = z.strictObject({
  total_applicants: count,
  total_jobs: count,
  assessment_ratio: ratio.nullable(),
  personality_screening_ratio: ratio.nullable(),
  close_fill: closeFill.nullable(),
  closed_jobs_count: count,
  opened_jobs_count: count,
})

/** How many weeks the weekly series cover. */
export const weekCount = 12 as const

/** One series of twelve weeks, oldest first. `data` is null where the source lacks the table. */
export const weeklySeries = z.strictObject({
  weeks: z.literal(weekCount),
  data: z.array(count).length(weekCount).nullable(),
  start_dates: z.array(day).length(weekCount),
})

/** The body of each endpoint's 200 answer. */
export const endpointBodies = {
  'total-applicants': z.strictObject({ total_applicants: count }),
  'top-location': z.strictObject({ top_location: z.string().nullable(), applicant_count: count }),
  'top-skill': z.strictObject({
    top_skills: z
      .array(z.strictObject({ skill: z.string(), count }))
      .max(3)
      .nullable(),
  }),
  'most-recent-applicant': z.strictObject({ most_recent_applicant: instant.nullable() }),
  details: z.union([jobDetails, scopeDetails]),
  'weekly-graph': z.strictObject({
    results: z.strictObject({
      applications_received: weeklySeries,
      assessments: weeklySeries,
      video_interviews: weeklySeries,
    }),
  }),
  'applicants-stage-graph': z.strictObject({
    results: z.strictObject({
      resume_screening: count,
      assessment_test: count,
      video_interview: count,
      rejected: count,
      on_hold: count,
      hired: count,
    }),
  }),
  'score-distribution-graph': z.strictObject({
    results: z.array(z.strictObject({ score: z.int().min(0).max(10), count })).nullable(),
  }),
  'applicants-stage-graph-overview': z.strictObject({
    results: z.array(
      z.strictObject({
        job_id: z.string(),
        job_name: z.string(),
        stages: z.strictObject({
          resume_screening: count,
          video_interview: count,
          assessment_test: count,
          hired: count,
          on_hold: count,
          reject: count,
        }),
      }),
    ),
  }),
} as const satisfies Record<EndpointId, z.ZodType>

/** The body of an endpoint's 200 answer. */
export type EndpointBody<Id extends EndpointId> = z.infer<(typeof endpointBodies)[Id]>
/** The first hire. */
export type CloseFill = z.infer<typeof closeFill>
/** The body of `details` about one job. */
export type JobDetails = z.infer<typeof jobDetails>
/** The body of `details` about many jobs. */
export type ScopeDetails = z.infer<typeof scopeDetails>
