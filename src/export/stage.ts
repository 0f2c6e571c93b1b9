import { sourceTableNames, type SourceTableName } from 'hirescope/contract'
import { atOnce } from './at-once.ts'
import type { ExportConfig } from './config.ts'
import { emptyRaw, judge, type Judging } from './judge.ts'
import type { Snapshot } from './source.ts'
import { literal, type Staging } from './staging.ts'
import { megabytesOf } from './writers.ts'

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

/**
 * Reads every table of a snapshot, as many at once as it lets: `raw.*`. Gives the number of rows by table. Tables that others refer
 * to come last, since those that refer to them are the longest.
 */
export const landTables = async (
  snapshot: Snapshot,
  staging: Staging,
  progress: (table: SourceTableName, rows: number) => void,
  signal?: AbortSignal,
): Promise<Map<SourceTableName, number>> => {
  const counts = new Map<SourceTableName, number>()
  const { readers } = snapshot
  const connections =
    readers === 1 ? [staging] : await Promise.all(Array.from({ length: readers }, () => staging.fork()))
  const land = async (table: SourceTableName, signal: AbortSignal, worker: number) => {
    const own = connections[worker] ?? staging
    if (snapshot.tables.has(table)) await snapshot.land(table, own, signal)
    else await own.run(emptyRaw(table))
    const [row] = await own.rows(`SELECT count(*)::INTEGER AS n FROM raw.${table}`)
    counts.set(table, Number(row?.n))
    progress(table, Number(row?.n))
  }
  try {
    await staging.share(readers)
    await atOnce(readers, [...sourceTableNames].reverse(), land, signal)
    await staging.share(1)
  } finally {
    if (readers > 1) for (const connection of connections) await connection.close()
  }
  return counts
}

/** How many keys are compared at once for each megabyte of memory: grouping more of them did not always go into it. */
const keysPerMegabyte = 8000

/** Judges the rows of a table that was read, with no more statements than they ask for. */
const judgeTable = async (judging: Judging, staging: Staging, memory: string) => {
  const { repeated, duplicate, judged, count, corrections, records, staged } = judge(judging)
  const [read] = await staging.rows(`SELECT count(*)::INTEGER AS n FROM raw.${judging.table}`)
  const parts = Math.max(1, Math.ceil(Number(read?.n) / (keysPerMegabyte * megabytesOf(memory))))
  let duplicates = false
  for (let part = 0; part < parts; part++) {
    const [found] = await staging.rows(repeated(part, parts))
    duplicates ||= Number(found?.Count) > 0
  }
  if (duplicates) await staging.run(duplicate)
  await staging.run(judged(duplicates))
  const [counts = {}] = await staging.rows(count)
  const asked = new Set([...records.keys()].filter((index) => counts[`n${index}`] !== 0))
  for (const { from, to, sql } of corrections) {
    if (!asked.has(from)) continue
    await staging.run(sql)
    asked.add(to)
  }
  for (const index of asked) await staging.run(records[index] ?? '')
  await staging.run(staged)
  await staging.run('DROP TABLE judged')
}

/** Judges the rows of every table that was read: `staged.*` and `issue`. */
export const judgeTables = async (
  snapshot: Pick<Snapshot, 'tables' | 'asOf'>,
  staging: Staging,
  config: ExportConfig,
  signal?: AbortSignal,
): Promise<void> => {
  await staging.run('CREATE SCHEMA staged')
  await staging.run(`CREATE TABLE issue (table_name VARCHAR, kind VARCHAR, reason VARCHAR, org_k BIGINT,
    job_id VARCHAR, candidate_id VARCHAR, row_id VARCHAR)`)
  for (const table of sourceTableNames) {
    signal?.throwIfAborted()
    const delivered = snapshot.tables.get(table) ?? {}
    await judgeTable({ table, delivered, asOf: snapshot.asOf }, staging, config.memory)
    if (table === 'org') await settleClocks(staging, config)
    if (!parents.has(table)) await staging.run(`DROP TABLE raw.${table}`)
  }
  for (const table of parents) await staging.run(`DROP TABLE raw.${table}`)
}
