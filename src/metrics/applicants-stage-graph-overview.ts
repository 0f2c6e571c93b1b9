import { z } from 'zod'
import { defineMetric } from './metric.ts'
import { bucketNames, bucketShape } from './buckets.ts'
import { wholeScope } from './rollups.ts'

export const applicantsStageGraphOverview = defineMetric({
  id: 'applicants-stage-graph-overview',
  title: 'Stages by job',
  definition:
    'The applications of every visible job by latest state, also of jobs without applications; the jobs with most applications first, then by title, then by id.',
  unit: 'applications',
  reads: ['rollup_job'],
  sql: `
SELECT jobs.job_id, jobs.title AS job_name,
       ${bucketNames.map((bucket) => `rollup_job.${bucket}`).join(', ')},
       rollup_job.applications
FROM rollup_job
JOIN jobs ON jobs.job_key = rollup_job.job_key
WHERE CAST($job AS INTEGER) IN (${wholeScope}, rollup_job.job_key)
ORDER BY rollup_job.applications DESC, jobs.title_rank`,
  row: z.strictObject({ job_id: z.string(), job_name: z.string(), ...bucketShape, applications: z.int() }),
  answer: (rows) => {
    const by_job = rows.map(({ job_id, applications, withdrawn, unknown }) => ({
      job_id,
      applications,
      withdrawn,
      unknown,
    }))
    const results = rows.map((row) => ({
      job_id: row.job_id,
      job_name: row.job_name,
      stages: {
        resume_screening: row.resume_screening,
        video_interview: row.video_interview,
        assessment_test: row.assessment_test,
        hired: row.hired,
        on_hold: row.on_hold,
        reject: row.rejected,
      },
    }))
    return { status: 200, body: { results }, counts: { jobs: rows.length, by_job } }
  },
})
