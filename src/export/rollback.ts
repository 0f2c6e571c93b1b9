import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { readAccess, writeAccess, type Access } from './access.ts'
import { nameSettings, type ExportConfig } from './config.ts'
import { ExportError } from './errors.ts'
import { whileHeld } from './fence.ts'
import { localFileSystem } from './file-system.ts'
import { acquireLock } from './lock.ts'
import { openTarget } from './open-target.ts'
import { cleanScope, filesIn, pathSegment, previousManifest, republish, retireScopes } from './publish.ts'
import type { ExportOptions } from './run.ts'
import { literal, openStaging } from './staging.ts'
import { readPrevious, readState, writePrevious, writeState } from './state.ts'
import type { Target } from './target.ts'

/** What a rollback did. */
export interface RolledBack {
  /** Scopes whose dataset of the run before stands again. */
  scopes: number
  /** Scopes that were not there then and keep the dataset they have. */
  kept: number
  /** When what stands again was exported, at the earliest. */
  exportedAt: string
}

/** Says whether a viewer of one bundle may have another one again, both by their path. */
type MayReturn = (before: string, now: string) => Promise<boolean>

/** The access map that a rollback leaves: nobody who is not in the present one is in it. */
const accessAfter = async (now: Access, before: Access, mayReturn: MayReturn): Promise<Access> => {
  const settle = async (paths: Access['users'], earlier: Access['users']) => {
    const settled: [string, string][] = []
    for (const [viewer, path] of Object.entries(paths)) {
      const old = Object.hasOwn(earlier, viewer) ? earlier[viewer] : undefined
      const back = old !== undefined && old !== path && (await mayReturn(old, path))
      settled.push([viewer, back ? old : path])
    }
    return Object.fromEntries(settled)
  }
  return { users: await settle(now.users, before.users), emails: await settle(now.emails, before.emails) }
}

const bundles = ({ users, emails }: Access) => new Set([...Object.values(users), ...Object.values(emails)])

const manifestShape = z.object({
  exported_at: z.string(),
  names: z.enum(nameSettings),
  tables: z.object({ jobs: z.object({ file: z.string() }) }),
})

const readShape = (text: string, name: string) => {
  try {
    return manifestShape.parse(JSON.parse(text))
  } catch (cause) {
    throw new ExportError(`target: ${name} is no manifest that this version knows; export anew`, { cause })
  }
}

const readChecked = async (target: Target, path: string): Promise<Uint8Array> => {
  const stored = await target.read(path)
  if (!stored)
    throw new ExportError(`target: ${target.nameOf(path)} is gone, and the previous dataset with it; export anew`)
  const hash = createHash('sha256').update(stored.bytes).digest('hex')
  if (!path.split('/').pop()?.startsWith(`${hash}.`))
    throw new ExportError(`target: ${target.nameOf(path)} is damaged, and the previous dataset with it; export anew`)
  return stored.bytes
}

/** Reads the jobs of bundles, each once. */
const openJobs = async (target: Target, folder: string, { memory, threads }: ExportConfig) => {
  const staging = await openStaging({ folder: resolve(folder), memory, threads })
  const known = new Map<string, ReadonlySet<string>>()
  return {
    jobsOf: async (path: string): Promise<ReadonlySet<string>> => {
      const found = known.get(path)
      if (found) return found
      const copy = join(staging.folder, 'jobs.parquet')
      await writeFile(copy, await readChecked(target, path), { mode: 0o600 })
      const rows = await staging.rows(`SELECT job_id FROM read_parquet(${literal(copy)})`)
      const jobs = new Set(rows.map(({ job_id }) => String(job_id)))
      known.set(path, jobs)
      return jobs
    },
    close: staging.close,
  }
}

const textOf = async (target: Target, path: string) => {
  const stored = await target.read(path)
  return stored && Buffer.from(stored.bytes).toString()
}

/**
 * Publishes the dataset of an org that stood before the last one again, under new sequence numbers. The source is not asked.
 * A viewer gets the bundle they had then unless it shows a job that is still there and that they do not see any more.
 * @throws ExportError where there is no such dataset, or not all of it; nothing has changed then.
 */
export const rollBack = async (
  config: ExportConfig,
  org: string,
  { files: anyFiles = localFileSystem }: Pick<ExportOptions, 'files'> = {},
): Promise<RolledBack> => {
  const segment = pathSegment(org)
  const own = join(config.private, segment)
  const anyTarget = await openTarget(config, anyFiles)
  await anyTarget.prepare()
  if (!(await readAccess(anyFiles, own))) throw new ExportError(`org: ${org} has no dataset of this private folder`)
  const lock = await acquireLock(join(own, 'lock'))
  const target = whileHeld(lock, anyTarget, 'put', 'replace', 'remove')
  const files = whileHeld(lock, anyFiles, 'rename', 'remove')
  try {
    const now = await readAccess(files, own)
    const state = await readState(files, own)
    const before = await readPrevious(files, own)
    if (!now || !before)
      throw new ExportError(
        `org: ${org} has no previous dataset: published once only, rolled back already, or erased; export it anew`,
      )
    const earlier = bundles(before.access)
    const manifestOf = async (bundle: string) => {
      const name = `${bundle}${previousManifest}`
      const text = before.manifests[bundle] ?? (await textOf(target, name))
      if (text === null) throw new ExportError(`target: ${target.nameOf(name)} is gone; export anew`)
      return { text, ...readShape(text, target.nameOf(name)) }
    }
    const jobs = await openJobs(target, join(own, 'rollback'), config)
    let after: Access
    try {
      const existing = new Set(state.published?.jobs)
      after = await accessAfter(now, before.access, async (old, path) => {
        const current = `${path}manifest.json`
        const text = await textOf(target, current)
        if (text === null) throw new ExportError(`target: ${target.nameOf(current)} is gone; export anew`)
        const present = await jobs.jobsOf(path + readShape(text, target.nameOf(current)).tables.jobs.file)
        const past = await jobs.jobsOf(old + (await manifestOf(old)).tables.jobs.file)
        return [...past].every((job) => present.has(job) || !existing.has(job))
      })
    } finally {
      await jobs.close()
    }
    const needed = bundles(after)
    const back = new Map<string, string>()
    let exportedAt = ''
    for (const bundle of [...needed].filter((each) => earlier.has(each))) {
      const { text, names, exported_at } = await manifestOf(bundle)
      if (nameSettings.indexOf(names) > nameSettings.indexOf(config.names))
        throw new ExportError(
          `org: ${org}: its previous dataset has names (${names}), and names is ${config.names} now`,
        )
      for (const file of filesIn(text)) await readChecked(target, bundle + file)
      back.set(bundle, text)
      if (!exportedAt || exported_at < exportedAt) exportedAt = exported_at
    }
    // From here on a rollback that was killed can be run again: what it goes back to does not depend on what is swapped already.
    await writePrevious(files, own, { ...before, manifests: { ...before.manifests, ...Object.fromEntries(back) } })
    for (const [bundle, text] of back) await republish(target, bundle.slice(0, -1), text)
    await writeAccess(files, own, after)
    const ids = new Set([...needed].map((bundle) => bundle.split('/')[1] ?? ''))
    const retired = await retireScopes(target, segment, ids, state.retired, config.graceRuns)
    await writeState(files, own, { retired, published: before.figures })
    await writePrevious(files, own, null)
    for (const bundle of needed) await cleanScope(target, bundle.slice(0, -1))
    return { scopes: back.size, kept: needed.size - back.size, exportedAt }
  } finally {
    await lock.release()
  }
}
