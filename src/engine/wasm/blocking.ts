// The declarations must come along wherever this file is compiled.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- an ambient module has nothing to import
/// <reference path="./duckdb-browser-blocking.d.ts" />
// The package names its blocking build for Node alone. The package made of this checkout has it beside this module.
export {
  BROWSER_RUNTIME,
  createDuckDB,
  VoidLogger,
} from '../../../node_modules/@duckdb/duckdb-wasm/dist/duckdb-browser-blocking.mjs'
