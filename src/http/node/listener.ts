import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { refuse } from '../failure.ts'

/** What answers requests, and is told the headers that were received. */
export type Handler = (request: Request) => Promise<Response>

// These cannot even be put into a Request.
const unspeakable = ['CONNECT', 'TRACE', 'TRACK']

const requestOf = ({ method = 'GET', url = '', headers }: IncomingMessage, signal: AbortSignal): Request | Response => {
  if (unspeakable.includes(method.toUpperCase()))
    return refuse(405, `method: ${method} is not allowed; use GET or HEAD`, { allow: 'GET, HEAD' })
  // A target that begins otherwise is a proxy's, or "*".
  const address = `http://localhost:80${url}`
  if (!url.startsWith('/') || !URL.canParse(address)) return refuse(400, 'path: expected one that begins with a slash')
  const lines = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])
  return new Request(address, { method, headers: lines, signal })
}

const send = async (response: Response, to: ServerResponse): Promise<void> => {
  const body = new Uint8Array(await response.arrayBuffer())
  to.writeHead(response.status, Object.fromEntries(response.headers)).end(body)
}

/** Makes a listener of Node's HTTP server. A request whose client has left is aborted. */
export const listenerOf =
  (handle: Handler): RequestListener =>
  (incoming, outgoing) => {
    const gone = new AbortController()
    outgoing.once('close', () => gone.abort())
    const request = requestOf(incoming, gone.signal)
    const answered = request instanceof Response ? Promise.resolve(request) : handle(request)
    answered
      .then((response) => send(response, outgoing))
      .catch(() => {
        if (!gone.signal.aborted) outgoing.destroy()
      })
  }
