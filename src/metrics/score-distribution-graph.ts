import { z } from 'zod'
import { defineMetric } from './metric.ts'

export const scoreDistributionGraph = defineMetric({
  id: 'score-distribution-graph',
  title: 'Résumé scores',
  definition:
    'Résumés in scope by whole score from 0 to 10: score × 10 ÷ maximum, rounded down. Résumés without a score are left out.',
  unit: 'résumés',
  reads: ['rollup_job', 'rollup_score'],
  sql: `
SELECT rollup_score.score, rollup_score.resumes AS scored, rollup_job.resumes
FROM rollup_job
LEFT JOIN rollup_score ON rollup_score.job_key = rollup_job.job_key
WHERE rollup_job.job_key = CAST($job AS INTEGER)
ORDER BY rollup_score.score`,
  row: z.strictObject({ score: z.int().nullable(), scored: z.int().nullable(), resumes: z.int() }),
  answer: (rows, { has }) => {
    const results = rows.flatMap(({ score, scored }) =>
      score === null || scored === null ? [] : { score, count: scored },
    )
    return {
      status: 200,
      body: { results: has('resume') ? results : null },
      counts: {
        scored: results.reduce((sum, { count }) => sum + count, 0),
        resumes: rows[0]?.resumes ?? 0,
      },
    }
  },
})
