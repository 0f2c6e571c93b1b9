import { createKept, listKept, removeKept, syncKept, type KeptEntry } from 'hirescope/engine'
import { removeQueries } from '../kept-queries.ts'

/** How long a host may take to say whose data is whose, where it has said so before. */
const patience = 10_000

/**
 * Fetches a file beside the app that says which data is whose: as it is now, without a network as it was. That there is none is
 * remembered, too.
 */
export const fetchBeside = (url: URL, { signal }: { signal?: AbortSignal } = {}): Promise<Response> =>
  createKept(`hirescope-beside:${url.href}`, { keeps: ({ ok, status }) => ok || status === 404 }).newest(url.href, {
    signal,
    patience,
  })

/** Whether a worker's version of the app is that of this page, which is told by its first script. */
const isOwn = (worker: ServiceWorker): Promise<boolean> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = ({ data }) => resolve(data === true)
    worker.postMessage(document.querySelector<HTMLScriptElement>('script[type=module]')?.src ?? '', [port2])
  })

/** How often a page that stays open looks for a newer version of the app. */
const lookEvery = 3_600_000

/** What this browser keeps, so that the app and its data open without a network, and whether there is a newer app. */
export class Offline {
  #entries = $state.raw<readonly KeptEntry[]>([])
  #keeps = $state.raw<boolean | null>(null)
  #ready = $state.raw(false)
  #newer = $state.raw(false)
  #lacking = $state.raw(false)
  #registered = false

  /** The bundles that are kept, the one that was opened last first. */
  get entries() {
    return this.#entries
  }

  /** Whether the bundle at hand is kept; null until that is known. */
  get keeps() {
    return this.#keeps
  }

  /** Whether the app itself opens without a network. */
  get ready() {
    return this.#ready
  }

  /** Whether a newer version of the app is there, to be had by reloading the page. */
  get newer() {
    return this.#newer
  }

  /** Whether a part of the app did not come that is loaded when it is asked for. */
  get lacking() {
    return this.#lacking
  }

  constructor() {
    addEventListener('vite:preloadError', () => (this.#lacking = true))
  }

  /** Takes note of whether the bundle at hand is kept, and forgets those that the host refuses by now. */
  async settle(keeps: boolean | null) {
    this.#keeps = keeps
    await this.refresh()
    await syncKept()
    await this.refresh()
  }

  async refresh() {
    this.#entries = await listKept()
  }

  /** Removes a bundle, and the queries that were kept for its scope. */
  async remove(address: string) {
    const entry = this.#entries.find((each) => each.address === address)
    await removeKept(address)
    if (entry) await removeQueries(entry.manifest)
    await this.refresh()
  }

  /** Has the app kept, once, and from then on looks for newer versions of it. Does nothing where browsers forbid it. */
  async register() {
    if (this.#registered || !('serviceWorker' in navigator)) return
    this.#registered = true
    try {
      const registration = await navigator.serviceWorker.register('./service-worker.js')
      const settle = () => void this.#judge(registration)
      const watch = () => registration.installing?.addEventListener('statechange', settle)
      registration.addEventListener('updatefound', watch)
      watch()
      setInterval(() => void registration.update().catch(() => {}), lookEvery)
      settle()
      await navigator.serviceWorker.ready
      this.#ready = true
    } catch {
      // No storage, or a private window: the app works, with a network.
    }
  }

  async #judge({ waiting }: ServiceWorkerRegistration) {
    if (!waiting) return
    // The page came from the host, so it may be of the newer version already.
    if (await isOwn(waiting)) waiting.postMessage(null)
    else this.#newer = true
  }
}
