/// <reference path="./duckdb-browser-blocking.d.ts" />
// The package names its blocking build for Node alone. The package made of this checkout has it beside this module.
export {
  BROWSER_RUNTIME,
  createDuckDB,
  VoidLogger,
} from '../../../node_modules/@duckdb/duckdb-wasm/dist/duckdb-browser-blocking.mjs'
