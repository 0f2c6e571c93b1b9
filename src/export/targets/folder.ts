import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { ExportError } from '../errors.ts'
import { temporaryFor, type FileSystem } from '../file-system.ts'
import type { Target } from '../target.ts'

const versionOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** A folder that a static host serves. */
export const folderTarget = (folder: string, files: FileSystem): Target => {
  const at = (path: string) => join(folder, path)
  const read = async (path: string) => {
    if ((await files.size(at(path))) === null) return null
    const bytes = await files.read(at(path))
    return { bytes, version: versionOf(bytes) }
  }
  return {
    nameOf: at,
    prepare: () => files.makeFolder(folder),
    read,
    size: (path) => files.size(at(path)),
    list: (path) => files.list(at(path)),
    put: async (path, file) => {
      const temporary = temporaryFor(at(path))
      await files.makeFolder(dirname(temporary))
      await files.copy(file, temporary)
      await files.sync(temporary)
      await files.rename(temporary, at(path))
    },
    replace: async (path, bytes, version) => {
      await files.makeFolder(dirname(at(path)))
      const temporary = temporaryFor(at(path))
      await files.write(temporary, bytes)
      // As late as can be: a file system has no rename that asks first.
      if (version !== undefined && ((await read(path))?.version ?? null) !== version) {
        await files.remove(temporary)
        throw new ExportError(`target: ${at(path)} was changed by someone else meanwhile; run again`)
      }
      await files.rename(temporary, at(path))
    },
    remove: (path) => files.remove(at(path)),
    removeEmpty: (path) => files.removeFolder(at(path)),
  }
}
