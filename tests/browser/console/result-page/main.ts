import * as duckdb from '@duckdb/duckdb-wasm'
import wasm from '@duckdb/duckdb-wasm/dist/duckdb-eh.wasm?url'
import worker from '@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js?url'
import type { Manifest } from 'hirescope/contract'
import { QueryError, type Console } from 'hirescope/engine/wasm/console'
import { mount } from 'svelte'
import '../../../../src/app/fonts.css'
import '../../../../src/app/app.css'
import ResultPage from './ResultPage.svelte'

export type Runner = Pick<Console, 'query'>

const db = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), new Worker(new URL(worker, document.baseURI)))
await db.instantiate(new URL(wasm, document.baseURI).href)
const connection = await db.connect()
await connection.query('SET autoload_known_extensions = false')
const runner: Runner = {
  query: async (sql, { maxRows = Infinity, onSchema, onBatch } = {}) => {
    const start = performance.now()
    let rows = 0
    let cut = false
    try {
      const reader = await (await connection.send(sql, true)).open()
      onSchema?.(reader.schema)
      for await (const batch of reader) {
        if (rows + batch.numRows > maxRows) {
          onBatch?.(batch.slice(0, maxRows - rows))
          rows = maxRows
          cut = true
          break
        }
        onBatch?.(batch)
        rows += batch.numRows
      }
    } catch (error) {
      throw new QueryError('sql', (error as Error).message, sql.length > 7 ? 7 : null)
    }
    return { rows, milliseconds: performance.now() - start, cut }
  },
}
const manifest = {
  org: { id: 'o1', name: 'Northwind Talent' },
  scope: { id: 's1', jobs: 12 },
  sequence: 1,
  as_of: '2024-06-01T00:00:00.000000Z',
  time_zone: 'Asia/Kolkata',
} as Manifest
const page = mount(ResultPage, { target: document.getElementById('page')!, props: { manifest, runner } })
Object.assign(window, { show: page.show })
document.body.dataset.ready = ''
