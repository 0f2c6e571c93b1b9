import type { Dataset, RowsOptions } from 'hirescope/metrics'
import { DatasetError } from '../dataset-error.ts'
import { createEngine } from '../statements.ts'
import type { EngineAssets } from './assets.ts'
import { startWorker } from './blob-worker.ts'
import { unpack, type Reply, type Request } from './messages.ts'
import type { OpenDatasetOptions } from './open-dataset.ts'

// A blob worker has no address that a relative one could be resolved against.
export const absolute = (assets: EngineAssets): EngineAssets =>
  Object.fromEntries(
    Object.entries(assets).map(([name, address]) => [name, new URL(address, document.baseURI).href]),
  ) as unknown as EngineAssets

type Opened = Extract<Reply, { type: 'opened' }>
type Answer = Extract<Reply, { type: 'results' | 'rows' | 'ended' | 'inserted' | 'converted' }>

type Listener = Pick<OpenDatasetOptions, 'onProgress' | 'onStart' | 'onKept'>

interface Waiting<Value> {
  resolve(value: Value): void
  reject(reason: unknown): void
}

interface Asking extends Waiting<Answer>, Pick<RowsOptions, 'onProgress'> {
  /** Told of the next part of Arrow's stream. */
  onPortion?: ((bytes: Uint8Array) => void) | undefined
}

/** The page's end of the line to a dataset worker. */
export const createLine = (datasetWorker: string, onEnd: (reason: unknown) => void = () => {}) => {
  const worker = startWorker(`import ${JSON.stringify(datasetWorker)}`, 'module')
  const asked = new Map<number, Asking>()
  let opening: (Waiting<Opened> & Listener) | undefined
  let ended: { reason: unknown } | undefined
  let nextId = 0
  const post = (request: Request) => worker.postMessage(request)

  const end = (reason: unknown) => {
    if (ended) return
    ended = { reason }
    worker.terminate()
    for (const waiting of [opening, ...asked.values()]) waiting?.reject(reason)
    asked.clear()
    onEnd(reason)
  }

  const receive = (reply: Reply) => {
    if (reply.type === 'progress') opening?.onProgress?.(reply.progress)
    else if (reply.type === 'starting') opening?.onStart?.(reply.loadedBytes, reply.totalBytes)
    else if (reply.type === 'kept') opening?.onKept?.(reply.kept)
    else if (reply.type === 'opened') opening?.resolve(reply)
    else if (reply.type === 'rows-progress') asked.get(reply.id)?.onProgress?.(reply)
    else if (reply.type === 'portion') asked.get(reply.id)?.onPortion?.(reply.bytes)
    else if (reply.type !== 'failed') asked.get(reply.id)?.resolve(reply)
    else if (reply.id === null) end(unpack(reply.error))
    else asked.get(reply.id)?.reject(unpack(reply.error))
  }
  worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => receive(data))
  worker.addEventListener('error', (event) => {
    event.preventDefault()
    const why = event.message ? ` (${event.message})` : ''
    end(new DatasetError('engine', `dataset worker: stopped${why}; reload the page`))
  })

  /** Asks the worker; an abort tells it so and rejects at once. */
  const ask = async <Type extends Answer['type']>(
    request: (id: number) => Request,
    { signal, onProgress, onPortion }: Pick<RowsOptions, 'signal'> & Pick<Asking, 'onProgress' | 'onPortion'>,
  ): Promise<Extract<Answer, { type: Type }>> => {
    signal?.throwIfAborted()
    if (ended) throw ended.reason
    const id = nextId++
    let cancel = () => {}
    try {
      return await new Promise((resolve, reject) => {
        asked.set(id, {
          resolve: (answer) => resolve(answer as Extract<Answer, { type: Type }>),
          reject,
          onProgress,
          onPortion,
        })
        cancel = () => {
          post({ type: 'cancel', id })
          reject(signal?.reason)
        }
        signal?.addEventListener('abort', cancel)
        post(request(id))
      })
    } finally {
      asked.delete(id)
      signal?.removeEventListener('abort', cancel)
    }
  }

  const engine = createEngine(
    'duckdb',
    async (statements, { signal, timing } = {}) => {
      const { results, milliseconds } = await ask<'results'>((id) => ({ type: 'batch', id, statements }), { signal })
      milliseconds.forEach((duration, statement) => timing?.(statement, duration))
      return results
    },
    async () => end(new DatasetError('engine', 'engine: closed; open the dataset again')),
  )

  const loaded = new Set<string>()
  const loadRows: Dataset['loadRows'] = async (options = {}) => {
    const wanted = ['rows', ...(options.ids ? ['ids'] : []), ...(options.sets ? ['sets'] : [])]
    // Each question about filtered rows asks for them, and the way to the worker and back takes its time.
    if (!ended && wanted.every((each) => loaded.has(each))) return options.signal?.throwIfAborted()
    const { times } = await ask<'rows'>(
      (id) => ({ type: 'rows', id, ids: options.ids ?? false, sets: options.sets ?? false }),
      options,
    )
    wanted.forEach((each) => loaded.add(each))
    times.forEach(([stage, milliseconds]) => options.timing?.(stage, milliseconds))
  }

  const open = (request: Omit<Extract<Request, { type: 'open' }>, 'type'>, listener: Listener) =>
    new Promise<Opened>((resolve, reject) => {
      opening = { resolve, reject, ...listener }
      post({ type: 'open', ...request })
    })

  return { engine, loadRows, open, ask, post, end }
}
