declare module '*/duckdb-browser-blocking.mjs' {
  import type { NODE_RUNTIME } from '@duckdb/duckdb-wasm/blocking'
  export const BROWSER_RUNTIME: typeof NODE_RUNTIME
  export { createDuckDB, VoidLogger } from '@duckdb/duckdb-wasm/blocking'
}
