import type { LoadOptions } from 'hirescope/engine'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from '../failure.ts'
import { openApi } from '../openapi.ts'
import { allowOrigin, forThisMachine, isLoopback } from './cross-origin.ts'
import { openCurrent } from './current.ts'
import { listenerOf, type Handler } from './listener.ts'

/** What is served, and where. */
export interface ServeOptions {
  /** The folder of a bundle, which holds its `manifest.json`. */
  data: string
  /** 0 for any that is free. */
  port: number
  /** The address to bind to; this machine alone by default. */
  host?: string | undefined
  /** The one other origin whose pages may read the answers, for example "http://localhost:5173". */
  origin?: string | undefined
  /** The path before the endpoints' own. */
  base?: string | undefined
  /** Told why a newer bundle cannot be opened. */
  onError?: ((error: unknown) => void) | undefined
  /** Stops the opening of the bundle, with the signal's reason; a server that listens is ended by `close`. */
  signal?: AbortSignal | undefined
  /** Told how far the opening of the bundle has come. */
  onProgress?: LoadOptions['onProgress']
}

/** A server that listens. */
export interface ApiServer {
  /** Where the endpoints are, without a slash at the end. */
  url: string
  /** Takes no new requests, finishes those under way, and gives the memory back. */
  close(): Promise<void>
}

/** The longest request line with its headers: an id of 10 kB, each byte of it escaped, and room to spare. */
const maxHeaderSize = 65_536

const checkOrigin = (origin: string): void => {
  if (!URL.canParse(origin) || new URL(origin).origin !== origin)
    throw new Error(`origin "${origin}": expected a scheme and a host, for example http://localhost:5173`)
}

const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why: Record<string, string> = {
        EADDRINUSE: `port ${port} is in use; choose another`,
        EACCES: `port ${port} is not allowed to this user; choose one above 1023`,
        EADDRNOTAVAIL: `address ${host} is none of this machine; choose another`,
        ENOTFOUND: `address ${host} is unknown; choose another`,
      }
      reject(new Error(why[error.code ?? ''] ?? `port ${port}: ${error.message}`, { cause: error }))
    })
    server.listen(port, host, resolve)
  })

/** Answers `/openapi.json` with what the endpoints are. */
const withDocument = (handle: Handler, base: string | undefined): Handler => {
  const document = openApi({ base })
  return async (request) =>
    request.method === 'GET' && new URL(request.url).pathname === '/openapi.json'
      ? json(200, document)
      : handle(request)
}

/**
 * Serves the nine endpoints of the bundle in a folder over HTTP, with DuckDB in this process. A bundle that is published in
 * its place is served soon after; `/openapi.json` describes the endpoints. There is no authentication: who reaches the server sees what the bundle's viewer sees.
 * @throws DatasetError; Error for an origin, an address or a port that cannot be used
 */
export const serveApi = async (options: ServeOptions): Promise<ApiServer> => {
  const { data, port, host = '127.0.0.1', origin, base, onError = () => {}, signal, onProgress } = options
  if (origin !== undefined) checkOrigin(origin)
  const current = await openCurrent(data, { base, onError, signal, onProgress })
  const answer = allowOrigin(withDocument(current.handle, base), origin)
  const server = createServer({ maxHeaderSize }, listenerOf(isLoopback(host) ? forThisMachine(answer) : answer))
  try {
    await listen(server, port, host)
  } catch (error) {
    await current.close()
    throw error
  }
  const { port: bound } = server.address() as AddressInfo
  let closed: Promise<void> | undefined
  const close = async () => {
    const ended = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeIdleConnections()
    await ended
    await current.close()
  }
  const url = new URL('http://localhost:80')
  url.hostname = host.includes(':') ? `[${host}]` : host
  url.port = String(bound)
  return { url: url.origin, close: () => (closed ??= close()) }
}
