import type { Manifest } from 'hirescope/contract'
import { metrics, rollupQuery, weekStarts } from 'hirescope/metrics'
import { readableStatement, sqlComment, withLiterals } from './sql-literals.ts'

/** A query that comes with the app. */
export interface ReadyQuery {
  id: string
  title: string
  description: string
  sql: string
}

const allJobs =
  'The job_key −1 stands for all visible jobs; for one job put its own, which SELECT job_key, title FROM jobs lists.'

/** The nine metrics, for all visible jobs. */
export const metricQueries: readonly ReadyQuery[] = Object.values(metrics).map(
  ({ id, title, definition, sql, per }) => {
    const statement = readableStatement(definition, { sql, params: { job: -1 } })
    return {
      id,
      title,
      description: definition,
      sql: per === 'scope' ? `${statement} ${sqlComment(allJobs).replaceAll('\n-- ', ' ')}` : statement,
    }
  },
)

/** How the row of each job, and that of all jobs, is worked out from the single rows. */
export const rollupReadyQuery = (manifest: Manifest): ReadyQuery => {
  const description =
    'The relation that the metrics read, worked out anew from the single rows: one row for each job, and one with the job_key −1 for all of them.'
  const params = { first_week: weekStarts(manifest)[0] ?? null }
  return {
    id: 'rollup_job',
    title: 'Rollup of all jobs',
    description,
    sql: `${sqlComment(description)}\n${withLiterals(rollupQuery(), params)}`,
  }
}

export const readyQueries = (manifest: Manifest): readonly ReadyQuery[] => [
  ...metricQueries,
  rollupReadyQuery(manifest),
]
