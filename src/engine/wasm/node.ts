import { createDuckDB, NODE_RUNTIME, VoidLogger } from '@duckdb/duckdb-wasm/blocking'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { setImmediate } from 'node:timers/promises'
import { initSync } from 'parquet-wasm/esm'
import type { TableStore } from '../table-store.ts'
import { untilAborted } from '../until-aborted.ts'
import { createWasmStore } from './store.ts'

const { resolve } = createRequire(import.meta.url)

/** How the engine is started. */
export interface NodeWasmOptions {
  /** Rejects with the signal's reason. */
  signal?: AbortSignal | undefined
}

/** DuckDB-WASM in this Node process, blocking: the browser's engine for tests. Close `engine` to give its memory back. */
export const createNodeWasmStore = ({ signal }: NodeWasmOptions = {}): Promise<TableStore> =>
  untilAborted(signal, start)

const start = async (): Promise<TableStore> => {
  initSync({ module: await readFile(resolve('parquet-wasm/esm/parquet_wasm_bg.wasm')) })
  const bundle = { mainModule: resolve('@duckdb/duckdb-wasm/dist/duckdb-eh.wasm'), mainWorker: '' }
  const bindings = await createDuckDB({ mvp: bundle, eh: bundle }, new VoidLogger(), NODE_RUNTIME)
  await bindings.instantiate(() => {})
  bindings.open({})
  const connection = bindings.connect()
  const host = {
    bindings,
    connection: connection.useUnsafe((_, id) => id),
    release: () => connection.close(),
    rest: setImmediate,
  }
  return createWasmStore(host, undefined)
}
