import type { BatchOptions, Columns, Engine, Statement } from 'hirescope/metrics'
import { httpSource } from '../http-source.ts'
import { loadDataset } from '../loader.ts'
import type { LoadStage } from '../stopwatch.ts'
import { startDuckDb } from './duckdb-worker.ts'
import { pack, type Reply, type Request } from './messages.ts'

/** Serves one dataset: everything between the bundle's address and plain rows happens off the page's thread. */
const serve = (send: (reply: Reply, transfer?: Transferable[]) => void): ((request: Request) => void) => {
  const running = new Map<number, AbortController>()
  let engine: Engine | undefined

  const open = async (baseUrl: string) => {
    try {
      const times: [LoadStage, number][] = []
      const start = performance.now()
      const store = startDuckDb({
        onDeath: (error) => send({ type: 'failed', id: null, error: pack(error) }),
        onBytes: (loadedBytes, totalBytes) => send({ type: 'starting', loadedBytes, totalBytes }),
      }).then((store) => {
        times.push(['instantiate', performance.now() - start])
        return store
      })
      const { manifest, jobs, ...dataset } = await loadDataset(httpSource(baseUrl), store, {
        onProgress: (progress) => send({ type: 'progress', progress }),
        timing: (stage, milliseconds) => times.push([stage, milliseconds]),
      })
      engine = dataset.engine
      send({ type: 'opened', manifest, jobs, times })
    } catch (error) {
      send({ type: 'failed', id: null, error: pack(error) })
    }
  }

  const answer = async (id: number, statements: readonly Statement[]) => {
    const controller = new AbortController()
    running.set(id, controller)
    try {
      if (!engine) throw new Error('engine: not open yet; wait for it')
      const milliseconds: number[] = []
      const options: BatchOptions = {
        signal: controller.signal,
        timing: (statement, duration) => (milliseconds[statement] = duration),
      }
      const results = await engine.columns(statements, options)
      send({ type: 'results', id, results, milliseconds }, buffersOf(results))
    } catch (error) {
      send({ type: 'failed', id, error: pack(error) })
    } finally {
      running.delete(id)
    }
  }

  return (request) => {
    if (request.type === 'open') void open(request.baseUrl)
    else if (request.type === 'batch') void answer(request.id, request.statements)
    else running.get(request.id)?.abort()
  }
}

/** The memory of typed arrays, which changes hands instead of being copied. */
const buffersOf = (results: readonly Columns[]): ArrayBuffer[] => {
  const buffers = new Set<ArrayBuffer>()
  for (const { columns } of results)
    for (const values of Object.values(columns))
      if (ArrayBuffer.isView(values)) buffers.add(values.buffer as ArrayBuffer)
  return [...buffers]
}

const receive = serve((reply, transfer = []) => self.postMessage(reply, { transfer }))
self.addEventListener('message', ({ data }: MessageEvent<Request>) => receive(data))
