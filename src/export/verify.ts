import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readAccess } from './access.ts'
import type { ExportConfig } from './config.ts'
import { ExportError, explain } from './errors.ts'
import { localFileSystem } from './file-system.ts'
import { lockHolder } from './lock.ts'
import { openTarget } from './open-target.ts'
import { pathSegment } from './publish.ts'
import type { ExportOptions } from './run.ts'
import { findSecret, isScopeId } from './secret.ts'
import { askedFor } from './shard.ts'
import { openStaging, type Staging } from './staging.ts'
import { readState } from './state.ts'
import { seconds } from './stopwatch.ts'
import type { Target } from './target.ts'
import { checkBundle } from './verify-bundle.ts'

/** What a verification found. */
export interface Verified {
  orgs: number
  scopes: number
  files: number
  rows: number
  bytes: number
  faults: number
}

/** Tells of a fault; without a scope it is the org's, without an org the target's. Only the beginning of a scope's id is told. */
type Tell = (org: string | null, scope: string | null, fault: string) => void

interface Verifying {
  config: ExportConfig
  target: Target
  staging: Staging
  secret: Uint8Array | null
  tell: Tell
}

const idOf = (segment: string): string | null => {
  try {
    const id = decodeURIComponent(segment)
    return pathSegment(id) === segment ? id : null
  } catch {
    return null
  }
}

/** What the private folder says of an org. */
const readPrivateOrg = async (own: string, org: string, tell: Tell) => {
  try {
    const access = await readAccess(localFileSystem, own)
    if (!access) tell(org, null, 'access.json is not there, so nobody is known to see its bundles')
    const { retired } = await readState(localFileSystem, own)
    return { access, retired }
  } catch (error) {
    tell(org, null, explain(error))
    return { access: null, retired: {} }
  }
}

const verifyOrg = async ({ config, target, staging, secret, tell }: Verifying, org: string) => {
  const segment = pathSegment(org)
  const own = join(config.private, segment)
  const { access, retired } = await readPrivateOrg(own, org, tell)
  const found = { scopes: 0, files: 0, rows: 0, bytes: 0 }
  const viewers = new Map<string, number>()
  for (const path of access ? [...Object.values(access.users), ...Object.values(access.emails)] : [])
    viewers.set(path, (viewers.get(path) ?? 0) + 1)
  // While the org is exported, files are on the target before the manifests that name them.
  const idle = async () => (await lockHolder(join(own, 'lock'))) === null
  const there = new Set<string>()
  for (const name of await target.list(segment)) {
    const path = `${segment}/${name}`
    if (!isScopeId(name)) {
      tell(org, null, `stray: ${JSON.stringify(name)} is no bundle`)
      continue
    }
    const checked = await checkBundle({ target, path, staging, secret, threads: config.threads, strays: idle })
    if (!checked) {
      if (!Object.hasOwn(retired, name) && (await idle())) tell(org, name, 'files without a manifest')
      continue
    }
    there.add(`${path}/`)
    found.scopes += 1
    found.files += checked.files
    found.rows += checked.rows
    found.bytes += checked.bytes
    for (const fault of checked.faults) tell(org, name, fault)
    if (access && !viewers.has(`${path}/`) && (await idle()))
      tell(org, name, 'published, and access.json has nobody who sees it')
  }
  for (const [path, number] of viewers)
    if (!there.has(path))
      tell(org, path.split('/')[1] ?? '', `access.json: ${number} entries lead to it, and no bundle is there`)
  return found
}

/** The names under a path; a file has none. */
const under = (target: Target, path: string) =>
  target.list(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return []
    throw error
  })

/** The orgs of a target and of the private folder; what is on the target besides is a fault. */
const findOrgs = async ({ config, target, tell }: Verifying, whole: boolean): Promise<string[]> => {
  const orgs = new Set<string>()
  const isOrg = async (segment: string) =>
    (await localFileSystem.size(join(config.private, segment, 'access.json'))) !== null
  for (const segment of await target.list('')) {
    const org = idOf(segment)
    const known = org !== null && ((await isOrg(segment)) || (await under(target, segment)).some(isScopeId))
    if (known) orgs.add(org)
    else if (whole) tell(null, null, `stray: ${JSON.stringify(segment)} is no organisation`)
  }
  for (const segment of await localFileSystem.list(config.private)) {
    const org = idOf(segment)
    if (org !== null && (await isOrg(segment))) orgs.add(org)
  }
  return [...orgs].sort()
}

/**
 * Re-reads what is published and checks it all: every file by size and hash, every table by columns, rows and the rules of its scope, the
 * answers by working them out again, manifests, views, access maps, and that nothing else lies there. Writes nothing to target or
 * private folder.
 * @throws ExportError where there is nothing to verify.
 */
export const verifyTarget = async (
  config: ExportConfig,
  { reporter, signal, files = localFileSystem, ...asked }: ExportOptions = {},
): Promise<Verified> => {
  const target = await openTarget(config, files)
  const secret = await findSecret(config.private)
  const folder = await mkdtemp(join(tmpdir(), 'hirescope-'))
  const sum: Verified = { orgs: 0, scopes: 0, files: 0, rows: 0, bytes: 0, faults: 0 }
  const tell: Tell = (org, scope, fault) => {
    sum.faults += 1
    reporter?.event({ event: 'fault_found', org, scope: scope === null ? null : scope.slice(0, 8), fault })
  }
  try {
    const { memory, threads } = config
    const staging = await openStaging({ folder: join(folder, 'staging'), memory, threads, signal })
    try {
      const verifying = { config, target, staging, secret, tell }
      if (!secret) tell(null, null, 'the private folder has no secret, so that jobs cannot be held against their scope')
      const isAsked = askedFor(asked)
      const orgs = await findOrgs(verifying, asked.orgs === undefined && asked.shard === undefined)
      const unknown = (asked.orgs ?? []).filter((org) => !orgs.includes(org))
      if (unknown.length) throw new ExportError(`org: ${unknown.join(', ')} is not published`)
      if (!orgs.length) throw new ExportError(`target: ${target.nameOf('')} holds no organisation; export first`)
      for (const org of orgs.filter(isAsked)) {
        signal?.throwIfAborted()
        const [since, before] = [performance.now(), sum.faults]
        const found = await verifyOrg(verifying, org)
        sum.orgs += 1
        for (const key of ['scopes', 'files', 'rows', 'bytes'] as const) sum[key] += found[key]
        const faults = sum.faults - before
        reporter?.event({ event: 'org_verified', org, ...found, faults, seconds: seconds(since) })
      }
    } finally {
      await staging.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  reporter?.event({ event: 'verified', ...sum })
  return sum
}
