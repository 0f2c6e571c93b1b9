/**
 * Addresses of the files that the engine consists of beside the code of the page; relative ones are relative to the page.
 * The package has each under the name given here, in `engine/wasm`.
 */
export interface EngineAssets {
  /** `dataset-worker.js`, a module that imports nothing. */
  datasetWorker: string
  /** `duckdb-eh.wasm` */
  duckdb: string
  /** `duckdb-browser-eh.worker.js` */
  duckdbWorker: string
  /** `parquet_wasm_bg.wasm` */
  parquet: string
}
