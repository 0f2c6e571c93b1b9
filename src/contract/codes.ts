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

/** How far an application has come. */
export type Stage = (typeof stages)[number]
/** How an application stands, beside its stage. */
export type Outcome = (typeof outcomes)[number]
/** The state of a job. */
export type JobStatus = (typeof jobStatuses)[number]
/** What a user may see: an admin sees every job of the organisation. */
export type Role = (typeof roles)[number]

const positions = <Name extends string>(names: readonly Name[]) =>
  Object.fromEntries(names.map((name, code) => [name, code])) as Record<Name, number>

/** Stage name → code. */
export const stageCode = positions(stages)
/** Outcome name → code. */
export const outcomeCode = positions(outcomes)
