import type { BatchOptions, Columns, Dataset, LoadStage, Statement } from 'hirescope/metrics'
import { httpSource } from '../http-source.ts'
import { keptBundle } from '../kept-source.ts'
import { loadDataset } from '../loader.ts'
import { toArrow, toParquet } from './console/convert.ts'
import { startDuckDb, startParquet } from './duckdb-worker.ts'
import { pack, type Reply, type Request } from './messages.ts'
import { createQueries, type Queries } from './console/queries.ts'
import { createWasmStore } from './store.ts'

/** Serves one dataset: everything between the bundle's address and plain rows happens off the page's thread. */
const serve = (send: (reply: Reply, transfer?: Transferable[]) => void): ((request: Request) => void) => {
  const running = new Map<number, AbortController>()
  let dataset: Dataset | undefined
  let queries: Queries | undefined

  const open = async ({ baseUrl, keep, tables, files, memory }: Extract<Request, { type: 'open' }>) => {
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
      const bundle = keep ? keptBundle(baseUrl) : null
      const source = bundle ?? httpSource(baseUrl)
      const settings = memory === undefined ? [] : [`memory_limit = '${memory}MB'`]
      const store = createWasmStore(duckdb, startParquet(files), settings)
      dataset = await loadDataset(source, store, {
        tables,
        onProgress: (progress) => send({ type: 'progress', progress }),
        timing: (stage, milliseconds) => times.push([stage, milliseconds]),
      })
      if (memory !== undefined) {
        await dataset.loadRows()
        queries = await createQueries(await duckdb, send)
        await queries.run(new TextDecoder().decode(await source.open(dataset.manifest.views)))
      }
      send({ type: 'opened', manifest: dataset.manifest, jobs: dataset.jobs, times })
      if (bundle) send({ type: 'kept', kept: await bundle.keep(dataset.manifest).catch(() => false) })
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

  const loadRows = ({ id, ids, sets }: Extract<Request, { type: 'rows' }>) =>
    work(id, async (dataset, signal) => {
      const times: [LoadStage, number][] = []
      await dataset.loadRows({
        ids,
        sets,
        signal,
        onProgress: ({ loadedBytes, totalBytes }) => send({ type: 'rows-progress', id, loadedBytes, totalBytes }),
        timing: (stage, milliseconds) => times.push([stage, milliseconds]),
      })
      send({ type: 'rows', id, times })
    })

  const query = async (id: number, sql: string, signal: AbortSignal) => queries?.stream(id, sql, signal)

  const insert = (id: number, name: string, stream: Uint8Array) =>
    work(id, async () => {
      await queries?.insert(name, stream)
      send({ type: 'inserted', id })
    })

  const convert = async (id: number, act: () => Promise<{ stream: Uint8Array; rows: number }>) => {
    try {
      const converted = await act()
      send({ type: 'converted', id, ...converted }, [converted.stream.buffer as ArrayBuffer])
    } catch (error) {
      send({ type: 'failed', id, error: pack(error) })
    }
  }

  return (request) => {
    if (request.type === 'open') void open(request)
    else if (request.type === 'batch') void answer(request.id, request.statements)
    else if (request.type === 'rows') void loadRows(request)
    else if (request.type === 'query') void work(request.id, (_, signal) => query(request.id, request.sql, signal))
    else if (request.type === 'insert') void insert(request.id, request.name, request.stream)
    else if (request.type === 'read')
      void convert(request.id, () => toArrow(request.name, request.bytes, request.files))
    else if (request.type === 'write')
      void convert(request.id, async () => ({ stream: await toParquet(request.stream, request.files), rows: 0 }))
    else if (request.type === 'more') queries?.more(request.id)
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
