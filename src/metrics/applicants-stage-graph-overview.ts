import { bucketNames } from './buckets.ts'
import { defineJobMetric } from './metric.ts'

/** Stages of the applications to each job. */
export const applicantsStageGraphOverview = defineJobMetric({
  id: 'applicants-stage-graph-overview',
  title: 'Stages by job',
  definition:
    'The applications of every visible job by latest state, also of jobs without applications; the jobs with most applications first, then by title, then by id.',
  unit: 'applications',
  select: ['job_key', ...bucketNames, 'applications'],
  order: 'applications DESC, title_rank',
  answer: (columns, length, { jobs }) => {
    const at = (name: string, row: number) => columns[name]?.[row] ?? 0
    const results = []
    const by_job = []
    for (let row = 0; row < length; row++) {
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
