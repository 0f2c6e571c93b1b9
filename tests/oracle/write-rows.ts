import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SourceRow, SourceRows, SourceTableName } from 'hirescope/contract'
import { columns } from './columns.ts'
import type { Column } from './columns.ts'

const decimals: Record<string, string> = {
  overall_score: 'DECIMAL(9,3)',
  score_max: 'DECIMAL(9,3)',
  score_pct: 'DECIMAL(6,3)',
  credits: 'DECIMAL(18,4)',
}

const types = { text: 'VARCHAR', boolean: 'BOOLEAN', integer: 'INTEGER' } as const

const typeOf = (table: SourceTableName, { name, kind }: Column, rows: object[]): string => {
  if (kind === 'decimal') return decimals[name]!
  if (kind !== 'time') return types[kind]
  const lengths = rows.map((row) => row[name as never] as string | null).filter((text) => text !== null)
  const days = lengths.filter((text) => text.length === 10).length
  if (days > 0 && days < lengths.length) throw new Error(`${table}.${name}: days and timestamps in one column`)
  return days > 0 ? 'DATE' : 'TIMESTAMP'
}

const selectOf = (table: SourceTableName, rows: object[]): string => {
  const selected = columns[table].map((column) => {
    const type = typeOf(table, column, rows)
    return type === 'VARCHAR' ? `  ${column.name}` : `  CAST(${column.name} AS ${type}) AS ${column.name}`
  })
  const read = columns[table].map(({ name, kind }) => {
    const type = kind === 'boolean' || kind === 'integer' ? types[kind] : 'VARCHAR'
    return `${name}: '${type}'`
  })
  return [
    'SELECT',
    selected.join(',\n'),
    `FROM read_json('${table}.ndjson', format = 'newline_delimited', columns = {${read.join(', ')}})`,
    '',
  ].join('\n')
}

/** Where `writeRows` put a source, as a files source of the exporter's config wants it. */
export interface WrittenRows {
  adapterFolder: string
  dataFolder: string
}

/**
 * Writes a source as newline-delimited JSON (`<folder>/data/<table>.ndjson`) with a files adapter that reads it
 * (`<folder>/adapter/<table>.sql`). An absent table gets neither file. A time column is DATE when all its times are days.
 * @throws Error when a time column mixes days and timestamps: an adapter's column has one type.
 */
export const writeRows = async (rows: SourceRows, folder: string): Promise<WrittenRows> => {
  const written = { adapterFolder: join(folder, 'adapter'), dataFolder: join(folder, 'data') }
  await mkdir(written.adapterFolder, { recursive: true })
  await mkdir(written.dataFolder, { recursive: true })
  for (const table of Object.keys(columns) as SourceTableName[]) {
    const own = rows[table] as SourceRow<SourceTableName>[] | undefined
    if (!own) continue
    await writeFile(join(written.dataFolder, `${table}.ndjson`), own.map((row) => JSON.stringify(row) + '\n').join(''))
    await writeFile(join(written.adapterFolder, `${table}.sql`), selectOf(table, own))
  }
  return written
}
