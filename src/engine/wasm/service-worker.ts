import initParquet from 'parquet-wasm/esm'
import { DatasetError } from '../dataset-error.ts'
import type { TableStore } from '../table-store.ts'
import { blockingAssets } from './blocking-assets.ts'
import { BROWSER_RUNTIME, createDuckDB, VoidLogger } from './blocking.ts'
import { asModule } from './module.ts'
import { createWasmStore } from './store.ts'

const absolute = (url: string): string => new URL(url, import.meta.url).href
const addresses = { duckdb: absolute(blockingAssets.duckdb), parquet: absolute(blockingAssets.parquet) }

/** The addresses of the modules that the engine is made of. */
export const engineModules: readonly string[] = Object.values(addresses)

/** What DuckDB calls to have its module instantiated; it would fetch it from its address. */
interface Instantiating {
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object
}

const start = async (open: (address: string) => Promise<Response>) => {
  const [duckdb, parquet] = await Promise.all(
    [addresses.duckdb, addresses.parquet].map(async (address) => asModule(address, (await open(address)).body)),
  )
  const bundle = { mainModule: addresses.duckdb, mainWorker: '' }
  const bindings = await createDuckDB({ mvp: bundle, eh: bundle }, new VoidLogger(), BROWSER_RUNTIME)
  const failed = new Promise<never>((_, reject) => {
    const own: Instantiating = {
      instantiateWasm(imports, done) {
        ;(globalThis as { DUCKDB_RUNTIME?: unknown }).DUCKDB_RUNTIME = BROWSER_RUNTIME
        WebAssembly.instantiateStreaming(duckdb as Response, imports).then(
          ({ instance, module }) => done(instance, module),
          reject,
        )
        return {}
      },
    }
    Object.assign(bindings, own)
  })
  await Promise.race([
    failed,
    Promise.all([bindings.instantiate(() => {}), initParquet({ module_or_path: parquet as Response })]),
  ])
  bindings.open({})
  const connection = bindings.connect()
  const host = { bindings, connection: connection.useUnsafe((_, id) => id), release: () => connection.close() }
  return createWasmStore(host, undefined)
}

/**
 * Starts DuckDB-WASM in this thread, blocking, for want of another: a service worker can start no worker. `open` gives the
 * response of each of the modules.
 * @throws DatasetError engine; what `open` throws
 */
export const startDuckDbHere = (open: (address: string) => Promise<Response>): Promise<TableStore> =>
  start(open).catch((cause) => {
    if (cause instanceof DatasetError) throw cause
    throw new DatasetError('engine', `engine: did not start (${(cause as Error).message}); try again`, { cause })
  })
