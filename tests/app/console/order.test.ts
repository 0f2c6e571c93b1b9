import { afterAll, beforeAll, expect, it } from 'vitest'
import { nextColumnSort, orderRows } from '../../../src/app/console/order.ts'
import { openDuckDb, type DuckDb } from './duckdb.ts'

let duckdb: DuckDb
beforeAll(async () => {
  duckdb = await openDuckDb()
})
afterAll(() => duckdb?.close())

/** Columns of 30,000 rows, over many batches and several runs, with ties, gaps and the ends of each type. */
const columns = {
  whole: 'CASE WHEN i % 7 > 0 THEN (i * 7919 % 1000)::INTEGER END',
  big: 'CASE i % 5 WHEN 0 THEN 9007199254740993 + i % 3 WHEN 1 THEN NULL ELSE -9007199254740992 - i % 4 END',
  real: "CASE i % 6 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN '-inf'::DOUBLE WHEN 2 THEN 'inf'::DOUBLE ELSE i % 11 / 7 END",
  money: '((i * 7919 % 2001) - 1000)::DECIMAL(38,4) / 8',
  text: "CASE WHEN i % 9 > 0 THEN list_value('', 'Zebra', 'apple', 'é', 'e', '1', '10', '2', 'a b')[i % 9 + 1] END",
  day: "CASE WHEN i % 8 > 0 THEN DATE '1970-01-01' + ((i * 7919 % 4000000) - 1000000)::INTEGER END",
  moment: "TIMESTAMP '1969-12-31 23:59:59' + to_microseconds(i * 7919 % 5000000)",
  length: 'to_months((i % 3)::INTEGER) + to_days((i * 7919 % 100)::INTEGER) - to_seconds(i % 50)',
  truth: 'CASE i % 3 WHEN 0 THEN true WHEN 1 THEN false END',
}

it('sorts as the engine does, without a value last, ties as they stood', async () => {
  for (const [name, sql] of Object.entries(columns)) {
    const from = `(SELECT i, ${sql} AS v FROM range(30000) AS r(i)) ORDER BY i`
    const rows = duckdb.rows(`SELECT v FROM ${from}`)
    for (const descending of [false, true]) {
      const sorted = duckdb.rows(
        `SELECT i::INTEGER AS i FROM (SELECT i, v FROM ${from}) ORDER BY v ${descending ? 'DESC' : 'ASC'} NULLS LAST, i`,
      )
      const expected = Array.from({ length: sorted.length }, (_, row) => sorted.value(row, 0))
      const order = await orderRows(rows, { column: 0, descending })
      expect([name, descending, [...order].findIndex((row, at) => row !== expected[at])]).toEqual([
        name,
        descending,
        -1,
      ])
    }
  }
})

it('stops when it is told to', async () => {
  const rows = duckdb.rows('SELECT hash(i) AS v FROM range(300000) AS r(i)')
  const stop = new AbortController()
  const sorting = orderRows(rows, { column: 0, descending: false }, stop.signal)
  stop.abort(new Error('enough'))
  await expect(sorting).rejects.toThrow('enough')
})

it('goes from ascending to descending and back to the order of the query', () => {
  const first = nextColumnSort(2, { column: 1, descending: true })
  const second = nextColumnSort(2, first)
  expect([first, second, nextColumnSort(2, second)]).toEqual([
    { column: 2, descending: false },
    { column: 2, descending: true },
    null,
  ])
})
