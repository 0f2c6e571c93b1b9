import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatasetError } from '../dataset-error.ts'
import { readManifest, shortName, verify, type BundleSource } from '../source.ts'
import { unmeasured } from '../stopwatch.ts'

/** A bundle in a folder. */
export const folderSource = (folder: string): BundleSource => {
  const read = async (file: string, name: string, signal: AbortSignal | undefined) => {
    try {
      return await readFile(join(folder, file), { signal })
    } catch (error) {
      signal?.throwIfAborted()
      const { code } = error as NodeJS.ErrnoException
      const missing = code === 'ENOENT' || code === 'ENOTDIR'
      throw missing
        ? new DatasetError('not-found', `${name}: not found; check the folder of the dataset`, { cause: error })
        : new DatasetError('network', `${name}: cannot be read (${code}); check the folder of the dataset`, {
            cause: error,
          })
    }
  }
  return {
    async manifest(signal) {
      return readManifest((await read('manifest.json', 'manifest', signal)).toString('utf8'))
    },
    async open(entry, { signal, onBytes, measure = unmeasured } = {}) {
      const bytes = await measure('fetch', () => read(entry.file, shortName(entry), signal))
      onBytes?.(bytes.length)
      await measure('verify', () => verify(entry, bytes))
      return bytes
    },
  }
}
