import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/** What befalls what a server sends: nothing, a reset, silence, or one drop at a time; each but the first from some byte on. */
export type Ill = 'none' | 'reset' | 'stall' | 'trickle'

/** Stands between a client and a server on this machine and hands out ills, one for each connection, then none. */
export const startTcpProxy = async (port: number) => {
  const ills: { ill: Ill; from: number }[] = []
  const sockets = new Set<Socket>()
  let befallen = 0
  const listener = createServer((client) => {
    const { ill, from } = ills.shift() ?? { ill: 'none', from: 0 }
    const server = connect(port, '127.0.0.1')
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
    client.pipe(server)
    const forward = async () => {
      let sent = 0
      for await (const chunk of server as AsyncIterable<Buffer>) {
        const ends = ill !== 'none' && sent + chunk.length > from
        if (!ends) {
          if (!client.write(chunk)) await new Promise((resolve) => client.once('drain', resolve))
          sent += chunk.length
          continue
        }
        befallen += sent <= from ? 1 : 0
        if (ill === 'reset') {
          server.resetAndDestroy()
          client.resetAndDestroy()
          return
        }
        sent += chunk.length
        // What is swallowed is read, so that the end of the server is noticed.
        if (ill === 'stall') continue
        const drop = Math.ceil(chunk.length / 8)
        for (let at = 0; at < chunk.length; at += drop) {
          client.write(chunk.subarray(at, at + drop))
          await setTimeout(1)
        }
      }
      client.end()
    }
    forward().catch(() => {})
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return {
    port: (listener.address() as AddressInfo).port,
    /** What befalls the next connections, in turn. */
    next: (...given: { ill: Ill; from: number }[]) => {
      befallen = 0
      ills.splice(0, ills.length, ...given)
    },
    /** How many ills have befallen a connection since. */
    befallen: () => befallen,
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise<void>((resolve) => listener.close(() => resolve()))
    },
  }
}
