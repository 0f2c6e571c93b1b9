import type { JobStatus } from 'hirescope/contract'
import type { Scope } from 'hirescope/metrics'
import type { ListedJob } from './board.svelte.ts'

/** What the page is asked: the chosen jobs that have one of the statuses. */
export interface Question {
  /** Ids of the chosen jobs, none twice; none at all means every visible job. */
  jobs: readonly string[]
  /** None at all means any status. */
  statuses: readonly JobStatus[]
}

/** The question of a page that is just opened: about all visible jobs. */
export const everything: Question = { jobs: [], statuses: [] }

/** Whether a question leaves no visible job out. */
export const isEverything = ({ jobs, statuses }: Question): boolean => !jobs.length && !statuses.length

/** What a question means among the jobs of a view. */
export interface Meaning {
  /** The jobs that are asked about; null for all visible jobs. */
  jobs: readonly ListedJob[] | null
  scope: Scope
  /** Ids that the question names and the view does not have. */
  unknown: readonly string[]
}

/** Reads a question with the visible jobs at hand. What it names and the view does not have is left out. Pure. */
export const meaningOf = (question: Question, visible: readonly ListedJob[]): Meaning => {
  const chosen = new Set(question.jobs)
  const statuses = new Set<string | null>(question.statuses)
  const known = new Set(visible.map(({ job_id }) => job_id))
  const unknown = question.jobs.filter((job_id) => !known.has(job_id))
  const any = chosen.size === unknown.length
  const jobs = visible.filter(
    ({ job_id, status }) => (any || chosen.has(job_id)) && (!statuses.size || statuses.has(status)),
  )
  if (any && jobs.length === visible.length) return { jobs: null, scope: {}, unknown }
  const [job] = jobs
  const scope = job && jobs.length === 1 ? { job_id: job.job_id } : { job_ids: jobs.map(({ job_id }) => job_id) }
  return { jobs, scope, unknown }
}
