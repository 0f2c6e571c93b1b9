import { sourceTableNames, type SourceTableName } from 'hirescope/contract'
import type { ExportConfig } from './config.ts'
import { emptyRaw, judge } from './judge.ts'
import type { Snapshot } from './source.ts'
import { literal, type Staging } from './staging.ts'

/** The tables that others refer to; their raw rows are kept until everything is judged. */
const parents: ReadonlySet<SourceTableName> = new Set(['org', 'app_user', 'job', 'candidate', 'application', 'resume'])

/** The time zone and first day of the week of each org: config per org, then the source, then the config's default. */
const settleClocks = async (staging: Staging, config: ExportConfig) => {
  const rows = await staging.rows('SELECT org_id, time_zone FROM staged.org ORDER BY k')
  const known = new Set((await staging.rows('SELECT name FROM pg_timezone_names()')).map(({ name }) => String(name)))
  const clocks = rows.map(({ org_id, time_zone }) => {
    const org = String(org_id)
    const own = config.orgs[org]
    const source = time_zone === null ? null : String(time_zone)
    const usable = source !== null && known.has(source)
    return {
      org,
      odd: source !== null && !usable,
      zone: own?.timeZone ?? (usable ? source : config.defaultTimeZone),
      week: own?.weekStart ?? config.defaultWeekStart,
    }
  })
  const values = clocks.map(({ org, zone, week }) => `(${literal(org)}, ${literal(zone)}, ${literal(week)})`)
  await staging.run(`CREATE TEMP TABLE clock (org_id VARCHAR, time_zone VARCHAR, week_start VARCHAR)`)
  if (values.length) await staging.run(`INSERT INTO clock VALUES ${values.join(', ')}`)
  await staging.run(`CREATE OR REPLACE TABLE staged.org AS
    SELECT org.k, org.org_id, org.name, clock.time_zone, clock.week_start, org.k AS org_k
    FROM staged.org JOIN clock ON clock.org_id = org.org_id ORDER BY org.k`)
  for (const { org } of clocks.filter(({ odd }) => odd))
    await staging.run(`INSERT INTO issue SELECT 'org', 'odd', 'unknown time_zone', k, NULL, NULL, org_id
      FROM staged.org WHERE org_id = ${literal(org)}`)
}

/** Reads every table of a snapshot and judges its rows: `staged.*` and `issue`. Gives the number of raw rows by table. */
export const stageTables = async (
  snapshot: Snapshot,
  staging: Staging,
  config: ExportConfig,
  progress: (table: SourceTableName, rows: number) => void,
  signal?: AbortSignal,
): Promise<Map<SourceTableName, number>> => {
  await staging.run('CREATE SCHEMA staged')
  await staging.run(`CREATE TABLE issue (table_name VARCHAR, kind VARCHAR, reason VARCHAR, org_k BIGINT,
    job_id VARCHAR, candidate_id VARCHAR, row_id VARCHAR)`)
  const counts = new Map<SourceTableName, number>()
  for (const table of sourceTableNames) {
    signal?.throwIfAborted()
    const delivered = snapshot.tables.get(table)
    if (delivered) await snapshot.land(table, staging, signal)
    else await staging.run(emptyRaw(table))
    const [row] = await staging.rows(`SELECT count(*)::INTEGER AS n FROM raw.${table}`)
    counts.set(table, Number(row?.n))
    for (const sql of judge({ table, delivered: delivered ?? {}, asOf: snapshot.asOf })) await staging.run(sql)
    if (table === 'org') await settleClocks(staging, config)
    if (!parents.has(table)) await staging.run(`DROP TABLE raw.${table}`)
    progress(table, Number(row?.n))
  }
  for (const table of parents) await staging.run(`DROP TABLE raw.${table}`)
  return counts
}
