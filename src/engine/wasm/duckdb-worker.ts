import { AsyncDuckDB, VoidLogger } from '@duckdb/duckdb-wasm'
import initParquet from 'parquet-wasm/esm'
import { DatasetError } from '../dataset-error.ts'
import { startWorker } from './blob-worker.ts'
import type { EngineFiles } from './messages.ts'
import { fetchModule, unloaded, type OnBytes } from './module.ts'
import type { Host } from './store.ts'

/** How long the engine may take over a step of its start, of which loading a portion of its module is one. */
const startMilliseconds = 60_000

interface Listener {
  /** Told when DuckDB's worker dies after the start. */
  onDeath(error: DatasetError): void
  /** Told of the bytes of DuckDB's module. */
  onBytes: OnBytes
}

/** DuckDB in a worker of its own. */
export interface DuckDbHost extends Host {
  bindings: AsyncDuckDB
}

/**
 * Starts DuckDB in a worker of its own, which is started by a `blob:` so that the page's CSP binds it.
 * @throws DatasetError no-webassembly, timeout, engine
 */
export const startDuckDb = async ({ duckdb, duckdbWorker }: EngineFiles, listener: Listener): Promise<DuckDbHost> => {
  checkWebAssembly()
  const worker = startWorker(`${quiet}${takeModule}importScripts(${JSON.stringify(duckdbWorker)})`, 'classic')
  const database = new AsyncDuckDB(new VoidLogger(), worker)
  let state: 'starting' | 'started' | 'given up' = 'starting'
  const died = new Promise<never>((_, reject) =>
    worker.addEventListener('error', (event) => {
      event.preventDefault()
      // A worker that is ended while it loads its script complains about that.
      if (state === 'given up') return
      const error = stopped('stopped', event)
      if (state === 'started') listener.onDeath(error)
      reject(error)
    }),
  )
  const timer = createTimer()
  const handedOver = handOver(worker, duckdb, (...bytes) => {
    timer.reset()
    listener.onBytes(...bytes)
  })
  try {
    const started = Promise.all([start(database, duckdb, timer.reset), handedOver])
    const [host] = await Promise.race([died, timer.expired, started])
    state = 'started'
    return host
  } catch (error) {
    state = 'given up'
    database.detach()
    worker.terminate()
    if (error instanceof DatasetError) throw error
    throw stopped('did not start', error)
  } finally {
    timer.stop()
  }
}

/** Starts parquet-wasm in this thread. @throws DatasetError no-webassembly, engine */
export const startParquet = async ({ parquet }: EngineFiles): Promise<void> => {
  checkWebAssembly()
  await initParquet({ module_or_path: fetchModule(parquet) }).catch((error) => {
    throw error instanceof DatasetError ? error : stopped('did not start', error)
  })
}

/** DuckDB's worker writes each error to the console, and an error may quote an applicant's data. */
const quiet = "for (const name of ['debug', 'error', 'info', 'log', 'warn']) console[name] = () => {};\n"

/**
 * DuckDB's worker fetches its module itself and takes it as the host gives it. It is given what this thread has fetched and unpacked
 * instead, portion by portion, so that it compiles while the rest arrives. Other things it has no need to fetch.
 */
const takeModule = `{
  const module = new ReadableStream({
    start(controller) {
      const take = (event) => {
        event.stopImmediatePropagation()
        event.ports[0].onmessage = ({ data }) => (data ? controller.enqueue(data) : controller.close())
      }
      self.addEventListener('message', take, { once: true })
    },
  })
  self.fetch = async () => new Response(module, { headers: { 'content-type': 'application/wasm' } })
}
`

/** Sends a worker its module, as the first message. @throws DatasetError engine */
const handOver = async (worker: Worker, url: string, onBytes: OnBytes): Promise<void> => {
  const { port1, port2 } = new MessageChannel()
  worker.postMessage(null, [port2])
  const { body } = await fetchModule(url, onBytes)
  const reader = (body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader()
  for (;;) {
    const { value } = await reader.read().catch((cause) => {
      throw unloaded(url, 'the host broke off; check the connection and try again', cause)
    })
    if (!value) break
    port1.postMessage(value, [value.buffer])
  }
  port1.postMessage(null)
  port1.close()
}

const stopped = (what: string, cause: unknown): DatasetError => {
  const why = (cause as { message?: string } | null)?.message ?? String(cause)
  return new DatasetError('engine', `engine: ${what} (${why}); reload the page`, { cause })
}

const start = async (database: AsyncDuckDB, module: string, onStep: () => void): Promise<DuckDbHost> => {
  await database.instantiate(module)
  onStep()
  await database.open({})
  const connection = await database.connectInternal()
  return { bindings: database, connection, release: () => database.terminate(), ahead: 2 }
}

const createTimer = () => {
  let timeout: ReturnType<typeof setTimeout>
  let expire: (error: DatasetError) => void
  const expired = new Promise<never>((_, reject) => (expire = reject))
  const stop = () => clearTimeout(timeout)
  const reset = () => {
    stop()
    timeout = setTimeout(() => {
      expire(new DatasetError('timeout', `engine: no sign of life for ${startMilliseconds / 1000} s; reload the page`))
    }, startMilliseconds)
  }
  reset()
  return { expired, reset, stop }
}

// The smallest module with an exception handler: DuckDB's build needs them, and the CSP may forbid any module.
const withExceptions = Uint8Array.from([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 8, 1, 6, 0, 6, 64, 25, 11, 11,
])

const checkWebAssembly = (): void => {
  try {
    new WebAssembly.Module(withExceptions)
  } catch (cause) {
    const why = 'this browser does not offer it; use a current browser, without its lockdown mode'
    throw new DatasetError('no-webassembly', `webassembly: ${why}`, { cause })
  }
}
