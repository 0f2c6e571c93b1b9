import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { tableFromIPC } from 'apache-arrow'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { arrowOfResult, csvOfResult, jsonOfResult, rawCsvOfResult } from '../../../src/app/console/write-result.ts'
import { Rows } from '../../../src/app/console/rows.ts'
import { valueText } from '../../../src/app/console/value.ts'
import { openDuckDb, type DuckDb } from './duckdb.ts'

let duckdb: DuckDb
let native: DuckDBConnection
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'results-'))
  duckdb = await openDuckDb()
  native = await (await DuckDBInstance.create()).connect()
})
afterAll(async () => {
  native?.closeSync()
  duckdb?.close()
  await rm(folder, { recursive: true })
})

const texts = [
  "'=1+1'",
  "'+SUM(A1)'",
  '\'a, "b"\'',
  "'two' || chr(10) || 'lines' || chr(13) || chr(10)",
  "''",
  'NULL',
  "'🧑‍🍳 é'",
  "' padded '",
  "'@x'",
  "'<b>'",
]

/** All types that matter, with gaps; over more than one batch. */
const sql = `SELECT i::INTEGER AS small, 9007199254740993 + i AS big, i AS fitting,
  i::HUGEINT * 12345678901234567::HUGEINT * 1000000007::HUGEINT AS huge, (i::DECIMAL(18,3) / 8)::DECIMAL(12,3) AS money,
  i::DECIMAL(20,0) * 1234567890123.4567::DECIMAL(17,4) AS exact, (2 * i + 1) / 16 AS real,
  list_value(${texts.join(', ')})[(i % 10 + 1)::INTEGER] AS text, DATE '1969-12-30' + i::INTEGER AS day,
  TIMESTAMP '1969-12-31 23:59:58.5' + to_seconds(i) AS moment, i % 2 = 0 AS truth,
  CASE WHEN i % 3 > 0 THEN [i, NULL, -i] END AS list, ['=a', 'b"', NULL] AS words,
  {'a': i, 'b': 'x, y'} AS pair, TIME '01:02:03' AS clock, 'a' AS text
  FROM range(2500) AS r(i)`

/** The same in the engine for Node, as text. */
const expected = async (statement: string): Promise<(string | null)[][]> => {
  const reader = await native.runAndReadAll(
    `SELECT COLUMNS(*)::VARCHAR FROM (${statement}) AS t`.replace(/, 'a' AS text/, ", 'a' AS text_1"),
  )
  return reader.getRowsJS() as (string | null)[][]
}

const whole = { order: null }

it('writes raw CSV that another engine reads back value for value', async () => {
  const parts = await rawCsvOfResult(duckdb.rows(sql), whole)
  const path = join(folder, 'raw.csv')
  await writeFile(path, parts.join(''))
  const read = await native.runAndReadAll(
    `SELECT * FROM read_csv('${path}', header = true, all_varchar = true, allow_quoted_nulls = false, strict_mode = true)`,
  )
  expect(read.getRowsJS()).toEqual(await expected(sql))
})

it('writes CSV for spreadsheets in which no text is a formula, after lines about it', async () => {
  const parts = await csvOfResult(duckdb.rows(sql), ['Title', 'Org', 'SELECT "a"'], whole)
  const path = join(folder, 'safe.csv')
  await writeFile(path, parts.join(''))
  expect(parts.join('').slice(0, 39)).toBe('\ufeffTitle\r\nOrg\r\n"SELECT ""a"""\r\n\r\nsmall,bi')
  const read = await native.runAndReadAll(
    `SELECT * FROM read_csv('${path}', skip = 4, header = true, all_varchar = true, null_padding = false)`,
  )
  const rows = (await expected(sql)).map((row) =>
    row.map((value, column) => {
      if (value === null || value === '') return null
      const isText = ![0, 1, 2, 3, 4, 5, 6, 10].includes(column)
      return isText && /^\s*[=+\-@]/.test(value) ? `'${value}` : value
    }),
  )
  expect(read.getRowsJS()).toEqual(rows)
})

