import type { DuckDbHost } from '../duckdb-worker.ts'
import type { Reply } from '../messages.ts'

/** The queries of an analyst, one after the other, whose rows leave as they come. */
export interface Queries {
  /** Runs any number of statements, without a result. */
  run(sql: string): Promise<void>
  /** Runs a statement and sends its rows; an abort ends it. */
  stream(id: number, sql: string, signal: AbortSignal): Promise<void>
  /** The page has taken a portion. */
  more(id: number): void
  /** Makes a table of Arrow's stream format. */
  insert(name: string, stream: Uint8Array): Promise<void>
}

/** How many portions may be under way to the page: what it has not taken yet would fill the memory. */
const ahead = 8

/** Rows come in batches of a vector each, which travel faster together: so many bytes, or what comes in so many milliseconds. */
const portionBytes = 1 << 20
const portionMilliseconds = 50

/** Queries on a connection of their own, so that one can be cancelled while others wait. */
export const createQueries = async (
  { bindings }: DuckDbHost,
  send: (reply: Reply, transfer?: Transferable[]) => void,
): Promise<Queries> => {
  const connection = await bindings.connectInternal()
  const underWay = new Map<number, { sent: number; taken: number; wake: () => void }>()
  let last: Promise<unknown> = Promise.resolve()

  /** One after the other, whatever becomes of the one before. */
  const inTurn = <Value>(act: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(act)
    last = turn.catch(() => {})
    return turn
  }

  const read = async (id: number, sql: string, signal: AbortSignal) => {
    signal.throwIfAborted()
    const start = performance.now()
    const flow = { sent: 0, taken: 0, wake: () => {} }
    underWay.set(id, flow)
    const wake = () => flow.wake()
    signal.addEventListener('abort', wake)
    const portion = async (parts: Uint8Array[]) => {
      while (flow.sent - flow.taken >= ahead && !signal.aborted)
        await new Promise<void>((resolve) => (flow.wake = resolve))
      signal.throwIfAborted()
      const bytes = joined(parts)
      flow.sent++
      send({ type: 'portion', id, bytes }, [bytes.buffer as ArrayBuffer])
    }
    try {
      let header = await bindings.startPendingQuery(connection, sql, true)
      while (header === null) {
        signal.throwIfAborted()
        header = await bindings.pollPendingQuery(connection)
      }
      await portion([header])
      let parts: Uint8Array[] = []
      let held = 0
      // The first rows leave at once.
      let sentAt = -Infinity
      for (;;) {
        signal.throwIfAborted()
        const part = await bindings.fetchQueryResults(connection)
        if (part?.length === 0) break
        if (part === null) continue
        parts.push(part)
        held += part.length
        if (held < portionBytes && performance.now() - sentAt < portionMilliseconds) continue
        await portion(parts)
        parts = []
        held = 0
        sentAt = performance.now()
      }
      if (parts.length) await portion(parts)
      send({ type: 'ended', id, milliseconds: performance.now() - start })
    } catch (error) {
      if (signal.aborted) await bindings.cancelPendingQuery(connection).catch(() => false)
      throw error
    } finally {
      underWay.delete(id)
      signal.removeEventListener('abort', wake)
    }
  }

  return {
    run: (sql) => inTurn(async () => void (await bindings.runQuery(connection, sql))),
    stream: (id, sql, signal) => inTurn(() => read(id, sql, signal)),
    more(id) {
      const flow = underWay.get(id)
      if (!flow) return
      flow.taken++
      flow.wake()
    },
    insert: (name, stream) =>
      inTurn(async () => bindings.insertArrowFromIPCStream(connection, stream, { name, create: true })),
  }
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const [first] = parts
  if (first && parts.length === 1) return first
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
