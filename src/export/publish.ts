import { manifest as manifestSchema, parse, type Manifest } from 'hirescope/contract'
import { join } from 'node:path'
import { z } from 'zod'
import type { Draft } from './bundle.ts'
import { ExportError } from './errors.ts'
import { replaceFile, temporaryPrefix, type FileSystem } from './file-system.ts'
import { isScopeId } from './secret.ts'

const current = 'manifest.json'
const previous = 'manifest.previous.json'

/** What lies in the private folder beside the folders of the orgs. */
const reserved = new Set(['secret', 'staging', 'staging.lock'])

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

/** What publishing must know of a manifest that is there already, whichever version wrote it. */
interface Last {
  sequence: number
  files: ReadonlySet<string>
}

const readLast = async (files: FileSystem, path: string): Promise<Last | null> => {
  if ((await files.size(path)) === null) return null
  const text = new TextDecoder().decode(await files.read(path))
  try {
    const { sequence } = z.object({ sequence: z.int().positive() }).parse(JSON.parse(text))
    return { sequence, files: new Set(text.match(/\b[0-9a-f]{64}\.[a-z.]+\b/g)) }
  } catch (cause) {
    throw new ExportError(`target: ${path} is not a manifest; move it away`, { cause })
  }
}

/** What publishing a bundle did. */
export interface Published {
  changed: boolean
  sequence: number
  rows: number
  bytes: number
}

/** Swaps the manifest of a scope, keeping the last one. Until the last step readers see the old dataset, after it the new. */
export const publishManifest = async (
  files: FileSystem,
  folder: string,
  draft: Draft,
  exportedAt: string,
): Promise<Published> => {
  const path = join(folder, current)
  const last = await readLast(files, path)
  const manifest: Manifest = { ...draft, sequence: (last?.sequence ?? 0) + 1, exported_at: exportedAt }
  parse(manifestSchema, manifest, 'manifest')
  if (last) await replaceFile(files, join(folder, previous), await files.read(path))
  await replaceFile(files, path, `${JSON.stringify(manifest, null, 1)}\n`)
  const names = dataFiles(manifest)
  const entries = Object.values(manifest.tables)
  return {
    changed: !last || names.some((name) => !last.files.has(name)),
    sequence: manifest.sequence,
    rows: entries.reduce((sum, { rows }) => sum + rows, 0),
    bytes: entries.reduce((sum, { bytes }) => sum + bytes, manifest.answers.bytes + manifest.views.bytes),
  }
}

/** Removes what neither manifest of a scope names, also what a killed run left. */
export const cleanScope = async (files: FileSystem, folder: string) => {
  const keep = new Set([current, previous])
  for (const name of [current, previous])
    for (const file of (await readLast(files, join(folder, name)))?.files ?? []) keep.add(file)
  for (const name of await files.list(folder)) if (!keep.has(name)) await files.remove(join(folder, name))
}

/** How many runs ago each scope lost its last user. */
export type Retired = Record<string, number>

/**
 * Takes the manifests of scopes that no user needs away, so that no reader finds them, and their data files once they
 * have been without users for more than `graceRuns` runs.
 */
export const retireScopes = async (
  files: FileSystem,
  orgFolder: string,
  needed: ReadonlySet<string>,
  retired: Retired,
  graceRuns: number,
): Promise<Retired> => {
  const still: Retired = {}
  for (const id of await files.list(orgFolder)) {
    if (needed.has(id) || !isScopeId(id)) continue
    const folder = join(orgFolder, id)
    for (const name of [current, previous]) await files.remove(join(folder, name))
    const runs = (retired[id] ?? 0) + 1
    if (runs <= graceRuns) {
      still[id] = runs
      continue
    }
    for (const name of await files.list(folder)) await files.remove(join(folder, name))
    await files.removeFolder(folder)
  }
  return still
}

/** Removes what a killed run left in the folder of a scope before anything is written there. */
export const removeTemporary = async (files: FileSystem, folder: string) => {
  for (const name of await files.list(folder))
    if (name.startsWith(temporaryPrefix)) await files.remove(join(folder, name))
}
