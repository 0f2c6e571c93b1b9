import { sourceColumns, type SourceTableName } from 'hirescope/contract'
import type { Staging } from 'hirescope/export'

/** The rows of a table as sorted lines, each value as the contract's type writes it. */
export const contractLines = async (staging: Staging, table: SourceTableName, relation: string): Promise<string[]> => {
  const values = sourceColumns(table).map(({ name, type }) =>
    type === 'TEXT' || type === 'TIMESTAMP' ? `"${name}"::VARCHAR` : `"${name}"::${type}::VARCHAR`,
  )
  const found = await staging.rows(
    `SELECT to_json([${values.join(', ')}])::VARCHAR AS line FROM ${relation} ORDER BY 1`,
  )
  return found.map(({ line }) => String(line))
}
