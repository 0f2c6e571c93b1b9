import { firstTableNames, type Manifest } from 'hirescope/contract'
import { DatasetError } from './dataset-error.ts'
import { httpSource } from './http-source.ts'
import { createKept, type Kept, type KeptOptions } from './kept.ts'
import type { BundleSource } from './source.ts'

/** How long a host may take to say whether there is a newer bundle, where an older one is kept. */
const patience = 3_000

const folderOf = (baseUrl: string) => (baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`)
const manifestOf = (baseUrl: string) => new URL('manifest.json', folderOf(baseUrl)).href

/** Who wants to know how a bundle is read. */
export interface KeptSourceOptions {
  /** Told of each response before its body is read: of which file it is, and whether it comes from the host or was kept. */
  onResponse?: ((response: Response, file: string, from: 'host' | 'cache') => void) | undefined
}

/** A bundle at an absolute address: its files as they are kept, its manifest as it is now, or without a network as it was. */
export const keptSource = (baseUrl: string, kept: Kept, { onResponse }: KeptSourceOptions = {}): BundleSource => {
  const fromHost = httpSource(baseUrl)
  const source = httpSource(baseUrl, async (input, { signal } = {}) => {
    const address = String(input)
    let from: 'host' | 'cache' = 'host'
    const options: KeptOptions = { signal, patience, onAnswer: (each) => (from = each) }
    const response = await (address === manifestOf(baseUrl) ? kept.newest : kept.once)(address, options)
    onResponse?.(response, address.slice(address.lastIndexOf('/') + 1), from)
    return response
  })
  return {
    manifest: source.manifest,
    async open(entry, options) {
      try {
        return await source.open(entry, options)
      } catch (error) {
        const spoilt = error instanceof DatasetError && error.code === 'altered'
        // What was kept may be spoilt where the host's own is sound.
        if (!spoilt || !(await kept.drop(new URL(entry.file, folderOf(baseUrl)).href))) throw error
        return fromHost.open(entry, options)
      }
    },
  }
}

const prefix = 'hirescope-bundle:'
const keptAs = (address: string) => createKept(prefix + folderOf(address), { byHand: true, anew: false })

/** A bundle that is kept in this browser as it is read. */
export interface KeptBundle extends BundleSource {
  /**
   * Keeps the manifest, once the files that every question needs have been read, and forgets the files of older ones. So what is
   * kept is whole at any time. Says whether this browser keeps it.
   */
  keep(manifest: Manifest): Promise<boolean>
}

/** A bundle at an absolute address, of which this browser keeps what is read. */
export const keptBundle = (address: string, { onResponse }: KeptSourceOptions = {}): KeptBundle => {
  const kept = keptAs(address)
  let read: Promise<string> | undefined
  const onEach: typeof onResponse = (response, file, from) => {
    onResponse?.(response, file, from)
    if (file !== 'manifest.json') return
    read = response.clone().text()
    read.catch(() => {})
  }
  return {
    ...keptSource(address, kept, { onResponse: onEach }),
    async keep(manifest) {
      const text = await read
      if (text === undefined || (JSON.parse(text) as Manifest).sequence !== manifest.sequence) return false
      await kept.settled()
      const all = [manifest.answers, manifest.views, ...Object.values(manifest.tables)]
      const addressOf = ({ file }: { file: string }) => new URL(file, folderOf(address)).href
      const there = await kept.addresses()
      if (!firstTableNames.every((table) => there.has(addressOf(manifest.tables[table])))) return false
      const headers = { 'content-type': 'application/json', date: new Date().toUTCString() }
      if (!(await kept.put(manifestOf(address), new Response(text, { headers })))) return false
      await kept.only(new Set([manifestOf(address), ...all.map(addressOf)]))
      return true
    },
  }
}

/** What is known of a bundle that this browser keeps. */
export interface KeptEntry {
  /** A secret of the viewer, like every address of a bundle. */
  address: string
  manifest: Pick<Manifest, 'org' | 'scope' | 'as_of' | 'time_zone'>
  /** Of all its files that are kept. */
  bytes: number
  /** When it was opened last. */
  opened: Date
}

const entryOf = async (address: string): Promise<KeptEntry | null> => {
  const cache = await caches.open(prefix + address)
  const response = await cache.match(manifestOf(address))
  if (!response) return null
  const manifest = (await response.json()) as Manifest
  const there = new Set((await cache.keys()).map(({ url }) => url))
  const files = [manifest.answers, ...Object.values(manifest.tables)]
  const bytes = files.reduce((sum, { file, bytes }) => sum + (there.has(new URL(file, address).href) ? bytes : 0), 0)
  return { address, manifest, bytes, opened: new Date(response.headers.get('date') ?? 0) }
}

/** Where the bundles are of which this browser has anything, be they whole or left before they had come. */
const addressesOfAny = async (): Promise<string[]> => {
  const names = (await caches.keys()).filter((name) => name.startsWith(prefix))
  // A place may have nothing in it yet, or any more.
  const counts = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).length))
  return names.filter((_, index) => counts[index]).map((name) => name.slice(prefix.length))
}

/** The bundles that this browser keeps, the one that was opened last first; none where it keeps nothing. */
export const listKept = async (): Promise<KeptEntry[]> => {
  try {
    const entries = await Promise.all((await addressesOfAny()).map(entryOf))
    return entries.filter((entry) => entry !== null).sort((a, b) => b.opened.getTime() - a.opened.getTime())
  } catch {
    return []
  }
}

/** Removes a bundle from this browser. */
export const removeKept = (address: string): Promise<void> => keptAs(address).forget()

/** How many bundles stay, of those that were opened last. */
const mostKept = 5

/**
 * Asks for the manifest of each bundle of which there is anything and forgets those that the host refuses: nobody may see them
 * here any more. Forgets also those that were not opened for longest, where there are many.
 */
export const syncKept = async (): Promise<void> => {
  const old = new Set((await listKept()).slice(mostKept).map(({ address }) => address))
  await Promise.all(
    (await addressesOfAny().catch(() => [])).map(async (address) => {
      if (old.has(address)) return removeKept(address)
      const answer = await keptAs(address)
        .newest(manifestOf(address))
        .catch(() => null)
      await answer?.body?.cancel()
    }),
  )
}
