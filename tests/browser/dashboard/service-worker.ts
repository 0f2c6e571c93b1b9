import { serveAnalytics } from 'hirescope/http/service-worker'

serveAnalytics()

// The site's own files without a network are the site's own affair.
const files = ['./', './register.js', './dashboard.js']
const worker = self as unknown as {
  addEventListener(type: 'install', listener: (event: { waitUntil(work: Promise<unknown>): void }) => void): void
  addEventListener(
    type: 'fetch',
    listener: (event: { request: Request; respondWith(response: Promise<Response>): void }) => void,
  ): void
}
worker.addEventListener('install', (event) => event.waitUntil(caches.open('site').then((cache) => cache.addAll(files))))
worker.addEventListener('fetch', (event) => {
  if (
    !new URL(event.request.url).pathname.match(/(\/|register\.js|dashboard\.js)$/) ||
    event.request.url.includes('/api/')
  )
    return
  event.respondWith(fetch(event.request).catch(async () => (await caches.match(event.request)) ?? Response.error()))
})
