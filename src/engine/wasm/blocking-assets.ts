import duckdb from '@duckdb/duckdb-wasm/dist/duckdb-eh.wasm?url'
import parquet from 'parquet-wasm/esm/parquet_wasm_bg.wasm?url'

/** Where Vite puts the modules. The package has them beside this module, and their addresses there in its place. */
export const blockingAssets = { duckdb, parquet }
