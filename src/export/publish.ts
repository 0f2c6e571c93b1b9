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
const reserved = new Set(['secret', 'staging', 'staging.lock', 'reports'])

/** An org's id as one path segment, percent-encoded; never one that means another folder or a file of the exporter. */
export const pathSegment = (id: string): string => {
  if (id === '.' || id === '..') return id.replaceAll('.', '%2E')
  return reserved.has(id) ? id.replace('s', '%73') : encodeURIComponent(id)
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
  files: ReadonlySet<string>
}

const textOf = ({ bytes }: Stored) => new TextDecoder().decode(bytes)

const readLast = (target: Target, path: string, text: string): Last => {
  try {
    const { sequence } = z.object({ sequence: z.int().positive() }).parse(JSON.parse(text))
    return { sequence, files: filesIn(text) }
  } catch (cause) {
    throw new ExportError(`target: ${target.nameOf(path)} is not a manifest; move it away`, { cause })
  }
}

/** What publishing a bundle did. */
export interface Published {
  changed: boolean
  sequence: number
  rows: number
  bytes: number
}

const writeManifest = async (target: Target, scope: string, stored: Stored | null, manifest: object) => {
  if (stored) await target.replace(`${scope}/${previousManifest}`, stored.bytes)
  const bytes = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`)
  await target.replace(`${scope}/${current}`, bytes, stored?.version ?? null)
}

/** Swaps the manifest of a scope, keeping the last one. Until the last step readers see the old dataset, after it the new. */
export const publishManifest = async (
  target: Target,
  scope: string,
  draft: Draft,
  exportedAt: string,
): Promise<Published> => {
  const path = `${scope}/${current}`
  const stored = await target.read(path)
  const last = stored && readLast(target, path, textOf(stored))
  const manifest: Manifest = { ...draft, sequence: (last?.sequence ?? 0) + 1, exported_at: exportedAt }
  parse(manifestSchema, manifest, 'manifest')
  await writeManifest(target, scope, stored, manifest)
  const names = dataFiles(manifest)
  const entries = Object.values(manifest.tables)
  return {
    changed: !last || names.some((name) => !last.files.has(name)),
    sequence: manifest.sequence,
    rows: entries.reduce((sum, { rows }) => sum + rows, 0),
    bytes: entries.reduce((sum, { bytes }) => sum + bytes, manifest.answers.bytes + manifest.views.bytes),
  }
}

/** Swaps the manifest of a scope for one that stood there before, under a new sequence number. */
export const republish = async (target: Target, scope: string, manifest: string): Promise<void> => {
  const path = `${scope}/${current}`
  const stored = await target.read(path)
  const { sequence: own } = readLast(target, path, manifest)
  const last = stored ? readLast(target, path, textOf(stored)).sequence : 0
  const again = { ...(JSON.parse(manifest) as object), sequence: Math.max(own, last) + 1 }
  await writeManifest(target, scope, stored, again)
}

/** Takes the previous manifest of a scope away; its data files go with the next `cleanScope`. */
export const forgetPrevious = (target: Target, scope: string): Promise<void> =>
  target.remove(`${scope}/${previousManifest}`)

/** Removes what neither manifest of a scope names, also what a killed run left. */
export const cleanScope = async (target: Target, scope: string) => {
  const keep = new Set([current, previousManifest])
  for (const name of [current, previousManifest]) {
    const path = `${scope}/${name}`
    const stored = await target.read(path)
    if (stored) for (const file of readLast(target, path, textOf(stored)).files) keep.add(file)
  }
  for (const name of await target.list(scope)) if (!keep.has(name)) await target.remove(`${scope}/${name}`)
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
 */
export const retireScopes = async (
  target: Target,
  org: string,
  needed: ReadonlySet<string>,
  retired: Retired,
  graceRuns: number,
): Promise<Retired> => {
  const still: Retired = {}
  for (const id of await target.list(org)) {
    if (needed.has(id) || !isScopeId(id)) continue
    const scope = `${org}/${id}`
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
