import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, extname, join, normalize } from 'node:path'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions } from 'playwright-core'

/**
 * Finds Chromium; the one without windows of its own first, which opens a page in two thirds of the time.
 * @throws Error that says what to install
 */
export const chromiumPath = (): string => {
  const folders = (process.env.PATH ?? '').split(delimiter)
  for (const name of ['chromium-headless-shell', 'chromium', 'chromium-browser'])
    for (const folder of folders) if (existsSync(join(folder, name))) return join(folder, name)
  throw new Error('chromium: not on the PATH; install it, on Debian with apt-get install chromium-headless-shell')
}

/** How a phone shows a page. */
export const phone: BrowserContextOptions = {
  viewport: { width: 360, height: 780 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
}

export interface Chromium {
  browser: Browser
  /** What any page or worker asked of any host but this one, in vain. */
  foreign: string[]
  close(): Promise<void>
}

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--process-per-site'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]

/** Code that is compiled once and not once more to run faster: three quarters of the time of opening a page with its engine. */
const compiledOnce = '--js-flags=--liftoff-only'

/** Starts a headless Chromium with a profile in a folder, which outlives it. */
export const launchProfile = (folder: string, options: BrowserContextOptions = {}): Promise<BrowserContext> =>
  chromium.launchPersistentContext(folder, {
    ...options,
    executablePath: chromiumPath(),
    args: [...flags, compiledOnce],
  })

/**
 * Starts a headless Chromium that reaches this host alone: everything else ends at a proxy, which refuses and notes it. What
 * measures how fast an engine runs wants it `asUsual`.
 */
export const launchChromium = async ({ asUsual = true } = {}): Promise<Chromium> => {
  const foreign: string[] = []
  const note = ({ method, url = '' }: IncomingMessage) => {
    if (!browsersOwn.test(url)) foreign.push(`${method} ${url}`)
  }
  const proxy = await listen((request, response) => {
    note(request)
    response.writeHead(403).end()
  })
  proxy.server.on('connect', (request, socket) => {
    note(request)
    // A browser that closes may break off what it asked.
    socket.on('error', () => {})
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: [...flags, ...(asUsual ? [] : [compiledOnce]), `--proxy-server=${proxy.url}`],
  })
  const close = async () => {
    await browser.close()
    await proxy.close()
  }
  return { browser, foreign, close }
}

// Chromium looks for updates and accounts whatever the flags.
const browsersOwn = /^(https?:\/\/)?((update|content-autofill)\.googleapis|accounts\.google|clients2\.google)\.com[:/]/

export interface Server {
  /** Ends without a slash. */
  url: string
  /** The paths asked for, in order. */
  requests: string[]
  close(): Promise<void>
}

/** Answers a request itself and gives true, or leaves it to the folder. */
export type Intercept = (path: string, response: ServerResponse) => boolean

/** Serves folders on a free port: `{ '/': dist, '/data/': bundles }`, the longest prefix first. */
export const serveFolders = async (
  folders: Record<string, string>,
  intercept: Intercept = () => false,
): Promise<Server> => {
  const requests: string[] = []
  const prefixes = Object.keys(folders).sort((a, b) => b.length - a.length)
  const { url, close } = await listen(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname)
    requests.push(path)
    response.setHeader('cache-control', 'no-store')
    if (intercept(path, response)) return
    const prefix = prefixes.find((prefix) => path.startsWith(prefix))
    if (prefix === undefined) return void response.writeHead(404).end()
    const name = normalize(`/${path.slice(prefix.length)}`)
    const file = join(folders[prefix] ?? '', name.endsWith('/') ? `${name}index.html` : name)
    try {
      const bytes = await readFile(file)
      response.setHeader('content-type', contentTypes[extname(file)] ?? 'application/octet-stream')
      response.end(bytes)
    } catch {
      response.writeHead(404).end()
    }
  })
  return { url, requests, close }
}

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
}

const listen = async (listener: RequestListener) => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}
