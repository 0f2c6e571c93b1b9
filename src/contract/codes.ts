/** Stages of an application, in the order of the process. The position is the code in `applications.stage`. */
export const stages = [
  'applied',
  'resume_screening',
  'assessment_test',
  'video_interview',
  'interview',
  'offer',
  'unknown',
] as const

/** Outcomes of an application. The position is the code in `applications.outcome`. */
export const outcomes = ['active', 'on_hold', 'hired', 'rejected', 'withdrawn', 'unknown'] as const

/** Statuses of a job. */
export const jobStatuses = ['draft', 'open', 'on_hold', 'closed'] as const

/** Roles of a user; only `admin` sees every job of the organisation. */
export const roles = ['admin', 'editor', 'participant', 'other'] as const

export type Stage = (typeof stages)[number]
export type Outcome = (typeof outcomes)[number]
export type JobStatus = (typeof jobStatuses)[number]
export type Role = (typeof roles)[number]

const positions = <Name extends string>(names: readonly Name[]) =>
  Object.fromEntries(names.map((name, code) => [name, code])) as Record<Name, number>

/** Stage name → code. */
export const stageCode = positions(stages)
/** Outcome name → code. */
export const outcomeCode = positions(outcomes)
