import { bundleTableNames, type SourceTableName } from 'hirescope/contract'
import { join } from 'node:path'
import { atOnce } from './at-once.ts'
import { accessOf, readAccess, readEmails, writeAccess } from './access.ts'
import { writeBundle, type BundleOrg, type Draft } from './bundle.ts'
import type { ExportConfig } from './config.ts'
import { readFigures, refuseDrop } from './drop.ts'
import { whileHeld } from './fence.ts'
import { localFileSystem, removeTemporaryFiles } from './file-system.ts'
import { acquireLock } from './lock.ts'
import {
  beginScope,
  cleanScope,
  forgetPrevious,
  leavingManifests,
  pathSegment,
  publishManifest,
  removeTemporary,
  retireScopes,
  type Standing,
} from './publish.ts'
import type { ExportOptions } from './run.ts'
import { countApplications, readScopes, type Scope } from './scopes.ts'
import { readSecret } from './secret.ts'
import type { Staging } from './staging.ts'
import { readState, writePrevious, writeState } from './state.ts'
import { counted, type OrgSummary } from './summary.ts'
import type { Target } from './target.ts'
import type { Writers } from './writers.ts'

/** Makes every bundle of an org, then swaps all their manifests, under the lock of the org. */
export const publishOrg = async (
  staging: Staging,
  writers: Writers,
  config: ExportConfig,
  org: BundleOrg,
  asOf: string,
  sourceTables: ReadonlySet<SourceTableName>,
  anyTarget: Target,
  { files: anyFiles = localFileSystem, reporter, signal, force = false, erase = false }: ExportOptions,
): Promise<Pick<OrgSummary, 'scopes' | 'changed' | 'rows' | 'bytes' | 'written'>> => {
  const secret = await readSecret(config.private)
  const segment = pathSegment(org.id)
  const own = join(config.private, segment)
  const lock = await acquireLock(join(own, 'lock'))
  const target = whileHeld(lock, anyTarget, 'put', 'replace', 'remove')
  const files = whileHeld(lock, anyFiles, 'rename', 'remove')
  const notAfter = force ? undefined : asOf
  try {
    await removeTemporaryFiles(files, own)
    const { retired, published: last } = await readState(files, own)
    const figures = await readFigures(staging, org.k, sourceTables)
    if (!force) refuseDrop(last, figures, config.maxDrop)
    const scopes = await readScopes(staging, secret, org)
    const applications = await countApplications(staging, org)
    const sizeOf = ({ jobIds }: Scope) => jobIds.reduce((sum, job) => sum + (applications.get(job) ?? 0), 0)
    const drafts: { path: string; standing: Standing; draft: Draft }[] = []
    const make = (scope: Scope, index: number, signal: AbortSignal) =>
      writers.use(sizeOf(scope), async (writer) => {
        signal.throwIfAborted()
        const place = { scope: index + 1, scopes: scopes.length, jobs: scope.jobIds.length }
        reporter?.event({ event: 'scope_started', org: org.id, ...place })
        const path = `${segment}/${scope.id}`
        const standing = await beginScope(target, path, notAfter)
        await removeTemporary(target, path)
        const { names, expectedIntervalHours } = config
        const settings = { names, expectedIntervalHours, asOf, sourceTables }
        drafts[index] = {
          path,
          standing,
          draft: await writeBundle({ writer, target, org, scope, path, ...settings }),
        }
      })
    // The largest first: what is begun last ends last.
    const largest = [...scopes.entries()].sort(([, a], [, b]) => sizeOf(b) - sizeOf(a))
    await atOnce(writers.count, largest, ([index, scope], signal) => make(scope, index, signal), signal)
    const exportedAt = new Date().toISOString()
    const published = []
    for (const { path, draft, standing } of drafts)
      published.push(await publishManifest(target, path, draft, exportedAt, standing))
    const needed = new Set(scopes.map(({ id }) => id))
    const before = await readAccess(files, own)
    const manifests = await leavingManifests(target, segment, needed)
    await writePrevious(files, own, before && last && !erase ? { figures: last, access: before, manifests } : null)
    const { access, ambiguous } = accessOf(segment, scopes, await readEmails(staging, org.k))
    if (ambiguous) reporter?.event({ event: 'emails_shared', org: org.id, emails: ambiguous })
    await writeAccess(files, own, access)
    const grace = erase ? 0 : config.graceRuns
    const still = await retireScopes(target, segment, needed, retired, grace, notAfter)
    await writeState(files, own, { retired: still, published: figures })
    for (const { path } of drafts) {
      if (erase) await forgetPrevious(target, path)
      await cleanScope(target, path)
    }
    return {
      scopes: scopes.length,
      changed: published.filter(({ changed }) => changed).length,
      rows: published.reduce((sum, { rows }) => sum + rows, 0),
      bytes: published.reduce((sum, { bytes }) => sum + bytes, 0),
      written: counted(bundleTableNames, (table) =>
        drafts.reduce((sum, { draft }) => sum + draft.tables[table].rows, 0),
      ),
    }
  } finally {
    await lock.release()
  }
}
