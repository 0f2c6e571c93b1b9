import { refuse } from '../failure.ts'
import type { Handler } from './listener.ts'

const withHeaders = (response: Response, headers: Record<string, string>): Response => {
  Object.entries(headers).forEach(([name, value]) => response.headers.set(name, value))
  return response
}

/** Lets pages of one other origin read the answers, as CORS says. Without an origin no other page may. */
export const allowOrigin = (handle: Handler, origin: string | undefined): Handler => {
  if (origin === undefined) return handle
  const allowed = { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'ETag' }
  return async (request) => {
    const known = request.headers.get('origin') === origin
    const preflight = request.method === 'OPTIONS' && request.headers.has('access-control-request-method')
    if (known && preflight) {
      const wanted = request.headers.get('access-control-request-headers')
      const response = new Response(null, { status: 204, headers: { ...allowed, vary: 'Origin' } })
      response.headers.set('access-control-allow-methods', 'GET, HEAD')
      if (wanted !== null) response.headers.set('access-control-allow-headers', wanted)
      return response
    }
    return withHeaders(await handle(request), { ...(known && allowed), vary: 'Origin' })
  }
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i

/** Whether an address to bind to is this machine's alone. */
export const isLoopback = (host: string): boolean => loopback.test(host.includes(':') ? `[${host}]` : host)

/**
 * Refuses who asks this machine under another name: a page elsewhere, whose own name was made to lead here, would otherwise
 * be of the same origin.
 */
export const forThisMachine =
  (handle: Handler): Handler =>
  async (request) =>
    loopback.test(request.headers.get('host') ?? '')
      ? handle(request)
      : refuse(421, 'host: not a name of this machine; ask localhost or 127.0.0.1')
