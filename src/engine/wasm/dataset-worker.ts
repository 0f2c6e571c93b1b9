import type { BatchOptions, Columns, Dataset, LoadStage, Statement } from 'hirescope/metrics'
import { httpSource } from '../http-source.ts'
import { loadDataset } from '../loader.ts'
import { startDuckDb, startParquet } from './duckdb-worker.ts'
import { pack, type Reply, type Request } from './messages.ts'
import { createWasmStore } from './store.ts'

/** Serves one dataset: everything between the bundle's address and plain rows happens off the page's thread. */
const serve = (send: (reply: Reply, transfer?: Transferable[]) => void): ((request: Request) => void) => {
  const running = new Map<number, AbortController>()
  let dataset: Dataset | undefined

  const open = async ({ baseUrl, tables, files }: Extract<Request, { type: 'open' }>) => {
    try {
      const times: [LoadStage, number][] = []
      const start = performance.now()
      const duckdb = startDuckDb(files, {
        onDeath: (error) => send({ type: 'failed', id: null, error: pack(error) }),
        onBytes: (loadedBytes, totalBytes) => send({ type: 'starting', loadedBytes, totalBytes }),
      }).then((host) => {
        times.push(['instantiate', performance.now() - start])
        return host
      })
      dataset = await loadDataset(httpSource(baseUrl), createWasmStore(duckdb, startParquet(files)), {
        tables,
        onProgress: (progress) => send({ type: 'progress', progress }),
        timing: (stage, milliseconds) => times.push([stage, milliseconds]),
      })
      send({ type: 'opened', manifest: dataset.manifest, jobs: dataset.jobs, times })
    } catch (error) {
      send({ type: 'failed', id: null, error: pack(error) })
    }
  }

  const work = async (id: number, act: (dataset: Dataset, signal: AbortSignal) => Promise<void>) => {
    const controller = new AbortController()
    running.set(id, controller)
    try {
      if (!dataset) throw new Error('engine: not open yet; wait for it')
      await act(dataset, controller.signal)
    } catch (error) {
      send({ type: 'failed', id, error: pack(error) })
    } finally {
      running.delete(id)
    }
  }

  const answer = (id: number, statements: readonly Statement[]) =>
    work(id, async ({ engine }, signal) => {
      const milliseconds: number[] = []
      const timing: BatchOptions['timing'] = (statement, duration) => (milliseconds[statement] = duration)
      const results = await engine.columns(statements, { signal, timing })
      send({ type: 'results', id, results, milliseconds }, buffersOf(results))
    })

  const loadRows = (id: number) =>
    work(id, async (dataset, signal) => {
      const times: [LoadStage, number][] = []
      await dataset.loadRows({
        signal,
        onProgress: ({ loadedBytes, totalBytes }) => send({ type: 'rows-progress', id, loadedBytes, totalBytes }),
        timing: (stage, milliseconds) => times.push([stage, milliseconds]),
      })
      send({ type: 'rows', id, times })
    })

  return (request) => {
    if (request.type === 'open') void open(request)
    else if (request.type === 'batch') void answer(request.id, request.statements)
    else if (request.type === 'rows') void loadRows(request.id)
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
