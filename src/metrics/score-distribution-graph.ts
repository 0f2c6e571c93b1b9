import { wholeScores } from 'hirescope/contract'
import { z } from 'zod'
import { defineScopeMetric } from './metric.ts'

const column = (score: number) => `resumes_score_${score}`
const select = [...wholeScores.map(column), 'resumes']
const each = <Value>(value: Value): Record<string, Value> => Object.fromEntries(select.map((name) => [name, value]))

/** Résumés by whole score. */
export const scoreDistributionGraph = defineScopeMetric({
  id: 'score-distribution-graph',
  title: 'Résumé scores',
  definition:
    'Résumés in scope by whole score from 0 to 10: score × 10 ÷ maximum, rounded down. Résumés without a score are left out.',
  unit: 'résumés',
  select,
  row: z.strictObject(each(z.int())),
  empty: each(0),
  answer: (row, { has }) => {
    const results = wholeScores
      .map((score) => ({ score, count: Number(row[column(score)]) }))
      .filter(({ count }) => count > 0)
    return {
      status: 200,
      body: { results: has('resume') ? results : null },
      counts: { scored: results.reduce((sum, { count }) => sum + count, 0), resumes: Number(row.resumes) },
    }
  },
})
