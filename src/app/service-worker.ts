// Keeps the app itself, so that it opens without a network; the data is kept by the page. It imports nothing, so that it is one file.

interface LifeEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface FetchEvent extends LifeEvent {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}
interface ServiceWorker {
  readonly registration: { readonly scope: string }
  addEventListener(type: 'install' | 'activate', listener: (event: LifeEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
  skipWaiting(): Promise<void>
  clients: { claim(): Promise<void> }
}

const worker = self as unknown as ServiceWorker

// The build puts the list in place.
const files = (self as unknown as { __WB_MANIFEST: readonly { url: string; revision: string | null }[] }).__WB_MANIFEST
// The page names its scripts by their content, and these name all others.
const version = files.find(({ url }) => url === 'index.html')?.revision

const addressOf = (file: string) => new URL(file, worker.registration.scope).href
const shell = addressOf('./')
const pages = [shell, addressOf('index.html')]
const addresses = new Set(files.map(({ url }) => (url === 'index.html' ? shell : addressOf(url))))

const prefix = `hirescope-app:${worker.registration.scope}:`
const own = `${prefix}${version}`
const kept = async (address: string) => (await caches.open(own)).match(address)

/** Whether a page is of this version: the files that it names are known. */
const isOwn = (page: string) =>
  [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].every(([, file]) => addresses.has(addressOf(file ?? '')))

const keep = async (cache: Cache, address: string) => {
  // The page must be the newest; all other files have other names when they change.
  const response = await fetch(address, address === shell ? { cache: 'no-cache' } : {})
  // A redirect leads to a page for signing in, for instance.
  if (!response.ok || response.redirected) throw new Error(`service worker: the host answers ${response.status}`)
  // While a new version is uploaded, or from another server of the host, the page may be of another version than this.
  if (address === shell && !isOwn(await response.clone().text()))
    throw new Error('service worker: the page is of another version')
  await cache.put(address, response)
}

const keepAll = async () => {
  const cache = await caches.open(own)
  await Promise.all([...addresses].map((address) => keep(cache, address)))
}

/** Forgets the files of all versions but this and the one before, which open pages may still have. */
const forgetOld = async () => {
  const others = (await caches.keys()).filter((each) => each.startsWith(prefix) && each !== own)
  await Promise.all(others.slice(0, -1).map((each) => caches.delete(each)))
}

/** How long a host may take over the page, where one is kept. */
const patience = 3_000

/** The page as the host has it now; without a network, or a host that is well, as it was kept. */
const page = async (request: Request): Promise<Response> => {
  const copy = kept(shell)
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, patience))
  const now = fetch(request).catch(() => undefined)
  const response = (await copy) ? await Promise.race([now, late]) : await now
  return (response && response.status < 500 ? response : await copy) ?? response ?? Response.error()
}

worker.addEventListener('install', (event) => event.waitUntil(keepAll()))
worker.addEventListener('activate', (event) => event.waitUntil(Promise.all([forgetOld(), worker.clients.claim()])))
worker.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname, href } = new URL(request.url)
  if (request.method !== 'GET') return
  if (request.mode === 'navigate') {
    if (pages.includes(origin + pathname)) event.respondWith(page(request))
  } else if (addresses.has(href)) event.respondWith(kept(href).then((copy) => copy ?? fetch(request)))
})
worker.addEventListener('message', ({ data, ports }: MessageEvent<unknown>) => {
  // A page asks whether it is of this version; one that is can have it take over.
  if (typeof data === 'string') ports[0]?.postMessage(addresses.has(data))
  else void worker.skipWaiting()
})

export type {}
