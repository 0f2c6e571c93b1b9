import { sourceTableNames, type SourceTableName } from 'hirescope/contract'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { BundleOrg } from './bundle.ts'
import type { ExportConfig } from './config.ts'
import { ExportError } from './errors.ts'
import type { EventOf, Reporter } from './events.ts'
import { localFileSystem } from './file-system.ts'
import { emptyRaw } from './judge.ts'
import { issueCounts, overLimit } from './limits.ts'
import { normalise } from './normalise.ts'
import { openSource } from './open-source.ts'
import { openTarget } from './open-target.ts'
import { pathSegment } from './publish.ts'
import { countRows } from './read-source.ts'
import { adapterOf, checkFolders, type ExportOptions } from './run.ts'
import { readOrgs, readScopes } from './scopes.ts'
import { findSecret, isScopeId } from './secret.ts'
import { askedFor } from './shard.ts'
import type { Snapshot } from './source.ts'
import { judgeTables, landTables } from './stage.ts'
import { openStaging, type Staging } from './staging.ts'
import { tellIssues, type ExportSummary } from './summary.ts'
import type { Target } from './target.ts'

/** The tables that scopes are made of; they are small. */
const scopeTables: ReadonlySet<SourceTableName> = new Set(['org', 'app_user', 'job', 'job_share'])

/** A snapshot of which only the tables of the scopes have rows. */
const scopesOf = (snapshot: Snapshot): Snapshot => ({
  ...snapshot,
  land: (table, staging, signal) =>
    scopeTables.has(table) ? snapshot.land(table, staging, signal) : staging.run(emptyRaw(table)),
})

const tellTables = async (snapshot: Snapshot, read: ReadonlyMap<SourceTableName, number>, reporter?: Reporter) => {
  for (const table of sourceTableNames) {
    const there = snapshot.tables.has(table)
    const exact = { rows: read.get(table) ?? 0, exact: true }
    const { rows, exact: counted } = there && !scopeTables.has(table) ? await snapshot.estimate(table) : exact
    reporter?.event({ event: 'table_planned', table, rows: there ? rows : null, exact: counted })
  }
}

const published = z.object({
  names: z.string(),
  time_zone: z.string(),
  week_start: z.string(),
  expected_interval_hours: z.number().optional(),
})

type Fate = EventOf<'scope_planned'>['fate']

/** What would become of the bundle of a scope, as far as its manifest tells. */
const fateOf = async (target: Target, path: string, config: ExportConfig, org: BundleOrg): Promise<Fate> => {
  const stored = await target.read(`${path}/manifest.json`)
  if (!stored) return 'new'
  const settings = {
    names: config.names,
    time_zone: org.timeZone,
    week_start: org.weekStart,
    expected_interval_hours: config.expectedIntervalHours,
  }
  try {
    const last = published.parse(JSON.parse(new TextDecoder().decode(stored.bytes)))
    return JSON.stringify(last) === JSON.stringify(settings) ? 'there' : 'changed'
  } catch {
    return 'changed'
  }
}

const planOrg = async (
  staging: Staging,
  config: ExportConfig,
  org: BundleOrg,
  target: Target,
  secret: Uint8Array,
  reporter?: Reporter,
) => {
  const segment = pathSegment(org.id)
  const scopes = await readScopes(staging, secret, org)
  const fates = await Promise.all(scopes.map(({ id }) => fateOf(target, `${segment}/${id}`, config, org)))
  const needed = new Set(scopes.map(({ id }) => id))
  let retired = 0
  for (const id of await target.list(segment))
    if (isScopeId(id) && !needed.has(id) && (await target.size(`${segment}/${id}/manifest.json`)) !== null) retired += 1
  const number = (fate: Fate) => fates.filter((each) => each === fate).length
  reporter?.event({
    event: 'org_planned',
    org: org.id,
    scopes: scopes.length,
    users: scopes.reduce((sum, { userIds }) => sum + userIds.length, 0),
    new: number('new'),
    changed: number('changed'),
    there: number('there'),
    retired,
  })
  for (const [index, { jobIds, userIds }] of scopes.entries()) {
    const fate = fates[index] ?? 'new'
    reporter?.event({ event: 'scope_planned', org: org.id, jobs: jobIds.length, users: userIds.length, fate })
  }
  return scopes.length
}

/** A working database that is gone afterwards, in none of the folders of an export. */
const withStaging = async <Result>(
  { memory, threads }: ExportConfig,
  signal: AbortSignal | undefined,
  act: (staging: Staging) => Promise<Result>,
) => {
  const folder = await mkdtemp(join(tmpdir(), 'hirescope-'))
  try {
    const staging = await openStaging({ folder: join(folder, 'staging'), memory, threads, signal })
    try {
      return await act(staging)
    } finally {
      await staging.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Says what an export would read and write, from the tables that scopes are made of and what the source reckons of the others.
 * Writes neither to the target nor to the private folder. Gives how many orgs would fail and, as an
 * export, how many there are and which of the configuration are not.
 * @throws ExportError where nothing could be exported at all.
 */
export const dryRun = async (
  config: ExportConfig,
  { reporter, signal, files = localFileSystem, ...asked }: ExportOptions = {},
): Promise<Pick<ExportSummary, 'known' | 'missing'> & { failing: number }> => {
  checkFolders(config)
  const target = await openTarget(config, files)
  const adapter = await adapterOf(config)
  // Before the first run no scope is on the target, whatever its id will be.
  const secret = (await findSecret(config.private)) ?? randomBytes(32)
  return withStaging(config, signal, async (staging) => {
    const snapshot = await openSource(config.source, adapter).open(staging, config.asOf ? new Date(config.asOf) : null)
    try {
      const read = await landTables(scopesOf(snapshot), staging, () => {}, signal)
      await judgeTables(scopesOf(snapshot), staging, config, signal)
      await tellTables(snapshot, read, reporter)
      const rowsOf = await countRows(staging)
      await normalise(staging, adapter.aliases)
      const issuesOf = await issueCounts(staging)
      const nowhere = issuesOf(null)
      const everywhere = overLimit(config, nowhere, (table) => read.get(table) ?? 0)
      tellIssues(reporter, null, nowhere)
      const known = await readOrgs(staging)
      const isAsked = askedFor(asked)
      const wanted = known.filter(({ id }) => isAsked(id))
      const lacks = (id: string) => !known.some((org) => org.id === id)
      const unknown = (asked.orgs ?? []).filter(lacks)
      if (unknown.length) throw new ExportError(`org: ${unknown.join(', ')} is not in the source`)
      let failing = 0
      let scopes = 0
      for (const org of wanted) {
        signal?.throwIfAborted()
        const issues = issuesOf(org.k)
        const problems = [...everywhere, ...overLimit(config, issues, (table) => rowsOf(org.k, table))]
        if (problems.length) {
          failing += 1
          reporter?.event({ event: 'org_failing', org: org.id, error: problems.join('; ') })
        } else scopes += await planOrg(staging, config, org, target, secret, reporter)
        tellIssues(reporter, org.id, issues)
      }
      reporter?.event({ event: 'planned', as_of: snapshot.asOf, orgs: wanted.length, failing, scopes })
      return {
        failing,
        known: known.length,
        missing: Object.keys(config.orgs).filter((id) => isAsked(id) && lacks(id)),
      }
    } finally {
      await snapshot.close()
    }
  })
}
