import { firstTableNames, parse, session as sessionSchema, type Manifest } from 'hirescope/contract'
import { DatasetError, keptSource, type BundleSource, type Kept } from 'hirescope/engine'

/** The viewer's bundle, from the host or as it was kept. */
export interface ViewersBundle {
  source: BundleSource
  /** Fetches and verifies all that the endpoints need of it, so that it is kept. */
  fetchAll(): Promise<Manifest>
  /** Forgets the files that this manifest does not name. */
  tidy(manifest: Manifest): Promise<void>
}

const addressFrom = async (session: string, kept: Kept): Promise<string> => {
  const response = await kept.newest(session).catch((cause) => {
    throw new DatasetError('network', 'session: no answer from the host; check the connection and try again', { cause })
  })
  if (!response.ok) throw new DatasetError('not-found', `session: not found (${response.status}); sign in again`)
  const value: unknown = await response.json().catch(() => undefined)
  try {
    return new URL(parse(sessionSchema, value, 'session').data, session).href
  } catch (cause) {
    throw new DatasetError('not-a-bundle', 'session: expected { "data": "<address of a bundle>" }', { cause })
  }
}

/** Finds the bundle: at an address, or at the one that a session names. @throws DatasetError */
export const findBundle = async (
  kept: Kept,
  { data, session }: { data?: string | undefined; session: string },
): Promise<ViewersBundle> => {
  const found = data ?? (await addressFrom(session, kept))
  const base = found.endsWith('/') ? found : `${found}/`
  const addressOf = (file: string) => new URL(file, base).href
  const source = keptSource(base, kept)
  const files = (manifest: Manifest) => firstTableNames.map((table) => manifest.tables[table])
  return {
    source,
    async fetchAll() {
      const manifest = await source.manifest()
      await Promise.all(files(manifest).map((entry) => source.open(entry)))
      await kept.settled()
      return manifest
    },
    tidy: (manifest) =>
      kept.only(new Set([session, addressOf('manifest.json'), ...files(manifest).map(({ file }) => addressOf(file))])),
  }
}