it('writes JSON with exact numbers, as text where a double would not hold all of a column', async () => {
  const rows = duckdb.rows(sql)
  const read = JSON.parse((await jsonOfResult(rows, whole)).join('')) as Record<string, unknown>[]
  const texts = await expected(sql)
  expect(read).toHaveLength(2500)
  const wrong = read.flatMap((object, row) => {
    const [small, big, fitting, huge, money, exact, real, text, day, moment, truth] = texts[row] ?? []
    const i = row
    const wanted = {
      small: Number(small),
      big,
      fitting: Number(fitting),
      huge,
      money: Number(money),
      exact,
      real: Number(real),
      text,
      day,
      moment: moment?.replace(' ', 'T'),
      truth: truth === 'true',
      list: i % 3 > 0 ? [i, null, -i] : null,
      words: ['=a', 'b"', null],
      pair: { a: i, b: 'x, y' },
      clock: '01:02:03',
      text_1: 'a',
    }
    return JSON.stringify(object) === JSON.stringify(wanted) ? [] : [{ object, wanted }]
  })
  expect(wrong.slice(0, 3)).toEqual([])
})

it('writes Arrow that its own library and no other code of this app reads back', async () => {
  const rows = duckdb.rows(sql)
  for (const form of ['file', 'stream'] as const) {
    const bytes = new Uint8Array(await (await arrowOfResult(rows, form, {})).arrayBuffer())
    expect(new TextDecoder().decode(bytes.subarray(0, 6)) === 'ARROW1').toBe(form === 'file')
    const table = tableFromIPC(bytes)
    expect(table.numRows).toBe(2500)
    expect(table.schema.fields.map(({ name }) => name).slice(-2)).toEqual(['clock', 'text_1'])
    const again = new Rows(table.schema)
    for (const batch of table.batches) again.add(batch)
    const found = Array.from({ length: again.length }, (_, row) =>
      again.columns.map((_, column) => {
        const value = again.value(row, column)
        return value === null ? null : valueText(value)
      }),
    )
    expect(found).toEqual(await expected(sql))
    // Read by the library alone, without the reader of the app.
    expect(table.getChildAt(1)?.get(2499)).toBe(2499n + 9007199254740993n)
    expect(table.getChildAt(7)?.get(0)).toBe('=1+1')
    expect(table.getChildAt(7)?.get(5)).toBeNull()
  }
})

it('writes intervals and unions as text in Arrow, where few readers know them', async () => {
  const rows = duckdb.rows(
    `SELECT CASE WHEN i > 0 THEN to_days(i::INTEGER) END AS gap, union_value(num := i) AS either, [to_months(1)] AS gaps
     FROM range(3000) AS r(i)`,
  )
  const table = tableFromIPC(await (await arrowOfResult(rows, 'file', {})).arrayBuffer())
  expect(table.schema.fields.map(({ type }) => String(type))).toEqual(['Utf8', 'Utf8', 'Utf8'])
  expect([table.get(0), table.get(2999)].map((row) => row?.toJSON())).toEqual([
    { gap: null, either: '0', gaps: '[1 month]' },
    { gap: '2999 days', either: '2999', gaps: '[1 month]' },
  ])
})

it('keeps the order that is shown in text files, and stops when told to', async () => {
  const rows = duckdb.rows('SELECT i FROM range(3) AS r(i)')
  expect((await rawCsvOfResult(rows, { order: Uint32Array.of(2, 0, 1) })).join('')).toBe('i\r\n2\r\n0\r\n1\r\n')
  const many = duckdb.rows('SELECT i, i::VARCHAR AS t FROM range(200000) AS r(i)')
  for (const write of [csvOfResult, arrowOfResult]) {
    const stop = new AbortController()
    const { signal } = stop
    const writing =
      write === csvOfResult ? csvOfResult(many, [], { ...whole, signal }) : arrowOfResult(many, 'file', stop)
    stop.abort(new Error('enough'))
    await expect(writing).rejects.toThrow('enough')
  }
})
