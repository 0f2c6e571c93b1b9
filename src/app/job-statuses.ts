import type { JobStatus } from 'hirescope/contract'

/** The statuses of jobs, as a person says them, those first that are looked for most. */
export const statusNames: Readonly<Record<JobStatus, string>> = {
  open: 'Open',
  closed: 'Closed',
  draft: 'Draft',
  on_hold: 'On hold',
}

/** Jobs of a status: "Open jobs". */
export const statusJobs: Readonly<Record<JobStatus, string>> = {
  open: 'Open jobs',
  closed: 'Closed jobs',
  draft: 'Draft jobs',
  on_hold: 'Jobs on hold',
}

/** The statuses in the order of their names here. */
export const statusOrder = Object.keys(statusNames) as JobStatus[]

/** The name of the status of a job; empty while it is not known. */
export const statusName = (status: string | null): string => statusNames[status as JobStatus] ?? status ?? ''
