import type { Manifest } from 'hirescope/contract'
import { DatasetError } from './dataset-error.ts'
import type { BundleSource } from './source.ts'

/**
 * Does work with the manifest of a source. If a newer bundle is published meanwhile and takes files away, does it again
 * with that one.
 * @throws what the work throws; DatasetError
 */
export const withNewest = async <Result>(
  source: BundleSource,
  work: (manifest: Manifest) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> => {
  const manifest = await source.manifest(signal)
  try {
    return await work(manifest)
  } catch (error) {
    if (!(error instanceof DatasetError && error.code === 'not-found')) throw error
    const newer = await source.manifest(signal)
    if (newer.sequence === manifest.sequence) throw error
    return work(newer)
  }
}
