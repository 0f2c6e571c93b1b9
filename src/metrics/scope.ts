import { bundleColumns } from 'hirescope/contract'
import type { Dataset } from './dataset.ts'
import type { Param } from './engine.ts'
import { factsOf, rollupExpressions, wholeScope, type Fact, type Rollup } from './rollups.ts'

/**
 * Which jobs a question is about: all visible jobs (`{}`), one (`{ job_id }`), or any set of them (`{ job_ids }`).
 * A job that is unknown or not visible gives 404.
 */
export type Scope = { job_id?: string | undefined; job_ids?: never } | { job_ids: readonly string[]; job_id?: never }

/** A scope whose jobs are known to be visible. `keys` is null for all visible jobs. */
export interface ResolvedScope {
  keys: readonly number[] | null
  /** Whether the question is about one job by `job_id`, which gives `details` its one-job shape. */
  single: boolean
}

/** Looks the jobs of a scope up; null if one of them is unknown or not visible. */
export const resolveScope = (dataset: Dataset, scope: Scope): ResolvedScope | null => {
  const ids = scope.job_ids ?? (scope.job_id === undefined ? null : [scope.job_id])
  if (ids === null) return { keys: null, single: false }
  const keys = new Set<number>()
  for (const id of ids) {
    const job = dataset.jobs.get(id)
    if (!job) return null
    keys.add(job.job_key)
  }
  return { keys: [...keys].sort((a, b) => a - b), single: scope.job_ids === undefined }
}

const inScope = 'job_key IN (SELECT job_key FROM scope)'

/** The rows of a fact that are about the jobs of a scope. */
const narrowed = (fact: Fact): string => {
  if (fact === 'candidates')
    return 'SELECT * FROM main.candidates WHERE candidate_key IN (SELECT candidate_key FROM applications)'
  if (fact === 'resumes')
    return `SELECT * FROM main.resumes WHERE ${inScope}
  UNION ALL
  SELECT * FROM main.resumes WHERE job_key IS NULL AND candidate_key IN (SELECT candidate_key FROM applications)`
  return `SELECT * FROM main.${fact} WHERE ${inScope}`
}

/**
 * Shadows the rollups that a metric reads with common table expressions of the same names that hold what the jobs of a
 * set give together: nothing is created, so concurrent questions cannot disturb each other. One job and the whole scope
 * are rows of the shipped rollups and need no shadow.
 */
export const shadow = (
  sql: string,
  reads: readonly Rollup[],
  { keys, single }: ResolvedScope,
): { sql: string; params: Record<string, Param> } => {
  if (keys === null) return { sql, params: { job: wholeScope } }
  if (single) return { sql, params: { job: keys[0] ?? wholeScope } }
  const expressions = new Map([['scope', "SELECT CAST(unnest(string_to_array($job_keys, ',')) AS INTEGER) AS job_key"]])
  const add = (fact: Fact) => {
    if (fact === 'candidates' || fact === 'resumes') add('applications')
    expressions.set(fact, narrowed(fact))
  }
  for (const rollup of reads) {
    for (const fact of factsOf(rollup)) add(fact)
    for (const [name, expression] of rollupExpressions(rollup, 'all')) expressions.set(name, expression)
    // What the engine counts is wider than what is shipped, and a result must not depend on which of the two it is.
    const columns = bundleColumns(rollup)
      .map(({ name, type }) => `CAST(${name} AS ${type}) AS ${name}`)
      .join(', ')
    const together = expressions.get(rollup) ?? ''
    const apart = `SELECT ${columns} FROM main.${rollup} WHERE ${inScope}`
    expressions.set(rollup, `SELECT ${columns} FROM (\n${together}) AS together\nUNION ALL\n${apart}`)
  }
  const clauses = [...expressions].map(([name, expression]) => `${name} AS (\n${expression})`)
  return {
    sql: `WITH ${clauses.join(',\n')}\n${sql.trimStart()}`,
    params: { job: wholeScope, job_keys: keys.length ? keys.join(',') : String(wholeScope - 1) },
  }
}
