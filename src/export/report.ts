import { bundleTableNames, sourceTableNames } from 'hirescope/contract'
import { join } from 'node:path'
import { z } from 'zod'
import type { ExportConfig } from './config.ts'
import { eventFields, type EventOf, type LoggedEvent } from './events.ts'
import { localFileSystem, makeFolder, replaceFile, temporaryPrefix } from './file-system.ts'

const count = z.int().nonnegative()
const seconds = z.number().nonnegative()
const time = z.iso.datetime()
const reasons = z.record(z.string(), count)

/** What became of the rows of the source, by table; rejected, left out and odd ones by reason. */
const judged = z.partialRecord(
  z.enum(sourceTableNames),
  z.strictObject({ read: count, rejected: reasons, left_out: reasons, odd: reasons }),
)
const written = z.partialRecord(z.enum(bundleTableNames), count)

const totals = { scopes: count, changed: count, rows: count, bytes: count, tables: judged, written }

/** `<private>/reports/<run>.json`: what a run did, or how far it got. */
export const runReport = z.strictObject({
  run: z.string(),
  ...eventFields.run_started.shape,
  started_at: time,
  /** When this was written. */
  written_at: time,
  /** Null where the run goes on, or was killed. */
  exit_code: count.nullable(),
  error: z.string().nullable(),
  as_of: z.string().nullable(),
  /** By stage that is over, and of the whole run. */
  seconds: z
    .strictObject({ read: seconds, judge: seconds, normalise: seconds, write: seconds, run: seconds })
    .partial(),
  /** Why the read began anew. */
  retries: z.array(z.string()),
  /** Over all orgs and what belongs to none. */
  ...totals,
  published: count,
  failed: count,
  /** Rows that belong to no org. */
  no_org: judged,
  orgs: z.array(z.strictObject({ org: z.string(), error: z.string().nullable(), seconds, ...totals })),
})
/** What a run did, as its report file says it. */
export type RunReport = z.infer<typeof runReport>
type Judged = z.infer<typeof judged>

const entry = (tables: Judged, table: keyof Judged) =>
  (tables[table] ??= { read: 0, rejected: {}, left_out: {}, odd: {} })

const addCounts = <Name extends string>(sums: Partial<Record<Name, number>>, counts: Partial<Record<Name, number>>) => {
  for (const [name, value] of Object.entries(counts) as [Name, number][]) sums[name] = (sums[name] ?? 0) + value
}

const readTables = (read: EventOf<'org_published'>['read']): Judged => {
  const tables: Judged = {}
  for (const [table, rows] of Object.entries(read)) entry(tables, table as keyof Judged).read = rows
  return tables
}

const begin = (run: string, started: LoggedEvent & EventOf<'run_started'>): RunReport => {
  const { time, command, version, source, adapter } = started
  return {
    run,
    command,
    version,
    source,
    adapter,
    started_at: time,
    written_at: time,
    exit_code: null,
    error: null,
    as_of: null,
    seconds: {},
    retries: [],
    published: 0,
    failed: 0,
    scopes: 0,
    changed: 0,
    rows: 0,
    bytes: 0,
    tables: {},
    written: {},
    no_org: {},
    orgs: [],
  }
}

/** Takes an event into a report. */
const add = (report: RunReport, event: LoggedEvent): void => {
  switch (event.event) {
    case 'read_failed':
      report.retries.push(event.error)
      // What was read before is read again.
      report.tables = {}
      return
    case 'table_read':
      entry(report.tables, event.table).read = event.rows
      return
    case 'stage_finished':
      report.seconds[event.stage] = event.seconds
      return
    case 'rows_judged': {
      const { org, table, kind, reason, rows } = event
      const own = org === null ? report.no_org : report.orgs.find((each) => each.org === org)?.tables
      for (const tables of [report.tables, ...(own ? [own] : [])])
        addCounts(entry(tables, table)[kind], { [reason]: rows })
      return
    }
    case 'org_published': {
      const { org, scopes, changed, rows, bytes, seconds, read, written } = event
      report.published += 1
      report.scopes += scopes
      report.changed += changed
      report.rows += rows
      report.bytes += bytes
      addCounts(report.written, written)
      report.orgs.push({ org, error: null, seconds, scopes, changed, rows, bytes, tables: readTables(read), written })
      return
    }
    case 'org_failed': {
      const { org, error, seconds, read } = event
      const nothing = { scopes: 0, changed: 0, rows: 0, bytes: 0, written: {} }
      report.failed += 1
      report.orgs.push({ org, error, seconds, ...nothing, tables: readTables(read) })
      return
    }
    case 'exported':
      report.as_of = event.as_of
      return
    case 'run_finished':
      report.exit_code = event.exit_code
      report.error = event.error
      report.seconds.run = event.seconds
  }
}

const passing = new Set<LoggedEvent['event']>(['scope_started', 'stage_started', 'rows_judged', 'table_read'])

/** Removes all but the newest reports; the names of runs are in the order of their starts. */
const prune = async (folder: string, keep: number) => {
  const names = await localFileSystem.list(folder)
  const runs = names.filter((name) => /^\d{8}T\d{9}Z-[0-9a-f]{8}\.json$/.test(name)).sort()
  const old = new Set(runs.slice(0, Math.max(0, runs.length - keep)))
  for (const name of names) {
    const whole = name.startsWith(temporaryPrefix) ? name.slice(name.indexOf('-', temporaryPrefix.length) + 1) : name
    if (old.has(whole)) await localFileSystem.remove(join(folder, name))
  }
}

/**
 * Keeps the report of a run from its events. It is written anew as the run goes on, so that of a killed one is there what it did
 * till then; that takes a twentieth of the time at most.
 */
export const keepReport = ({ private: own, keepReports }: ExportConfig, run: string) => {
  const folder = join(own, 'reports')
  let report: RunReport | null = null
  let writing: Promise<unknown> = Promise.resolve()
  let idleUntil = 0
  const write = async () => {
    const since = performance.now()
    const text = `${JSON.stringify({ ...report, written_at: new Date().toISOString() }, null, 1)}\n`
    await makeFolder(folder, 0o700)
    await replaceFile(localFileSystem, join(folder, `${run}.json`), text, 0o600)
    idleUntil = performance.now() + 20 * (performance.now() - since)
  }
  return {
    event: (event: LoggedEvent): void => {
      if (event.event === 'run_started') report = begin(run, event)
      if (!report) return
      add(report, event)
      if (passing.has(event.event) || performance.now() < idleUntil) return
      idleUntil = Infinity
      // A folder that cannot be written is told at the end.
      writing = writing.then(write).catch(() => (idleUntil = 0))
    },
    /** Writes what is known now for good. @throws where that fails. */
    close: async (): Promise<void> => {
      await writing
      if (!report) return
      await write()
      await prune(folder, keepReports)
    },
  }
}
