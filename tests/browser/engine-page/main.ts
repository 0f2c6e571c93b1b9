import { openDataset } from 'hirescope/engine/wasm'
import { openConsole, readDataFile, writeParquet } from 'hirescope/engine/wasm/console'
import { metrics, runAll } from 'hirescope/metrics'
import { assetAddresses } from '../../../src/engine/wasm/asset-addresses.ts'
import { startDuckDb } from '../../../src/engine/wasm/duckdb-worker.ts'
import { absolute } from '../../../src/engine/wasm/line.ts'

/** DuckDB as the engine starts it, without the lock: what the page's policy alone holds back. */
const startUnlocked = async () => {
  const { bindings, connection } = await startDuckDb(absolute(assetAddresses), { onDeath: () => {}, onBytes: () => {} })
  return (sql: string) => bindings.runQuery(connection, sql)
}

const page = { openConsole, openDataset, readDataFile, writeParquet, startUnlocked, metrics, runAll }

declare global {
  interface Window {
    hirescope: typeof page
  }
}

window.hirescope = page
