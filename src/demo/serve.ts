import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import sirv from 'sirv'

/** A static site that is being served. */
export interface Served {
  url: string
  close: () => Promise<void>
}

/**
 * Serves folders as one static site on this machine, as any host would: what the first folder lacks comes from the next.
 * Manifests and pages are looked up anew each time, files named by their content never again.
 */
export const serve = (folders: readonly string[], port: number): Promise<Served> => {
  const immutable = /\/[0-9a-f]{64}\.[a-z.]+$|\/assets\//
  const handlers = folders.map((folder) =>
    sirv(folder, {
      dev: true,
      setHeaders: (response, path) => {
        response.setHeader('Cache-Control', immutable.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache')
        // A packed file is served as it is, as hosts do: browsers would unpack it, and its hash is that of the packed bytes.
        if (path.endsWith('.gz')) response.setHeader('Content-Encoding', 'identity')
      },
    }),
  )
  const server = createServer((request, response) => {
    const respond = (index: number) => {
      const handler = handlers[index]
      if (handler) handler(request, response, () => respond(index + 1))
      else response.writeHead(404, { 'Content-Type': 'text/plain' }).end('not found')
    }
    respond(0)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () =>
      resolve({
        url: `http://localhost:${(server.address() as AddressInfo).port}/`,
        close: () =>
          new Promise((done) => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      }),
    )
  })
}
