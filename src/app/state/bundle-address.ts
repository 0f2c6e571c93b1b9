import { directory as directorySchema, parse, session as sessionSchema, type Directory } from 'hirescope/contract'
import type { Choice } from './address.ts'

/** Where the viewer's bundle is, or why it is not known. */
export type Found =
  | { kind: 'bundle'; address: string }
  | { kind: 'directory'; directory: Directory }
  | { kind: 'nothing' }
  | { kind: 'refused'; reason: 'elsewhere' | 'signed-out' | 'host' | 'unreadable'; detail: string }

/** What finding a bundle needs of the browser. */
export interface Surroundings {
  /** The address of the page, with its query. */
  page: URL
  fetch: (url: URL, init: { signal?: AbortSignal; cache: 'no-store' }) => Promise<Response>
  /** Memory of this tab, which outlives a reload. */
  tab: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null
  /** Whether the page was reloaded or reached through the history, not opened afresh. */
  returning: boolean
  /** Replaces the page's address in the address bar and the history. */
  replace: (url: URL) => void
}

const storedAs = 'hirescope:data'

const attempt = <Value>(action: () => Value): Value | null => {
  try {
    return action()
  } catch {
    return null
  }
}

/**
 * Takes `?data=` out of the page's address and its history entry: the bundle's address is a secret of the viewer. The
 * tab remembers it for a reload alone; a page opened afresh forgets it, so that the next person to sign in is asked for
 * theirs.
 */
export const takeSecret = ({ page, tab, returning, replace }: Omit<Surroundings, 'fetch'>): string | null => {
  const named = page.searchParams.get('data')
  if (named !== null) {
    const clean = new URL(page)
    clean.searchParams.delete('data')
    replace(clean)
  }
  const remembered = returning ? attempt(() => tab?.getItem(storedAs) ?? null) : null
  const secret = named || remembered
  attempt(() => (secret ? tab?.setItem(storedAs, secret) : tab?.removeItem(storedAs)))
  return secret
}

/** The absolute address of a bundle's folder; null if it is not on the page's own site. */
export const resolveAddress = (data: string, page: URL): string | null => {
  const url = attempt(() => new URL(data.endsWith('/') ? data : `${data}/`, new URL('.', page)))
  return url?.origin === page.origin ? url.href : null
}

type Answer = { kind: 'json'; value: unknown } | { kind: 'absent' } | (Found & { kind: 'refused' })

/** Reads a JSON file beside the app. A host that answers HTML for everything has no such file. */
const readBeside = async (name: string, { page, fetch }: Surroundings, signal?: AbortSignal): Promise<Answer> => {
  const response = await fetch(new URL(name, new URL('.', page)), { cache: 'no-store', ...(signal && { signal }) })
  if (response.status === 401 || response.status === 403)
    return { kind: 'refused', reason: 'signed-out', detail: `${name}: the host answered ${response.status}` }
  if (response.status === 404 || response.status === 410) return { kind: 'absent' }
  if (!response.ok) return { kind: 'refused', reason: 'host', detail: `${name}: the host answered ${response.status}` }
  const text = await response.text()
  if (/^\s*</.test(text)) return { kind: 'absent' }
  try {
    return { kind: 'json', value: JSON.parse(text) }
  } catch {
    return { kind: 'refused', reason: 'unreadable', detail: `${name}: not JSON` }
  }
}

const bundleAt = (data: string, page: URL, subject: string): Found => {
  const address = resolveAddress(data, page)
  return address === null
    ? { kind: 'refused', reason: 'elsewhere', detail: `${subject}: not on this site` }
    : { kind: 'bundle', address }
}

/**
 * Finds the viewer's bundle: the address taken from `?data=`, else `session.json` beside the app, else the demo's
 * `directory.json`.
 * @throws what `fetch` throws when the network fails.
 */
export const findBundle = async (
  secret: string | null,
  surroundings: Surroundings,
  signal?: AbortSignal,
): Promise<Found> => {
  const { page } = surroundings
  if (secret !== null) return bundleAt(secret, page, 'link')
  const session = await readBeside('session.json', surroundings, signal)
  if (session.kind === 'refused') return session
  const directory = session.kind === 'json' ? null : await readBeside('directory.json', surroundings, signal)
  if (directory?.kind === 'refused') return directory
  try {
    if (session.kind === 'json')
      return bundleAt(parse(sessionSchema, session.value, 'session.json').data, page, 'session.json')
    if (directory?.kind === 'json')
      return { kind: 'directory', directory: parse(directorySchema, directory.value, 'directory.json') }
  } catch (error) {
    return { kind: 'refused', reason: 'unreadable', detail: error instanceof Error ? error.message : String(error) }
  }
  return { kind: 'nothing' }
}

type Org = Directory['orgs'][number]

/** An organisation of the demo and a viewer of it. */
export interface Chosen {
  org: Org
  viewer: Org['viewers'][number]
}

/** The organisation and viewer of a choice, where there are none of that id the first; null in an empty directory. */
export const chooseViewer = ({ orgs }: Directory, choice: Choice): Chosen | null => {
  const pick = <Each extends { id: string }>(list: Each[], id: string | null) =>
    list.find((each) => each.id === id) ?? list[0]
  const org: Org | undefined = pick(orgs, choice.org)
  const viewer = org && pick(org.viewers, choice.viewer)
  return org && viewer ? { org, viewer } : null
}
