import { createServer, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request on its way through the proxy. */
export interface Passing {
  /** Counted from 1. */
  number: number
  method: string
  path: string
  headers: IncomingHttpHeaders
}

/**
 * What becomes of a request: it goes through; it is answered with a status and never reaches the server; its connection is cut before
 * it reaches the server; it is carried out and its answer is lost.
 */
export type Fate = 'pass' | 503 | 'cut' | 'answer lost'

export interface Proxy {
  endpoint: string
  close: () => Promise<void>
}

const bodyOf = async (message: IncomingMessage) => {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Stands between a client and a server on this machine. Headers may be changed, or set to undefined. */
export const startProxy = async (
  server: string,
  decide: (passing: Passing) => Fate | Promise<Fate>,
): Promise<Proxy> => {
  const { hostname, port } = new URL(server)
  let number = 0
  const proxy = createServer((incoming, answer) => {
    const { method = 'GET', url: path = '/', headers } = incoming
    const passing = { number: ++number, method, path, headers: { ...headers, connection: 'close' } }
    const act = async () => {
      const body = await bodyOf(incoming)
      const fate = await decide(passing)
      if (fate === 'cut') return incoming.socket.destroy()
      if (fate === 503) return answer.writeHead(503).end()
      const sent = Object.entries(passing.headers).filter(([, value]) => value !== undefined)
      const outgoing = request({ hostname, port, method, path, headers: Object.fromEntries(sent) })
      outgoing.end(body)
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        outgoing.once('response', resolve)
        outgoing.once('error', reject)
      })
      const bytes = await bodyOf(response)
      if (fate === 'answer lost') return incoming.socket.destroy()
      answer.writeHead(response.statusCode ?? 502, response.headers).end(bytes)
    }
    act().catch(() => incoming.socket.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port: own } = proxy.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${own}`,
    close: () =>
      new Promise((resolve) => {
        proxy.close(() => resolve())
        proxy.closeAllConnections()
      }),
  }
}
