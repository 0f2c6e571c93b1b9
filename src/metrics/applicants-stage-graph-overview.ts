import { bucketNames } from './buckets.ts'
import type { Job } from './dataset.ts'
import { defineJobMetric } from './metric.ts'

type Column = ArrayLike<number>

/** Rows by applications, most first, then by title. They are sorted as one number each, many times faster than in pairs. */
const inOrder = (keys: Column, applications: Column, jobs: readonly Job[]): Int32Array => {
  const rowOf = new Int32Array(jobs.length)
  const places = new Float64Array(keys.length)
  for (let row = 0; row < keys.length; row++) {
    const rank = jobs[keys[row] ?? -1]?.title_rank ?? 0
    rowOf[rank] = row
    places[row] = rank - jobs.length * (applications[row] ?? 0)
  }
  places.sort()
  const rows = new Int32Array(keys.length)
  for (let index = 0; index < rows.length; index++) {
    const place = places[index] ?? 0
    rows[index] = rowOf[place - jobs.length * Math.floor(place / jobs.length)] ?? 0
  }
  return rows
}

/** Stages of the applications to each job. */
export const applicantsStageGraphOverview = defineJobMetric({
  id: 'applicants-stage-graph-overview',
  title: 'Stages by job',
  definition:
    'The applications of every visible job by latest state, also of jobs without applications; the jobs with most applications first, then by title, then by id.',
  unit: 'applications',
  select: ['job_key', ...bucketNames, 'applications'],
  answer: (columns, length, { jobs }) => {
    const none: Column = []
    const {
      job_key = none,
      resume_screening = none,
      video_interview = none,
      assessment_test = none,
      hired = none,
      on_hold = none,
      rejected = none,
      withdrawn = none,
      unknown = none,
      applications = none,
    } = columns
    const rows = inOrder(job_key, applications, jobs)
    const results = []
    for (const row of rows) {
      const { job_id = '', title: job_name = '' } = jobs[job_key[row] ?? -1] ?? {}
      const stages = {
        resume_screening: resume_screening[row] ?? 0,
        video_interview: video_interview[row] ?? 0,
        assessment_test: assessment_test[row] ?? 0,
        hired: hired[row] ?? 0,
        on_hold: on_hold[row] ?? 0,
        reject: rejected[row] ?? 0,
      }
      results.push({ job_id, job_name, stages })
    }
    // Of many jobs these are half of what is to be made, and seldom looked at.
    const countsByJob = () =>
      Array.from(rows, (row) => ({
        job_id: jobs[job_key[row] ?? -1]?.job_id ?? '',
        applications: applications[row] ?? 0,
        withdrawn: withdrawn[row] ?? 0,
        unknown: unknown[row] ?? 0,
      }))
    let by_job: ReturnType<typeof countsByJob> | undefined
    const counts = {
      jobs: length,
      get by_job() {
        return (by_job ??= countsByJob())
      },
    }
    return { status: 200, body: { results }, counts }
  },
})
