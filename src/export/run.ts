import { sourceTableNames } from 'hirescope/contract'
import { join, resolve, sep } from 'node:path'
import { readAdapter } from './adapter.ts'
import { atOnce } from './at-once.ts'
import type { BundleOrg } from './bundle.ts'
import type { ExportConfig } from './config.ts'
import { ExportError, explain } from './errors.ts'
import type { Reporter } from './events.ts'
import { localFileSystem, type FileSystem } from './file-system.ts'
import { issueCounts, overLimit } from './limits.ts'
import { acquireLock } from './lock.ts'
import { normalise } from './normalise.ts'
import { publishOrg } from './publish-org.ts'
import { countRows, readSource } from './read-source.ts'
import { retrying } from './retry.ts'
import { readOrgs } from './scopes.ts'
import { readSecret } from './secret.ts'
import { askedFor, type Shard } from './shard.ts'
import { judgeTables } from './stage.ts'
import { isStore, openTarget } from './open-target.ts'
import { seconds } from './stopwatch.ts'
import { counted, tellAll, tellIssues, tellOrg, type ExportSummary, type OrgSummary } from './summary.ts'
import { megabytesOf, openWriters } from './writers.ts'

/** What of a configuration is exported, and who is told of it. */
export interface ExportOptions {
  /** Only these orgs. The others are left as they are. */
  orgs?: readonly string[]
  /** Only the orgs of this shard. */
  shard?: Shard
  /** Publishes also what lost more than `maxDrop` of its applications, or whole tables. */
  force?: boolean
  /** Leaves nothing of earlier datasets: no previous one, and nothing of scopes without users. */
  erase?: boolean
  files?: FileSystem
  reporter?: Reporter
  signal?: AbortSignal
}

// At about 60 bytes each they leave most of the memory to the bundles.
const rowsPerMegabyte = 2500

const adapters = join(import.meta.dirname, 'adapters')

/** The adapters that come with the exporter. */
const readyMade = ['django', 'greenhouse']

/** The adapter that a configuration names; what it lacks is told to `tell`, where it is given, and else thrown. */
export const adapterOf = (
  { adapter, source, settings }: Pick<ExportConfig, 'adapter' | 'source' | 'settings'>,
  tell?: (problem: string) => void,
) =>
  readAdapter(
    readyMade.includes(adapter) ? join(adapters, adapter) : resolve(adapter),
    source.kind === 'files' ? 'files' : 'postgres',
    settings,
    tell,
  )

/** @throws ExportError where what is private would be served, or nginx has no folder to serve. */
export const checkFolders = ({ target, private: own, staging = own, spill = own, nginx }: ExportConfig) => {
  if (isStore(target)) {
    if (nginx) throw new ExportError('config: nginx serves a folder, and target is a store; leave nginx out')
    return
  }
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
  const target = await openTarget(config, files)
  await target.prepare()
  await readSecret(config.private)
  const adapter = await adapterOf(config)
  // A folder of its own: it is emptied before and after.
  const folder = config.staging ? join(config.staging, 'hirescope-staging') : join(config.private, 'staging')
  const lock = await acquireLock(`${resolve(folder)}.lock`)
  const taken: ExportSummary['seconds'] = { read: 0, judge: 0, normalise: 0, write: 0 }
  const stage = async <Result>(name: keyof typeof taken, work: () => Promise<Result>): Promise<Result> => {
    reporter?.event({ event: 'stage_started', stage: name })
    const since = performance.now()
    const result = await work()
    taken[name] = seconds(since)
    reporter?.event({ event: 'stage_finished', stage: name, seconds: taken[name] })
    return result
  }
  try {
    const attempt = () => readSource(config, adapter, resolve(folder), options)
    const retries = config.source.kind === 'postgres' ? (config.source.retries ?? 5) : 0
    const { staging, asOf, tables, read } = await stage('read', () => retrying(retries, attempt, reporter, signal))
    try {
      await stage('judge', () => judgeTables({ tables, asOf }, staging, config, signal))
      const sourceTables = new Set(tables.keys())
      const rowsOf = await stage('normalise', async () => {
        const counted = await countRows(staging)
        const rows = [...read.values()].reduce((sum, count) => sum + count, 0)
        await normalise(staging, adapter.aliases, rows > rowsPerMegabyte * megabytesOf(config.memory))
        return counted
      })
      const issuesOf = await issueCounts(staging)
      const unattributed = issuesOf(null)
      const everywhere = overLimit(config, unattributed, (table) => read.get(table) ?? 0)
      tellIssues(reporter, null, unattributed)
      const orgs: OrgSummary[] = []
      const known = await readOrgs(staging)
      const asked = askedFor(options)
      const lacks = (id: string) => !known.some((org) => org.id === id)
      const unknown = (options.orgs ?? []).filter(lacks)
      if (unknown.length) throw new ExportError(`org: ${unknown.join(', ')} is not in the source`)
      const wanted = known.filter(({ id }) => asked(id))
      const publish = async (index: number, org: BundleOrg) => {
        const issues = issuesOf(org.k)
        const problems = [...everywhere, ...overLimit(config, issues, (table) => rowsOf(org.k, table))]
        const since = performance.now()
        const done = (rest: Omit<OrgSummary, 'org' | 'issues' | 'seconds' | 'read'>) => {
          const read = counted(sourceTableNames, (table) => rowsOf(org.k, table))
          const summary = { org: org.id, issues, seconds: seconds(since), read, ...rest }
          orgs[index] = summary
          tellOrg(reporter, summary)
        }
        try {
          if (problems.length) throw new ExportError(`${problems.join('; ')}; mend the source or raise maxRejected`)
          const instant = `${asOf.replace(' ', 'T')}Z`
          const published = await publishOrg(staging, writers, config, org, instant, sourceTables, target, options)
          done({ error: null, ...published })
        } catch (error) {
          if (signal?.aborted) throw error
          done({ error: explain(error), scopes: 0, changed: 0, rows: 0, bytes: 0, written: {} })
        }
      }
      const writers = await openWriters(staging, config)
      try {
        await stage('write', () =>
          atOnce(writers.count, [...wanted.entries()], ([index, org]) => publish(index, org), signal),
        )
      } finally {
        await writers.close()
      }
      const summary: ExportSummary = {
        asOf,
        orgs,
        known: known.length,
        missing: Object.keys(config.orgs).filter((id) => asked(id) && lacks(id)),
        unattributed,
        read: Object.fromEntries(read),
        seconds: taken,
      }
      tellAll(reporter, summary)
      return summary
    } finally {
      await staging.close()
    }
  } finally {
    await lock.release()
  }
}
