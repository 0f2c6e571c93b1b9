import type { Dataset } from 'hirescope/metrics'
import { DatasetError } from '../dataset-error.ts'
import type { LoadOptions } from '../loader.ts'
import { assetAddresses } from './asset-addresses.ts'
import type { EngineAssets } from './assets.ts'
import { absolute, createLine } from './line.ts'

/** How a bundle is opened in a browser. */
export interface OpenDatasetOptions extends LoadOptions {
  /** Told of the bytes of the engine itself as they arrive; their total is 0 where the host does not say it. */
  onStart?: ((loadedBytes: number, totalBytes: number) => void) | undefined
  /**
   * Keeps what is read of the bundle in this browser, and opens it from there while there is no network; told whether the browser
   * does. Unless given, nothing is kept.
   */
  onKept?: ((kept: boolean) => void) | undefined
  /** Where the engine's files are, for who hosts them elsewhere than their bundler puts them. */
  assets?: Partial<EngineAssets> | undefined
}

/**
 * Opens the bundle at an address (absolute, or relative to the page) in a worker of its own, which `close` ends.
 * Several can be open at once.
 * @throws DatasetError; the signal's reason
 */
export const openDataset = async (
  baseUrl: string,
  { signal, onProgress, onStart, onKept, timing, tables, assets }: OpenDatasetOptions = {},
): Promise<Dataset & { close(): Promise<void> }> => {
  signal?.throwIfAborted()
  if (typeof WebAssembly === 'undefined') {
    const why = 'this browser does not offer it; use a current browser, without its lockdown mode'
    throw new DatasetError('no-webassembly', `webassembly: ${why}`)
  }
  const { datasetWorker, ...engineFiles } = absolute({ ...assetAddresses, ...assets })
  const line = createLine(datasetWorker)
  const { engine, loadRows } = line
  const abort = () => line.end(signal?.reason)
  signal?.addEventListener('abort', abort)
  try {
    const keep = onKept !== undefined
    const request = { baseUrl: new URL(baseUrl, document.baseURI).href, keep, tables, files: engineFiles }
    const { manifest, jobs, times } = await line.open(request, { onProgress, onStart, onKept })
    times.forEach(([stage, milliseconds]) => timing?.(stage, milliseconds))
    return { manifest, jobs, engine, loadRows, close: () => engine.close() }
  } catch (error) {
    line.end(error)
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}
