import { bundleTableNames, type SourceTableName } from 'hirescope/contract'
import { join } from 'node:path'
import { writeBundle, type BundleOrg, type Draft } from './bundle.ts'
import type { ExportConfig } from './config.ts'
import { localFileSystem, replaceFile } from './file-system.ts'
import { acquireLock } from './lock.ts'
import { cleanScope, pathSegment, publishManifest, removeTemporary, retireScopes, type Retired } from './publish.ts'
import type { ExportOptions } from './run.ts'
import { readScopes } from './scopes.ts'
import { readSecret } from './secret.ts'
import type { Staging } from './staging.ts'
import { counted, type OrgSummary } from './summary.ts'
import type { Target } from './target.ts'

/** Makes every bundle of an org, then swaps all their manifests, under the lock of the org. */
export const publishOrg = async (
  staging: Staging,
  config: ExportConfig,
  org: BundleOrg,
  asOf: string,
  sourceTables: ReadonlySet<SourceTableName>,
  target: Target,
  { files = localFileSystem, reporter, signal }: ExportOptions,
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
      signal?.throwIfAborted()
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
      written: counted(bundleTableNames, (table) =>
        drafts.reduce((sum, { draft }) => sum + draft.tables[table].rows, 0),
      ),
    }
  } finally {
    await lock.release()
  }
}
