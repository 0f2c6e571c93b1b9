import { manifest as manifestSchema, parse, type Manifest } from 'hirescope/contract'
import { z } from 'zod'
import type { Draft } from './bundle.ts'
import { ExportError } from './errors.ts'
import { temporaryPrefix } from './file-system.ts'
import { isScopeId } from './secret.ts'
import type { Stored, Target } from './target.ts'

const current = 'manifest.json'
export const previousManifest = 'manifest.previous.json'

/** What lies in the private folder beside the folders of the orgs. */
const reserved = new Set(['secret', 'staging', 'staging.lock', 'reports', 'nginx', 'nginx.lock'])

/** An org's id as one path segment, percent-encoded; never one that means another folder or a file of the exporter. */
export const pathSegment = (id: string): string => {
  if (id === '.' || id === '..') return id.replaceAll('.', '%2E')
  return reserved.has(id)
    ? id.replace(/^./, (first) => `%${Buffer.from(first).toString('hex').toUpperCase()}`)
    : encodeURIComponent(id)
}

const dataFiles = (manifest: Manifest): string[] => [
  ...Object.values(manifest.tables).map(({ file }) => file),
  manifest.answers.file,
  manifest.views.file,
]

/** The data files that a manifest names, whichever version wrote it. */
export const filesIn = (manifest: string): ReadonlySet<string> => new Set(manifest.match(/\b[0-9a-f]{64}\.[a-z.]+\b/g))

/** What publishing must know of a manifest that is there already, whichever version wrote it. */
interface Last {
  sequence: number
  asOf: string
  files: ReadonlySet<string>
}

const lastSchema = z.object({ sequence: z.int().positive(), as_of: z.string().default('') })

const textOf = ({ bytes }: Stored) => new TextDecoder().decode(bytes)

const readLast = (target: Target, path: string, text: string): Last => {
  try {
    const { sequence, as_of } = lastSchema.parse(JSON.parse(text))
    return { sequence, asOf: as_of, files: filesIn(text) }
  } catch (cause) {
    throw new ExportError(`target: ${target.nameOf(path)} is not a manifest; move it away`, { cause })
  }
}

/** What publishing a bundle did. */
export interface Published {
  changed: boolean
  rows: number
  bytes: number
}

/** What stands in a scope when publishing begins. The swap takes place only while it still stands there. */
export interface Standing {
  current: Stored | null
  previous: Stored | null
}

const readStanding = async (target: Target, scope: string): Promise<Standing> => ({
  current: await target.read(`${scope}/${current}`),
  previous: await target.read(`${scope}/${previousManifest}`),
})

/**
 * Reads what stands in a scope before anything of a new dataset is made.
 * @param asOf that of the new dataset; without it, whatever stands there may be replaced
 * @throws ExportError where a dataset as of later stands there.
 */
export const beginScope = async (target: Target, scope: string, asOf?: string): Promise<Standing> => {
  const standing = await readStanding(target, scope)
  const path = `${scope}/${current}`
  const last = standing.current && readLast(target, path, textOf(standing.current))
  if (last && asOf !== undefined && last.asOf > asOf)
    throw new ExportError(
      `as-of: ${target.nameOf(path)} is as of ${last.asOf}, later than ${asOf}; run again, or give --force to go back`,
    )
  return standing
}

