import type { Dataset, RowsOptions } from 'hirescope/metrics'
import { DatasetError } from '../dataset-error.ts'
import type { LoadOptions } from '../loader.ts'
import { createEngine } from '../statements.ts'
import { assetAddresses } from './asset-addresses.ts'
import type { EngineAssets } from './assets.ts'
import { startWorker } from './blob-worker.ts'
import { unpack, type Reply, type Request } from './messages.ts'

/** How a bundle is opened in a browser. */
export interface OpenDatasetOptions extends LoadOptions {
  /** Told of the bytes of the engine itself as they arrive; their total is 0 where the host does not say it. */
  onStart?: ((loadedBytes: number, totalBytes: number) => void) | undefined
  /** Where the engine's files are, for who hosts them elsewhere than their bundler puts them. */
  assets?: Partial<EngineAssets> | undefined
}

/**
 * Opens the bundle at an address (absolute, or relative to the page) in a worker of its own, which `close` ends.
 * Several can be open at once.
 * @throws DatasetError; the signal's reason
 */
export const openDataset = async (
  baseUrl: string,
  { signal, onProgress, onStart, timing, tables, assets }: OpenDatasetOptions = {},
): Promise<Dataset & { close(): Promise<void> }> => {
  signal?.throwIfAborted()
  if (typeof WebAssembly === 'undefined') {
    const why = 'this browser does not offer it; use a current browser, without its lockdown mode'
    throw new DatasetError('no-webassembly', `webassembly: ${why}`)
  }
  const { datasetWorker, ...engineFiles } = absolute({ ...assetAddresses, ...assets })
  const line = createLine(datasetWorker)
  const { engine, loadRows } = line
  const abort = () => line.end(signal?.reason)
  signal?.addEventListener('abort', abort)
  try {
    const request = { baseUrl: new URL(baseUrl, document.baseURI).href, tables, files: engineFiles }
    const { manifest, jobs, times } = await line.open(request, { onProgress, onStart })
    times.forEach(([stage, milliseconds]) => timing?.(stage, milliseconds))
    return { manifest, jobs, engine, loadRows, close: () => engine.close() }
  } catch (error) {
    line.end(error)
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

// A blob worker has no address that a relative one could be resolved against.
const absolute = (assets: EngineAssets): EngineAssets =>
  Object.fromEntries(
    Object.entries(assets).map(([name, address]) => [name, new URL(address, document.baseURI).href]),
  ) as unknown as EngineAssets

type Opened = Extract<Reply, { type: 'opened' }>
type Answer = Extract<Reply, { type: 'results' | 'rows' }>

type Listener = Pick<OpenDatasetOptions, 'onProgress' | 'onStart'>

interface Waiting<Value> {
  resolve(value: Value): void
  reject(reason: unknown): void
}

type Asking = Waiting<Answer> & Pick<RowsOptions, 'onProgress'>

/** The page's end of the line to a dataset worker. */
const createLine = (datasetWorker: string) => {
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
  }

  const receive = (reply: Reply) => {
    if (reply.type === 'progress') opening?.onProgress?.(reply.progress)
    else if (reply.type === 'starting') opening?.onStart?.(reply.loadedBytes, reply.totalBytes)
    else if (reply.type === 'opened') opening?.resolve(reply)
    else if (reply.type === 'rows-progress') asked.get(reply.id)?.onProgress?.(reply)
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
    { signal, onProgress }: Pick<RowsOptions, 'signal' | 'onProgress'>,
  ): Promise<Extract<Answer, { type: Type }>> => {
    signal?.throwIfAborted()
    if (ended) throw ended.reason
    const id = nextId++
    let cancel = () => {}
    try {
      return await new Promise((resolve, reject) => {
        asked.set(id, { resolve: (answer) => resolve(answer as Extract<Answer, { type: Type }>), reject, onProgress })
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

  const loadRows: Dataset['loadRows'] = async (options = {}) => {
    const { times } = await ask<'rows'>((id) => ({ type: 'rows', id }), options)
    times.forEach(([stage, milliseconds]) => options.timing?.(stage, milliseconds))
  }

  const open = (request: Omit<Extract<Request, { type: 'open' }>, 'type'>, listener: Listener) =>
    new Promise<Opened>((resolve, reject) => {
      opening = { resolve, reject, ...listener }
      post({ type: 'open', ...request })
    })

  return { engine, loadRows, open, end }
}
