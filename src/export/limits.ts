import type { SourceTableName } from 'hirescope/contract'
import type { ExportConfig } from './config.ts'
import type { Staging } from './staging.ts'

/** Counts of one table and reason. */
export interface IssueCount {
  table: SourceTableName
  kind: 'rejected' | 'left_out' | 'odd'
  reason: string
  rows: number
  /** The keys of up to three rows. */
  sample: string[]
}

const limitOf = ({ maxRejected }: ExportConfig, table: SourceTableName) =>
  typeof maxRejected === 'number' ? maxRejected : (maxRejected[table] ?? 0.01)

/** A share in words. */
export const perCent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`

/** The reasons counted for an org (null: rows that belong to none), most frequent first. */
export const issueCounts = async (staging: Staging, orgKey: number | null): Promise<IssueCount[]> => {
  const rows = await staging.rows(`
    SELECT table_name, kind, reason, count(*)::INTEGER AS n, array_to_string(min(row_id, 3), chr(31)) AS sample
    FROM issue WHERE org_k IS NOT DISTINCT FROM ${orgKey ?? 'NULL'} GROUP BY ALL ORDER BY n DESC, table_name, kind, reason`)
  return rows.map(({ table_name, kind, reason, n, sample }) => ({
    table: String(table_name) as SourceTableName,
    kind: String(kind) as IssueCount['kind'],
    reason: String(reason),
    rows: Number(n),
    sample: String(sample).split('\u001f'),
  }))
}

/**
 * The tables of which more rows were rejected than the configuration allows, one sentence each. Rejected rows that belong
 * to no org are held against the whole table.
 */
export const overLimit = (
  config: ExportConfig,
  issues: readonly IssueCount[],
  rowsOf: (table: SourceTableName) => number,
): string[] => {
  const tables = [...new Set(issues.map(({ table }) => table))]
  return tables.flatMap((table) => {
    const rejected = issues.filter((issue) => issue.table === table && issue.kind === 'rejected')
    const count = rejected.reduce((sum, { rows }) => sum + rows, 0)
    const share = count / Math.max(1, rowsOf(table))
    const limit = limitOf(config, table)
    if (count === 0 || share <= limit) return []
    const [most] = rejected
    return `${table}: ${count} of ${rowsOf(table)} rows rejected (${perCent(share)}, allowed ${perCent(limit)}), mostly ${most?.reason}`
  })
}
