import { manifest, parse, readableVersions, type FileEntry, type Manifest } from 'hirescope/contract'
import { DatasetError } from './dataset-error.ts'
import type { Measure } from './stopwatch.ts'

/** How a file of a bundle is read. */
export interface OpenOptions {
  signal?: AbortSignal | undefined
  /** Told of the bytes as they arrive, in portions. */
  onBytes?: ((bytes: number) => void) | undefined
  /** Measures the stages `fetch` and `verify`. */
  measure?: Measure | undefined
}

/** Where the files of one bundle come from. A storage or a decryption takes its place by implementing these two. */
export interface BundleSource {
  /** Reads the manifest anew. @throws DatasetError not-found, not-a-bundle, version, network */
  manifest(signal?: AbortSignal): Promise<Manifest>
  /** Gives the bytes of a file, which are those that the manifest names. @throws DatasetError not-found, altered, network */
  open(entry: FileEntry, options?: OpenOptions): Promise<Uint8Array>
}

const checkAddress = 'check the address of the dataset'

/** Reads the text of a `manifest.json`. @throws DatasetError not-a-bundle, version */
export const readManifest = (text: string): Manifest => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const what = /^\s*</.test(text) ? 'a web page' : 'not JSON'
    throw new DatasetError('not-a-bundle', `manifest: ${what}; ${checkAddress}`)
  }
  const version = (value as { contract_version?: unknown } | null)?.contract_version
  if (typeof version === 'number' && !readableVersions.includes(version)) {
    const reads = readableVersions.join(' and ')
    throw new DatasetError('version', `manifest: contract version ${version}, this app reads ${reads}; reload the page`)
  }
  try {
    return parse(manifest, value, 'manifest')
  } catch (cause) {
    throw new DatasetError('not-a-bundle', `${(cause as Error).message}; ${checkAddress}`)
  }
}

/** Checks that bytes are those that a manifest names. @throws DatasetError altered; engine without WebCrypto */
export const verify = async (entry: FileEntry, bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
  const name = shortName(entry)
  if (bytes.length !== entry.bytes) {
    const wrong = `${bytes.length} bytes, the manifest says ${entry.bytes}`
    throw new DatasetError('altered', `${name}: ${wrong}; load the dataset again, or export it anew`)
  }
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle
  if (!subtle) {
    throw new DatasetError(
      'engine',
      'web crypto: missing, browsers offer it on https and localhost alone; open it there',
    )
  }
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes))
  if (Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') !== entry.sha256) {
    throw new DatasetError(
      'altered',
      `${name}: SHA-256 differs from the manifest; load the dataset again, or export it anew`,
    )
  }
}

/** A file's name in messages: enough of it to find it by. */
export const shortName = (entry: FileEntry): string => `file ${entry.file.slice(0, 8)}…${entry.file.slice(64)}`
