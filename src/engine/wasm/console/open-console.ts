import { RecordBatchReader } from 'apache-arrow'
import { DatasetError } from '../../dataset-error.ts'
import { assetAddresses } from '../asset-addresses.ts'
import { QueryError, type Console, type OpenConsoleOptions, type QueryOptions } from './console.ts'
import { absolute, createLine } from '../line.ts'
import { queryErrorOf, refuseIdle } from './query-error.ts'

/** How long the engine may take to let go of a statement before it is taken for stuck. */
const patience = 2_000

/** A third of what the device says it has, and never so much that the engine's address space ends first. */
const roomForQueries = (): number => {
  const { deviceMemory = 4 } = navigator as { deviceMemory?: number }
  return Math.min(2_560, Math.round((deviceMemory * 1024) / 3))
}

/**
 * Opens a database of an analyst's own with all tables and views of the bundle at an address, in a worker of its own. It is
 * locked: no statement reaches files or the network, or changes a setting.
 * @throws DatasetError; the signal's reason
 */
export const openConsole = async (
  baseUrl: string,
  { signal, onProgress, onStart, onKept, onLost, assets, memoryMegabytes = roomForQueries() }: OpenConsoleOptions = {},
): Promise<Console> => {
  signal?.throwIfAborted()
  const { datasetWorker, ...files } = absolute({ ...assetAddresses, ...assets })
  let closed = false
  let opened = false
  const line = createLine(datasetWorker, (reason) => {
    if (opened && !closed) onLost?.(lost(reason))
  })
  const abort = () => line.end(signal?.reason)
  signal?.addEventListener('abort', abort)
  try {
    const { manifest } = await line.open(
      {
        baseUrl: new URL(baseUrl, document.baseURI).href,
        keep: onKept !== undefined,
        tables: 'all',
        files,
        memory: Math.round(memoryMegabytes),
      },
      { onProgress, onStart, onKept },
    )
    opened = true
    return {
      manifest,
      query: (sql, options = {}) => query(line, sql, options),
      async insert(name, stream) {
        const act = (id: number) => ({ type: 'insert', id, name, stream }) as const
        await line.ask<'inserted'>(act, {}).catch((error: unknown) => {
          throw failure('', error)
        })
      },
      async close() {
        closed = true
        line.end(new DatasetError('engine', 'engine: closed; open the console again'))
      },
    }
  } catch (error) {
    line.end(error)
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

type Line = ReturnType<typeof createLine>

const lost = (cause: unknown) =>
  new QueryError('lost', 'engine: it stopped; run the statement again, the data is loaded anew', null, { cause })

const failure = (sql: string, error: unknown): QueryError => {
  if (error instanceof QueryError) return error
  const { message } = error as Error
  return /^(engine|dataset worker): /.test(message) ? lost(error) : queryErrorOf(sql, message)
}

/** What arrives in portions, read one after the other. */
const createQueue = (onTaken: () => void) => {
  const waiting: Uint8Array[] = []
  let ended = false
  let wake = () => {}
  const push = (bytes: Uint8Array | null) => {
    if (bytes) waiting.push(bytes)
    else ended = true
    wake()
  }
  const read = async function* () {
    for (;;) {
      const bytes = waiting.shift()
      if (bytes) {
        yield bytes
        onTaken()
      } else if (ended) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return { push, read }
}

const query = async (
  line: Line,
  sql: string,
  { signal, timeoutMilliseconds, maxRows = Infinity, onSchema, onBatch }: QueryOptions,
) => {
  if (signal?.aborted) throw new QueryError('cancelled', 'query: cancelled')
  refuseIdle(sql)
  const start = performance.now()
  let id = -1
  let rows = 0
  let cut = false
  let stop: (reason: QueryError | null) => void = () => {}
  const stopped = new Promise<void>((resolve, reject) => {
    stop = (reason) => (reason ? reject(reason) : resolve())
  })
  stopped.catch(() => {})
  const queue = createQueue(() => line.post({ type: 'more', id }))
  const asking = line.ask<'ended'>((given) => ({ type: 'query', id: (id = given), sql }), { onPortion: queue.push })
  const letGo = (reason: QueryError | null) => {
    line.post({ type: 'cancel', id })
    queue.push(null)
    // A call that the engine does not leave by itself leaves nothing but to end it.
    const stuck = setTimeout(() => line.end(new DatasetError('engine', 'engine: it did not stop')), patience)
    const free = () => clearTimeout(stuck)
    asking.then(free, free)
    stop(reason)
  }
  const cancel = () => letGo(new QueryError('cancelled', 'query: cancelled'))
  signal?.addEventListener('abort', cancel)
  const limit =
    timeoutMilliseconds === undefined
      ? undefined
      : setTimeout(() => {
          const took = `${timeoutMilliseconds / 1000} s`
          letGo(
            new QueryError('time', `query: longer than ${took}, which is the limit; ask for less, or set more time`),
          )
        }, timeoutMilliseconds)

  const read = async () => {
    const reader = await RecordBatchReader.from(queue.read())
    await reader.open({ autoDestroy: false })
    onSchema?.(reader.schema)
    for await (const batch of reader) {
      if (cut || signal?.aborted) return
      const room = maxRows - rows
      rows += Math.min(room, batch.numRows)
      if (batch.numRows) onBatch?.(batch.numRows > room ? batch.slice(0, room) : batch)
      if (batch.numRows > room) {
        cut = true
        letGo(null)
      }
    }
  }
  const whole = async () => {
    const reading = read()
    reading.catch(() => {})
    try {
      await asking
    } finally {
      queue.push(null)
    }
    await reading
  }
  try {
    await Promise.race([stopped, whole()])
    return { rows, milliseconds: performance.now() - start, cut }
  } catch (error) {
    throw failure(sql, error)
  } finally {
    clearTimeout(limit)
    signal?.removeEventListener('abort', cancel)
  }
}
