import { sourceTableNames, type SourceTableName } from 'hirescope/contract'
import { resolve } from 'node:path'
import type { Adapter } from './adapter.ts'
import type { ExportConfig } from './config.ts'
import { openSource } from './open-source.ts'
import type { ExportOptions } from './run.ts'
import { landTables } from './stage.ts'
import { openStaging, type Staging } from './staging.ts'

/** Rows of a table by org, as far as they can be attributed: those that stayed and those that did not. */
export const countRows = async (staging: Staging) => {
  const counts = new Map<string, number>()
  for (const table of sourceTableNames) {
    const stayed = await staging.rows(`SELECT org_k, count(*)::INTEGER AS n FROM staged.${table} GROUP BY org_k`)
    for (const { org_k, n } of stayed) counts.set(`${String(org_k)} ${table}`, Number(n))
  }
  const left = await staging.rows(`SELECT org_k, table_name, count(*)::INTEGER AS n FROM issue
    WHERE org_k IS NOT NULL AND (kind <> 'odd' OR reason = 'blank skill_raw') GROUP BY ALL`)
  for (const { org_k, table_name, n } of left) {
    const key = `${String(org_k)} ${String(table_name)}`
    counts.set(key, (counts.get(key) ?? 0) + Number(n))
  }
  return (orgKey: number, table: SourceTableName) => counts.get(`${orgKey} ${table}`) ?? 0
}

/** Reads one snapshot of a source into a fresh working database. */
export const readSource = async (
  config: ExportConfig,
  adapter: Adapter,
  folder: string,
  { reporter, signal }: ExportOptions,
) => {
  const { source, memory, threads, spill, maxSpill } = config
  const staging = await openStaging({ folder, memory, threads, spill: spill && resolve(spill), maxSpill, signal })
  try {
    const readers = (source.kind === 'postgres' ? source.connections : null) ?? threads
    const snapshot = await openSource(source, adapter, readers).open(
      staging,
      config.asOf ? new Date(config.asOf) : null,
    )
    const { asOf, tables } = snapshot
    const progress = (table: SourceTableName, rows: number) => reporter?.event({ event: 'table_read', table, rows })
    // The server is not kept waiting for what can be done without it.
    const read = await landTables(snapshot, staging, progress, signal).finally(() => snapshot.close())
    return { staging, asOf, tables, read }
  } catch (error) {
    await staging.close()
    throw error
  }
}
