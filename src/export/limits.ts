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

/** The reasons counted, most frequent first, by the key of the org; null: rows that belong to none. */
export const issueCounts = async (staging: Staging): Promise<(orgKey: number | null) => IssueCount[]> => {
  const rows = await staging.rows(`
    SELECT org_k, table_name, kind, reason, count(*)::INTEGER AS n, array_to_string(min(row_id, 3), chr(31)) AS sample
    FROM issue GROUP BY ALL ORDER BY n DESC, table_name, kind, reason`)
  const counts = new Map<number | null, IssueCount[]>()
  for (const { org_k, table_name, kind, reason, n, sample } of rows) {
    const org = org_k === null ? null : Number(org_k)
    const each: IssueCount = {
      table: String(table_name) as SourceTableName,
      kind: String(kind) as IssueCount['kind'],
      reason: String(reason),
      rows: Number(n),
      sample: String(sample).split('\u001f'),
    }
    counts.set(org, [...(counts.get(org) ?? []), each])
  }
  return (orgKey) => counts.get(orgKey) ?? []
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
