import type { SourceTableName } from 'hirescope/contract'
import { join, resolve, sep } from 'node:path'
import { readAdapter } from './adapter.ts'
import { atOnce } from './at-once.ts'
import type { BundleOrg } from './bundle.ts'
import type { ExportConfig } from './config.ts'
import { ExportError, explain } from './errors.ts'
import { localFileSystem, type FileSystem } from './file-system.ts'
import { issueCounts, overLimit, type IssueCount } from './limits.ts'
import { acquireLock } from './lock.ts'
import { normalise } from './normalise.ts'
import { publishOrg } from './publish-org.ts'
import { countRows, readSource } from './read-source.ts'
import { retrying } from './retry.ts'
import { readSecret } from './secret.ts'
import { inShard, type Shard } from './shard.ts'
import { judgeTables } from './stage.ts'
import { seconds } from './stopwatch.ts'
import { folderTarget } from './targets/folder.ts'
import { openWriters } from './writers.ts'

/** What happened to one org. */
export interface OrgSummary {
  org: string
  /** Why nothing was published; null if it was. */
  error: string | null
  scopes: number
  changed: number
  rows: number
  bytes: number
  issues: IssueCount[]
}

export interface ExportSummary {
  asOf: string
  orgs: OrgSummary[]
  /** How many orgs the source holds, also those that were not asked for. */
  known: number
  /** Orgs for which the configuration has settings and the source no row. */
  missing: string[]
  /** Rows that belong to no org. */
  unattributed: IssueCount[]
  read: Partial<Record<SourceTableName, number>>
  /** Seconds by stage. */
  seconds: Record<'read' | 'judge' | 'normalise' | 'write', number>
}

/** Told what the export is doing, for a terminal or a log. */
export interface Reporter {
  progress: (text: string) => void
}

export interface ExportOptions {
  /** Only these orgs. The others are left as they are. */
  orgs?: readonly string[]
  /** Only the orgs of this shard. */
  shard?: Shard
  /** Publishes also what lost more than `maxDrop` of its applications, or whole tables. */
  force?: boolean
  files?: FileSystem
  reporter?: Reporter
  signal?: AbortSignal
}

const adapters = join(import.meta.dirname, 'adapters')

/** The adapter that a configuration names. */
export const adapterOf = ({ adapter }: ExportConfig) =>
  readAdapter(adapter === 'django' ? join(adapters, 'django') : resolve(adapter))

const checkFolders = ({ target, private: own, staging = own, spill = own }: ExportConfig) => {
  for (const [name, folder] of Object.entries({ private: own, staging, spill }))
    if (`${resolve(folder)}${sep}`.startsWith(`${resolve(target)}${sep}`))
      throw new ExportError(`config: ${name} lies under target, where it would be served; choose another folder`)
}

/**
 * Exports every org of a source: snapshot → staging → validated rows → scopes → Parquet → published. A failed org leaves
 * its old dataset in place and does not stop the others.
 * @throws ExportError where nothing can be exported at all: wrong source, adapter or target.
 */
export const runExport = async (config: ExportConfig, options: ExportOptions = {}): Promise<ExportSummary> => {
  checkFolders(config)
  const { files = localFileSystem, reporter, signal } = options
  const target = folderTarget(config.target, files)
  await target.prepare()
  await readSecret(config.private)
  const adapter = await adapterOf(config)
  // A folder of its own: it is emptied before and after.
  const folder = config.staging ? join(config.staging, 'hirescope-staging') : join(config.private, 'staging')
  const lock = await acquireLock(`${resolve(folder)}.lock`)
  try {
    const attempt = () => readSource(config, adapter, resolve(folder), options)
    const { staging, asOf, tables, read, readSeconds } = await retrying(
      config.source.kind === 'postgres' ? (config.source.retries ?? 5) : 0,
      attempt,
      reporter,
      signal,
    )
    try {
      reporter?.progress('judging')
      const judgeSince = performance.now()
      await judgeTables({ tables, asOf }, staging, config, signal)
      const sourceTables = new Set(tables.keys())
      const judgeSeconds = seconds(judgeSince)
      const normaliseSince = performance.now()
      const rowsOf = await countRows(staging)
      reporter?.progress('normalising')
      await normalise(staging, adapter.aliases)
      const normaliseSeconds = seconds(normaliseSince)
      const issuesOf = await issueCounts(staging)
      const unattributed = issuesOf(null)
      const everywhere = overLimit(config, unattributed, (table) => read.get(table) ?? 0)
      const writeSince = performance.now()
      const orgs: OrgSummary[] = []
      const rows = await staging.rows('SELECT k, org_id, name, time_zone, week_start FROM staged.org ORDER BY k')
      const asked = (id: string) =>
        (options.orgs?.includes(id) ?? true) && (options.shard === undefined || inShard(options.shard, id))
      const wanted = rows.filter(({ org_id }) => asked(String(org_id)))
      const lacks = (id: string) => !rows.some(({ org_id }) => org_id === id)
      const unknown = (options.orgs ?? []).filter(lacks)
      if (unknown.length) throw new ExportError(`org: ${unknown.join(', ')} is not in the source`)
      const publish = async (index: number, { k, org_id, name, time_zone, week_start }: (typeof rows)[number]) => {
        const org: BundleOrg = {
          k: Number(k),
          id: String(org_id),
          name: name === null ? null : String(name),
          timeZone: String(time_zone),
          weekStart: week_start === 'sunday' ? 'sunday' : 'monday',
        }
        const issues = issuesOf(org.k)
        const problems = [...everywhere, ...overLimit(config, issues, (table) => rowsOf(org.k, table))]
        const nothing = { scopes: 0, changed: 0, rows: 0, bytes: 0 }
        try {
          if (problems.length) throw new ExportError(`${problems.join('; ')}; mend the source or raise maxRejected`)
          const instant = `${asOf.replace(' ', 'T')}Z`
          const published = await publishOrg(staging, writers, config, org, instant, sourceTables, target, options)
          orgs[index] = { org: org.id, error: null, issues, ...published }
        } catch (error) {
          if (signal?.aborted) throw error
          orgs[index] = { org: org.id, error: explain(error), issues, ...nothing }
        }
      }
      const writers = await openWriters(staging, config)
      try {
        await atOnce(writers.count, [...wanted.entries()], ([index, row]) => publish(index, row), signal)
      } finally {
        await writers.close()
      }
      return {
        asOf,
        orgs,
        known: rows.length,
        missing: Object.keys(config.orgs).filter((id) => asked(id) && lacks(id)),
        unattributed,
        read: Object.fromEntries(read),
        seconds: { read: readSeconds, judge: judgeSeconds, normalise: normaliseSeconds, write: seconds(writeSince) },
      }
    } finally {
      await staging.close()
    }
  } finally {
    await lock.release()
  }
}
