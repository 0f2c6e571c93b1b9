import { bundleTableNames, sourceTableNames, type BundleTableName, type SourceTableName } from 'hirescope/contract'
import { join, resolve, sep } from 'node:path'
import { readAdapter, type Adapter } from './adapter.ts'
import { writeBundle, type BundleOrg, type Draft } from './bundle.ts'
import type { ExportConfig } from './config.ts'
import { ExportError, explain } from './errors.ts'
import type { Reporter } from './events.ts'
import { localFileSystem, replaceFile, type FileSystem } from './file-system.ts'
import { issueCounts, overLimit, type IssueCount } from './limits.ts'
import { acquireLock } from './lock.ts'
import { normalise } from './normalise.ts'
import { cleanScope, pathSegment, publishManifest, removeTemporary, retireScopes, type Retired } from './publish.ts'
import { retrying } from './retry.ts'
import { readScopes } from './scopes.ts'
import { readSecret } from './secret.ts'
import { inShard, type Shard } from './shard.ts'
import { openSource } from './open-source.ts'
import { stageTables } from './stage.ts'
import { openStaging, type Staging } from './staging.ts'
import type { Target } from './target.ts'
import { folderTarget } from './targets/folder.ts'

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
  seconds: number
  /** Rows of the source that belong to the org, also those that were rejected. */
  read: Partial<Record<SourceTableName, number>>
  /** Rows of all its bundles. */
  written: Partial<Record<BundleTableName, number>>
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
  seconds: Record<'read' | 'normalise' | 'write', number>
}

export interface ExportOptions {
  /** Only these orgs. The others are left as they are. */
  orgs?: readonly string[]
  /** Only the orgs of this shard. */
  shard?: Shard
  files?: FileSystem
  reporter?: Reporter
  signal?: AbortSignal
}

const adapters = join(import.meta.dirname, 'adapters')

/** The adapter that a configuration names. */
export const adapterOf = ({ adapter }: ExportConfig) =>
  readAdapter(adapter === 'django' ? join(adapters, 'django') : resolve(adapter))

const seconds = (since: number) => Math.round((performance.now() - since) / 10) / 100

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** The sums by name of those that are not nothing. */
const addUp = <Name extends string>(names: readonly Name[], values: (name: Name) => number[]) =>
  Object.fromEntries(names.map((name) => [name, sum(values(name))]).filter(([, total]) => total !== 0)) as Partial<
    Record<Name, number>
  >

const tellIssues = (reporter: Reporter | undefined, org: string | null, issues: readonly IssueCount[]) => {
  for (const issue of issues) reporter?.event({ event: 'rows_judged', org, ...issue })
}

const tellOrg = (reporter: Reporter | undefined, { org, error, issues, ...rest }: OrgSummary) => {
  const { seconds, read } = rest
  if (error === null) reporter?.event({ event: 'org_published', org, ...rest })
  else reporter?.event({ event: 'org_failed', org, error, seconds, read })
  tellIssues(reporter, org, issues)
}

const tellAll = (reporter: Reporter | undefined, { asOf, orgs, unattributed, seconds }: ExportSummary) => {
  const issues = [...orgs.flatMap((org) => org.issues), ...unattributed]
  reporter?.event({
    event: 'exported',
    as_of: asOf,
    orgs: orgs.length,
    published: orgs.filter(({ error }) => error === null).length,
    scopes: sum(orgs.map(({ scopes }) => scopes)),
    changed: sum(orgs.map(({ changed }) => changed)),
    rows: sum(orgs.map(({ rows }) => rows)),
    bytes: sum(orgs.map(({ bytes }) => bytes)),
    rejected: sum(issues.map(({ kind, rows }) => (kind === 'rejected' ? rows : 0))),
    seconds,
  })
}

const publishOrg = async (
  staging: Staging,
  config: ExportConfig,
  org: BundleOrg,
  asOf: string,
  sourceTables: ReadonlySet<SourceTableName>,
  target: Target,
  { files = localFileSystem, reporter }: ExportOptions,
): Promise<Pick<OrgSummary, 'scopes' | 'changed' | 'rows' | 'bytes' | 'written'>> => {
  const secret = await readSecret(config.private)
  const segment = pathSegment(org.id)
  const own = join(config.private, segment)
  const lock = await acquireLock(join(own, 'lock'))
  try {
    const statePath = join(own, 'state.json')
    const state = (await files.size(statePath)) === null ? null : Buffer.from(await files.read(statePath)).toString()
    const { retired = {} } = (state ? JSON.parse(state) : {}) as { retired?: Retired }
    const scopes = await readScopes(staging, secret, org)
    const drafts: { path: string; draft: Draft }[] = []
    for (const [index, scope] of scopes.entries()) {
      const place = { scope: index + 1, scopes: scopes.length, jobs: scope.jobIds.length }
      reporter?.event({ event: 'scope_started', org: org.id, ...place })
      const path = `${segment}/${scope.id}`
      await removeTemporary(target, path)
      const { names, threads } = config
      drafts.push({
        path,
        draft: await writeBundle({ staging, target, org, scope, path, names, asOf, sourceTables, threads }),
      })
    }
    const exportedAt = new Date().toISOString()
    const published = []
    for (const { path, draft } of drafts) published.push(await publishManifest(target, path, draft, exportedAt))
    const access = Object.fromEntries(
      scopes.flatMap(({ id, userIds }) => userIds.map((user) => [user, `${segment}/${id}/`])),
    )
    await replaceFile(files, join(own, 'access.json'), `${JSON.stringify({ users: access }, null, 1)}\n`, 0o600)
    const needed = new Set(scopes.map(({ id }) => id))
    const still = await retireScopes(target, segment, needed, retired, config.graceRuns)
    await replaceFile(files, statePath, `${JSON.stringify({ retired: still }, null, 1)}\n`, 0o600)
    for (const { path } of drafts) await cleanScope(target, path)
    return {
      scopes: scopes.length,
      changed: published.filter(({ changed }) => changed).length,
      rows: published.reduce((sum, { rows }) => sum + rows, 0),
      bytes: published.reduce((sum, { bytes }) => sum + bytes, 0),
      written: addUp(bundleTableNames, (table) => drafts.map(({ draft }) => draft.tables[table].rows)),
    }
  } finally {
    await lock.release()
  }
}