const writeManifest = async (target: Target, scope: string, standing: Standing, manifest: object) => {
  if (standing.current)
    await target.replace(`${scope}/${previousManifest}`, standing.current.bytes, standing.previous?.version ?? null)
  const bytes = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`)
  await target.replace(`${scope}/${current}`, bytes, standing.current?.version ?? null)
}

/** Swaps the manifest of a scope, keeping the last one. Until the last step readers see the old dataset, after it the new. */
export const publishManifest = async (
  target: Target,
  scope: string,
  draft: Draft,
  exportedAt: string,
  standing: Standing,
): Promise<Published> => {
  const last = standing.current && readLast(target, `${scope}/${current}`, textOf(standing.current))
  const manifest: Manifest = { ...draft, sequence: (last?.sequence ?? 0) + 1, exported_at: exportedAt }
  parse(manifestSchema, manifest, 'manifest')
  await writeManifest(target, scope, standing, manifest)
  const names = dataFiles(manifest)
  const entries = Object.values(manifest.tables)
  return {
    changed: !last || names.some((name) => !last.files.has(name)),
    rows: entries.reduce((sum, { rows }) => sum + rows, 0),
    bytes: entries.reduce((sum, { bytes }) => sum + bytes, manifest.answers.bytes + manifest.views.bytes),
  }
}

/** Swaps the manifest of a scope for one that stood there before, under a new sequence number. */
export const republish = async (target: Target, scope: string, manifest: string): Promise<void> => {
  const path = `${scope}/${current}`
  const standing = await readStanding(target, scope)
  const { sequence: own } = readLast(target, path, manifest)
  const last = standing.current ? readLast(target, path, textOf(standing.current)).sequence : 0
  const again = { ...(JSON.parse(manifest) as object), sequence: Math.max(own, last) + 1 }
  await writeManifest(target, scope, standing, again)
}

/** Takes the previous manifest of a scope away; its data files go with the next `cleanScope`. */
export const forgetPrevious = (target: Target, scope: string): Promise<void> =>
  target.remove(`${scope}/${previousManifest}`)

/** Removes what neither manifest of a scope names, also what a killed run left; no more of it once another run has published. */
export const cleanScope = async (target: Target, scope: string) => {
  const { current: now, previous } = await readStanding(target, scope)
  const keep = new Set([current, previousManifest])
  for (const stored of [now, previous])
    if (stored) for (const file of readLast(target, `${scope}/${current}`, textOf(stored)).files) keep.add(file)
  for (const name of await target.list(scope)) {
    if (keep.has(name)) continue
    if ((await target.read(`${scope}/${current}`))?.version !== now?.version) return
    await target.remove(`${scope}/${name}`)
  }
}

/** How many runs ago each scope lost its last user. */
export type Retired = Record<string, number>

/** The manifests that `retireScopes` is about to take away, by path of the scope with a "/" after it. */
export const leavingManifests = async (
  target: Target,
  org: string,
  needed: ReadonlySet<string>,
): Promise<Record<string, string>> => {
  const leaving: [string, string][] = []
  for (const id of await target.list(org)) {
    if (needed.has(id) || !isScopeId(id)) continue
    const stored = await target.read(`${org}/${id}/${current}`)
    if (stored) leaving.push([`${org}/${id}/`, textOf(stored)])
  }
  return Object.fromEntries(leaving)
}

/**
 * Takes the manifests of scopes that no user needs away, so that no reader finds them, and their data files once they
 * have been without users for more than `graceRuns` runs.
 * @param asOf that of the run; what is as of later was published by another meanwhile and stays. Without it nothing does.
 */
export const retireScopes = async (
  target: Target,
  org: string,
  needed: ReadonlySet<string>,
  retired: Retired,
  graceRuns: number,
  asOf?: string,
): Promise<Retired> => {
  const still: Retired = {}
  for (const id of await target.list(org)) {
    if (needed.has(id) || !isScopeId(id)) continue
    const scope = `${org}/${id}`
    const stored = await target.read(`${scope}/${current}`)
    if (stored && asOf !== undefined && readLast(target, `${scope}/${current}`, textOf(stored)).asOf > asOf) continue
    for (const name of [current, previousManifest]) await target.remove(`${scope}/${name}`)
    const runs = (retired[id] ?? 0) + 1
    if (runs <= graceRuns) {
      still[id] = runs
      continue
    }
    for (const name of await target.list(scope)) await target.remove(`${scope}/${name}`)
    await target.removeEmpty(scope)
  }
  return still
}

/** Removes what a killed run left of a scope before anything is written there. */
export const removeTemporary = async (target: Target, scope: string) => {
  for (const name of await target.list(scope))
    if (name.startsWith(temporaryPrefix)) await target.remove(`${scope}/${name}`)
}
