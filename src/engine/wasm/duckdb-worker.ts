import { AsyncDuckDB, VoidLogger } from '@duckdb/duckdb-wasm'
import initParquet from 'parquet-wasm/esm'
import { DatasetError } from '../dataset-error.ts'
import { startWorker } from './blob-worker.ts'
import type { EngineFiles } from './messages.ts'
import { fetchModule, type OnBytes } from './module.ts'
import type { Host } from './store.ts'

/** How long the engine may take over a step of its start, of which loading a portion of its module is one. */
const startMilliseconds = 60_000

interface Listener {
  /** Told when DuckDB's worker dies after the start. */
  onDeath(error: DatasetError): void
  /** Told of the bytes of DuckDB's module. */
  onBytes: OnBytes
}

/**
 * Starts DuckDB in a worker of its own, which is started by a `blob:` so that the page's CSP binds it.
 * @throws DatasetError no-webassembly, timeout, engine
 */
export const startDuckDb = ({ duckdb, duckdbWorker }: EngineFiles, listener: Listener): Promise<Host> =>
  withModule(duckdb, (url) => startWith(duckdbWorker, url, listener), listener.onBytes)

/** Starts parquet-wasm in this thread. @throws DatasetError no-webassembly, engine */
export const startParquet = async ({ parquet }: EngineFiles): Promise<void> => {
  await withModule(parquet, (module_or_path) =>
    initParquet({ module_or_path }).catch((error) => {
      throw stopped('did not start', error)
    }),
  )
}

/** Starts something with the address of its module, or where that fails with that of the module's bytes. */
const withModule = async <Started>(
  url: string,
  start: (url: string) => Promise<Started>,
  onBytes?: OnBytes,
): Promise<Started> => {
  checkWebAssembly()
  try {
    // By its address a browser compiles a module as it arrives, and remembers what it compiled.
    return await start(url)
  } catch (error) {
    if (!(error instanceof DatasetError && error.code === 'engine')) throw error
    // A host may give a module under another type, or something else, or nothing: its bytes tell which.
    const bytes = URL.createObjectURL(await fetchModule(url, onBytes))
    return start(bytes).finally(() => URL.revokeObjectURL(bytes))
  }
}

const startWith = async (script: string, module: string, { onDeath, onBytes }: Listener): Promise<Host> => {
  const worker = startWorker(`importScripts(${JSON.stringify(script)})`, 'classic')
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
    const host = await Promise.race([died, timer.expired, start(database, module, timer.reset, onBytes)])
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

const stopped = (what: string, cause: unknown): DatasetError => {
  const why = (cause as { message?: string } | null)?.message ?? String(cause)
  return new DatasetError('engine', `engine: ${what} (${why}); reload the page`, { cause })
}

const start = async (database: AsyncDuckDB, module: string, onStep: () => void, onBytes: OnBytes): Promise<Host> => {
  await database.instantiate(module, null, ({ bytesLoaded, bytesTotal }) => {
    onStep()
    onBytes(bytesLoaded, bytesTotal)
  })
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