const checkFolders = ({ target, private: own, staging = own }: ExportConfig) => {
  for (const [name, folder] of Object.entries({ private: own, staging }))
    if (`${resolve(folder)}${sep}`.startsWith(`${resolve(target)}${sep}`))
      throw new ExportError(`config: ${name} lies under target, where it would be served; choose another folder`)
}

/** Rows of a table by org, as far as they can be attributed: those that stayed and those that did not. */
const countRows = async (staging: Staging) => {
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
const readSource = async (
  config: ExportConfig,
  adapter: Adapter,
  folder: string,
  { reporter, signal }: ExportOptions,
) => {
  const staging = await openStaging({ folder, memory: config.memory, threads: config.threads })
  try {
    const since = performance.now()
    const snapshot = await openSource(config.source, adapter).open(staging, config.asOf ? new Date(config.asOf) : null)
    try {
      const progress = (table: SourceTableName, rows: number) => reporter?.event({ event: 'table_read', table, rows })
      const read = await stageTables(snapshot, staging, config, progress, signal)
      const sourceTables = new Set(snapshot.tables.keys())
      return { staging, asOf: snapshot.asOf, sourceTables, read, readSeconds: seconds(since) }
    } finally {
      await snapshot.close()
    }
  } catch (error) {
    await staging.close()
    throw error
  }
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
    reporter?.event({ event: 'stage_started', stage: 'read' })
    const attempt = () => readSource(config, adapter, resolve(folder), options)
    const { staging, asOf, sourceTables, read, readSeconds } = await retrying(
      config.source.kind === 'postgres' ? (config.source.retries ?? 5) : 0,
      attempt,
      reporter,
      signal,
    )
    try {
      reporter?.event({ event: 'stage_finished', stage: 'read', seconds: readSeconds })
      reporter?.event({ event: 'stage_started', stage: 'normalise' })
      const normaliseSince = performance.now()
      const rowsOf = await countRows(staging)
      await normalise(staging, adapter.aliases)
      const normaliseSeconds = seconds(normaliseSince)
      reporter?.event({ event: 'stage_finished', stage: 'normalise', seconds: normaliseSeconds })
      const unattributed = await issueCounts(staging, null)
      const everywhere = overLimit(config, unattributed, (table) => read.get(table) ?? 0)
      tellIssues(reporter, null, unattributed)
      reporter?.event({ event: 'stage_started', stage: 'write' })
      const writeSince = performance.now()
      const orgs: OrgSummary[] = []
      const rows = await staging.rows('SELECT k, org_id, name, time_zone, week_start FROM staged.org ORDER BY k')
      const asked = (id: string) =>
        (options.orgs?.includes(id) ?? true) && (options.shard === undefined || inShard(options.shard, id))
      const wanted = rows.filter(({ org_id }) => asked(String(org_id)))
      const lacks = (id: string) => !rows.some(({ org_id }) => org_id === id)
      const unknown = (options.orgs ?? []).filter(lacks)
      if (unknown.length) throw new ExportError(`org: ${unknown.join(', ')} is not in the source`)
      for (const { k, org_id, name, time_zone, week_start } of wanted) {
        signal?.throwIfAborted()
        const org: BundleOrg = {
          k: Number(k),
          id: String(org_id),
          name: name === null ? null : String(name),
          timeZone: String(time_zone),
          weekStart: week_start === 'sunday' ? 'sunday' : 'monday',
        }
        const issues = await issueCounts(staging, org.k)
        const problems = [...everywhere, ...overLimit(config, issues, (table) => rowsOf(org.k, table))]
        const since = performance.now()
        const add = (rest: Omit<OrgSummary, 'org' | 'issues' | 'seconds' | 'read'>) => {
          const read = addUp(sourceTableNames, (table) => [rowsOf(org.k, table)])
          const done = { org: org.id, issues, seconds: seconds(since), read, ...rest }
          orgs.push(done)
          tellOrg(reporter, done)
        }
        try {
          if (problems.length) throw new ExportError(`${problems.join('; ')}; mend the source or raise maxRejected`)
          const instant = `${asOf.replace(' ', 'T')}Z`
          add({ error: null, ...(await publishOrg(staging, config, org, instant, sourceTables, target, options)) })
        } catch (error) {
          if (signal?.aborted) throw error
          add({ error: explain(error), scopes: 0, changed: 0, rows: 0, bytes: 0, written: {} })
        }
      }
      const summary: ExportSummary = {
        asOf,
        orgs,
        known: rows.length,
        missing: Object.keys(config.orgs).filter((id) => asked(id) && lacks(id)),
        unattributed,
        read: Object.fromEntries(read),
        seconds: { read: readSeconds, normalise: normaliseSeconds, write: seconds(writeSince) },
      }
      reporter?.event({ event: 'stage_finished', stage: 'write', seconds: summary.seconds.write })
      tellAll(reporter, summary)
      return summary
    } finally {
      await staging.close()
    }
  } finally {
    await lock.release()
  }
}
