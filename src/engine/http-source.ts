import type { FileEntry } from 'hirescope/contract'
import { DatasetError } from './dataset-error.ts'
import { readManifest, shortName, verify, type BundleSource } from './source.ts'
import { unmeasured } from './stopwatch.ts'

/** A bundle at an absolute http(s) address. The address is a secret: it is in no message and in no referrer. */
export const httpSource = (baseUrl: string, fetcher: typeof fetch = fetch): BundleSource => {
  const base = new URL(baseUrl)
  if (!base.pathname.endsWith('/')) base.pathname += '/'

  const get = async (file: string, name: string, init: RequestInit): Promise<Response> => {
    let response: Response
    try {
      response = await fetcher(new URL(file, base), { ...init, referrerPolicy: 'no-referrer' })
    } catch (cause) {
      throw unreached(name, init.signal, cause)
    }
    if (response.ok) return response
    const { status } = response
    await response.body?.cancel()
    if (status === 401 || status === 403) {
      throw new DatasetError(
        'not-found',
        `${name}: no access (${status}); sign in again, or check the address of the dataset`,
      )
    }
    if (status === 404 || status === 410) {
      throw new DatasetError('not-found', `${name}: not found (${status}); check the address of the dataset`)
    }
    throw new DatasetError('network', `${name}: the host answers ${status}; try again later`)
  }

  return {
    async manifest(signal) {
      const init: RequestInit = { cache: 'no-cache', signal: signal ?? null }
      const response = await get('manifest.json', 'manifest', init)
      return readManifest(await response.text().catch((cause) => Promise.reject(unreached('manifest', signal, cause))))
    },
    async open(entry, { signal, onBytes, measure = unmeasured } = {}) {
      const name = shortName(entry)
      const bytes = await measure('fetch', async () => {
        const response = await get(entry.file, name, { signal: signal ?? null })
        // Hosts of single-page apps answer a missing file with their page and status 200.
        if (response.headers.get('content-type')?.startsWith('text/html')) {
          await response.body?.cancel()
          throw new DatasetError('not-found', `${name}: not found, the host answers a web page; load the dataset again`)
        }
        return read(response, entry, onBytes).catch((cause) => {
          throw cause instanceof DatasetError ? cause : unreached(name, signal, cause)
        })
      })
      await measure('verify', () => verify(entry, bytes))
      return bytes
    },
  }
}

const unreached = (name: string, signal: AbortSignal | null | undefined, cause: unknown): unknown =>
  signal?.aborted
    ? signal.reason
    : new DatasetError('network', `${name}: no answer from the host; check the connection and try again`, { cause })

const read = async (
  response: Response,
  entry: FileEntry,
  onBytes: ((bytes: number) => void) | undefined,
): Promise<Uint8Array<ArrayBuffer>> => {
  const bytes = new Uint8Array(entry.bytes)
  let length = 0
  const reader = response.body?.getReader()
  for (;;) {
    const { value: chunk } = (await reader?.read()) ?? {}
    if (!chunk) return bytes.subarray(0, length)
    if (length + chunk.length > bytes.length) {
      await reader?.cancel()
      const wrong = `more than the ${entry.bytes} bytes that the manifest says`
      throw new DatasetError('altered', `${shortName(entry)}: ${wrong}; load the dataset again, or export it anew`)
    }
    bytes.set(chunk, length)
    length += chunk.length
    onBytes?.(chunk.length)
  }
}
