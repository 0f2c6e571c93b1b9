import duckdb from '@duckdb/duckdb-wasm/dist/duckdb-eh.wasm?url'
import duckdbWorker from '@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js?url'
import parquet from 'parquet-wasm/esm/parquet_wasm_bg.wasm?url'
import type { EngineAssets } from './assets.ts'
import datasetWorker from './dataset-worker.ts?worker&url'

/** Where Vite puts the files. The package has them beside this module, and their addresses there in its place. */
export const assetAddresses: EngineAssets = { datasetWorker, duckdb, duckdbWorker, parquet }
