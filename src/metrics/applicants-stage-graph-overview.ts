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
  return Int32Array.from(places.sort(), (place) => rowOf[place - jobs.length * Math.floor(place / jobs.length)] ?? 0)
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
    const at = (name: string, row: number) => columns[name]?.[row] ?? 0
    const results = []
    const by_job = []
    for (const row of inOrder(columns.job_key ?? [], columns.applications ?? [], jobs)) {
      const { job_id = '', title: job_name = '' } = jobs[at('job_key', row)] ?? {}
      const stages = {
        resume_screening: at('resume_screening', row),
        video_interview: at('video_interview', row),
        assessment_test: at('assessment_test', row),
        hired: at('hired', row),
        on_hold: at('on_hold', row),
        reject: at('rejected', row),
      }
      results.push({ job_id, job_name, stages })
      by_job.push({
        job_id,
        applications: at('applications', row),
        withdrawn: at('withdrawn', row),
        unknown: at('unknown', row),
      })
    }
    return { status: 200, body: { results }, counts: { jobs: length, by_job } }
  },
})
