import { AsyncDuckDB, VoidLogger } from '@duckdb/duckdb-wasm'
import initParquet from 'parquet-wasm/esm'
import { DatasetError } from '../dataset-error.ts'
import type { TableStore } from '../table-store.ts'
import { startWorker } from './blob-worker.ts'
import type { EngineFiles } from './messages.ts'
import { fetchModule, type OnBytes } from './module.ts'
import { createWasmStore } from './store.ts'

/** How long the engine may take over a step of its start, of which loading a portion of its module is one. */
const startMilliseconds = 60_000

interface Listener {
  /** Told when DuckDB's worker dies after the start. */
  onDeath(error: DatasetError): void
  /** Told of the bytes of DuckDB's module. */
  onBytes: OnBytes
}

/**
 * Starts DuckDB in a worker of its own, which is started by a `blob:` so that the page's CSP binds it, and parquet-wasm
 * in this thread.
 * @throws DatasetError no-webassembly, timeout, engine
 */
export const startDuckDb = async (files: EngineFiles, listener: Listener): Promise<TableStore> => {
  checkWebAssembly()
  try {
    // By its address a browser compiles a module as it arrives, and remembers what it compiled.
    return await startWith(files, listener)
  } catch (error) {
    if (!(error instanceof DatasetError && error.code === 'engine')) throw error
    // A host may give modules under another type, or something else, or nothing: their bytes tell which.
    const bytes = await Promise.all([fetchModule(files.duckdb, listener.onBytes), fetchModule(files.parquet)])
    const [duckdb, parquet] = bytes.map((module) => URL.createObjectURL(module)) as [string, string]
    return startWith({ ...files, duckdb, parquet }, listener).finally(() =>
      [duckdb, parquet].forEach(URL.revokeObjectURL),
    )
  }
}

// The modules are at their own addresses, or at those of their bytes.
const startWith = async (files: EngineFiles, { onDeath, onBytes }: Listener): Promise<TableStore> => {
  const worker = startWorker(`importScripts(${JSON.stringify(files.duckdbWorker)})`, 'classic')
  const database = new AsyncDuckDB(new VoidLogger(), worker)
  let state: 'starting' | 'started' | 'given up' = 'starting'
  const died = new Promise<never>((_, reject) =>
    worker.addEventListener('error', (event) => {
      event.preventDefault()
      // A worker that is ended while it loads its script complains about that.
      if (state === 'given up') return
      const error = stopped('stopped', event)
      if (state === 'started') onDeath(error)
      reject(error)
    }),
  )
  const timer = createTimer()
  try {
    const store = await Promise.race([died, timer.expired, start(database, files, timer.reset, onBytes)])
    state = 'started'
    return store
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

const stopped = (what: string, cause: unknown): DatasetError => {
  const why = (cause as { message?: string } | null)?.message ?? String(cause)
  return new DatasetError('engine', `engine: ${what} (${why}); reload the page`, { cause })
}

const start = async (
  database: AsyncDuckDB,
  { duckdb, parquet }: EngineFiles,
  onStep: () => void,
  onBytes: OnBytes,
): Promise<TableStore> => {
  await Promise.all([
    database.instantiate(duckdb, null, ({ bytesLoaded, bytesTotal }) => {
      onStep()
      onBytes(bytesLoaded, bytesTotal)
    }),
    initParquet({ module_or_path: parquet }),
  ])
  onStep()
  await database.open({})
  const connection = await database.connectInternal()
  return createWasmStore({ bindings: database, connection, release: () => database.terminate(), ahead: 2 })
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
