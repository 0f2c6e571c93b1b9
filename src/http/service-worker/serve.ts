import type { Manifest } from 'hirescope/contract'
import { createKept, DatasetError, loadDataset, type TableStore } from 'hirescope/engine'
import { engineModules, startDuckDbHere } from 'hirescope/engine/wasm/service-worker'
import { refuse } from '../failure.ts'
import { createHandler, defaultBase } from '../handler.ts'
import { findBundle } from './bundle.ts'

/** Which requests are answered, and from which bundle. */
export interface AnalyticsOptions {
  /** The path before the endpoints' own on this origin; "/api/analytics/" unless given. */
  base?: string | undefined
  /** Address of the bundle, relative to the script of the worker; unless given, the session names it. */
  data?: string | undefined
  /** Address of the file that names the bundle of the signed-in viewer; "session.json" unless given. */
  session?: string | undefined
}

interface LifeEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface AskEvent extends LifeEvent {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}
interface ServiceWorker {
  addEventListener(type: 'install' | 'activate', listener: (event: LifeEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: AskEvent) => void): void
  skipWaiting(): Promise<void>
  clients: { claim(): Promise<void> }
}

/** How long a manifest that was read is taken for the newest one. */
const freshMilliseconds = 60_000

const same = (one: Manifest, other: Manifest) => JSON.stringify(one) === JSON.stringify(other)

/**
 * Lets this service worker answer the nine endpoints from the bundle of the signed-in viewer, also without a network and
 * after it was ended and started again. To be called while the worker's script runs for the first time.
 * While no bundle can be opened, the endpoints answer 503 with the reason.
 */
export const serveAnalytics = ({ base = defaultBase, data, session = 'session.json' }: AnalyticsOptions = {}): void => {
  const worker = self as unknown as ServiceWorker
  const here = (address: string) => new URL(address, self.location.href).href
  const kept = createKept('hirescope')
  const modules = createKept('hirescope-engine')
  const find = () => findBundle(kept, { data: data === undefined ? undefined : here(data), session: here(session) })

  let store: Promise<TableStore> | undefined
  const started = () =>
    (store ??= startDuckDbHere((address) => modules.once(address)).catch((error) => {
      store = undefined
      throw error
    }))

  const open = async () => {
    const { source, tidy } = await find()
    const engine = started()
    const dataset = await loadDataset(source, engine).catch(async (error) => {
      // What was kept may be spoilt; the next attempt begins with what the host has.
      if (error instanceof DatasetError && error.code === 'altered') await kept.forget()
      throw error
    })
    await tidy(dataset.manifest)
    return { manifest: dataset.manifest, handle: createHandler(dataset, { base }) }
  }

  let current: ReturnType<typeof open> | undefined
  let looked = 0
  const underWay = new Set<Promise<unknown>>()
  const reopen = () => {
    const opening = Promise.allSettled(underWay).then(open)
    current = opening
    opening.catch(() => {
      if (current === opening) current = undefined
    })
    return opening
  }

  /** Takes a newer bundle once all of it has arrived. Its tables take the place of the older ones, so nothing may read them meanwhile. */
  const look = async () => {
    looked = Date.now()
    const { manifest } = (await current) ?? {}
    try {
      const newest = await (await find()).fetchAll()
      if (manifest && !same(newest, manifest)) await reopen()
    } catch (error) {
      // The viewer's access has ended, whatever this worker still holds.
      if (error instanceof DatasetError && error.code === 'not-found') current = undefined
    }
  }

  const answer = async (request: Request): Promise<Response> => {
    try {
      if (!current) looked = Date.now()
      const { handle } = await (current ?? reopen())
      const answered = handle(request)
      underWay.add(answered)
      return await answered.finally(() => underWay.delete(answered))
    } catch (error) {
      request.signal.throwIfAborted()
      return refuse(503, error instanceof DatasetError ? error.message : 'internal error')
    }
  }

  worker.addEventListener('install', (event) => {
    const fetchModules = Promise.all(engineModules.map((address) => modules.once(address)))
    // Who is not signed in yet has no bundle yet.
    const fetchBundle = find()
      .then((bundle) => bundle.fetchAll())
      .catch(() => {})
    event.waitUntil(Promise.all([fetchModules.then(() => modules.settled()), fetchBundle, worker.skipWaiting()]))
  })
  worker.addEventListener('activate', (event) =>
    event.waitUntil(Promise.all([modules.only(new Set(engineModules)), worker.clients.claim()])),
  )
  worker.addEventListener('fetch', (event) => {
    const { origin, pathname } = new URL(event.request.url)
    if (origin !== self.location.origin || !pathname.startsWith(base)) return
    event.respondWith(answer(event.request))
    if (current && Date.now() - looked >= freshMilliseconds) event.waitUntil(look())
  })
}
