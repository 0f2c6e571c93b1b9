import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { tableFromIPC } from 'apache-arrow'
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPages, type AppPages } from '../app-page.ts'
import { million, watchTasks } from './result-page.ts'
import { openSql, result, run } from './sql-page.ts'

let pages: AppPages
let page: Page
let native: DuckDBConnection
beforeAll(async () => {
  pages = await startPages(undefined, { asUsual: true })
  page = await openSql(pages)
  native = await (await DuckDBInstance.create()).connect()
})
afterAll(async () => {
  native?.closeSync()
  await pages?.close()
})

const rowsOf = async (sql: string) => (await native.runAndReadAll(sql)).getRowsJS()

const forms = { csv: /^CSV ?For/, raw: /raw values/, json: /^JSON/, arrow: /^Arrow/, parquet: /^Parquet/ }
/** Saves the result in a form; its name and where it lies. */
const form = async (each: keyof typeof forms) => {
  await result(page).getByRole('button', { name: 'Export', exact: true }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download', { timeout: 120_000 }),
    page.getByRole('dialog').getByRole('button', { name: forms[each] }).click(),
  ])
  return { name: download.suggestedFilename(), path: await download.path() }
}

const sql = `SELECT i::INTEGER AS small, 9007199254740993 + i AS big, (i * 1.125)::DECIMAL(12,3) AS money,
  list_value('=1+1', 'a, "b"', 'two' || chr(10) || 'lines', '', NULL, '🧑‍🍳')[(i % 6 + 1)::INTEGER] AS text,
  DATE '1969-12-30' + i::INTEGER AS day, TIMESTAMP '1969-12-31 23:59:58.5' + to_seconds(i) AS moment, i % 2 = 0 AS truth,
  CASE WHEN i % 3 > 0 THEN [i, NULL] END AS list FROM range(3000) AS r(i)`

it('saves a result as Parquet, Arrow, JSON and CSV that other programs read back value for value', async () => {
  await run(page, sql)
  const expected = await rowsOf(`SELECT COLUMNS(*)::VARCHAR FROM (${sql})`)
  const parquet = await form('parquet')
  expect(parquet.name).toMatch(/^test-.+-2024-06-01\.parquet$/)
  expect(await rowsOf(`SELECT COLUMNS(*)::VARCHAR FROM read_parquet('${parquet.path}')`)).toEqual(expected)
  const types = await rowsOf(`SELECT column_type FROM (DESCRIBE SELECT * FROM read_parquet('${parquet.path}'))`)
  expect(types.flat()).toEqual([
    'INTEGER',
    'BIGINT',
    'DECIMAL(12,3)',
    'VARCHAR',
    'DATE',
    'TIMESTAMP',
    'BOOLEAN',
    'BIGINT[]',
  ])
  const raw = await form('raw')
  const options =
    "header = true, all_varchar = true, allow_quoted_nulls = false, delim = ',', quote = '\"', escape = '\"'"
  expect(await rowsOf(`SELECT * FROM read_csv('${raw.path}', ${options})`)).toEqual(expected)
  const table = tableFromIPC(await readFile((await form('arrow')).path))
  expect([table.numRows, table.getChild('big')?.get(2999), table.getChild('text')?.get(0)]).toEqual([
    3000,
    9007199254743992n,
    '=1+1',
  ])
  const json = JSON.parse(await readFile((await form('json')).path, 'utf8')) as Record<string, unknown>[]
  expect(json[2]).toEqual({
    small: 2,
    big: '9007199254740995',
    money: 2.25,
    text: 'two\nlines',
    day: '1970-01-01',
    moment: '1970-01-01T00:00:00.5',
    truth: true,
    list: [2, null],
  })
  const lines = (await readFile((await form('csv')).path, 'utf8')).split('\r\n')
  expect(lines.find((line) => line.startsWith('0,'))).toBe(
    "0,9007199254740993,0.000,'=1+1,1969-12-30,1969-12-31 23:59:58.5,true,",
  )
})

// A million in the long form of the tests.
const many = process.env.HIRESCOPE_FULL ? 1_000_000 : 200_000

it(`saves ${many} rows in every form without a long task`, async () => {
  await run(page, `FROM (${million}) LIMIT ${many}`)
  const tasks = await watchTasks(page)
  const long: Record<string, number[]> = {}
  let seen = 0
  for (const each of ['csv', 'raw', 'json', 'arrow', 'parquet'] as const) {
    const start = Date.now()
    const { path } = await form(each)
    const { length } = await readFile(path)
    const own = (await tasks()).slice(seen).map(Math.round)
    seen += own.length
    long[each] = own.filter((length) => length > 250)
    console.info(
      `${each}: ${Math.round(length / 1e6)} MB in ${Date.now() - start} ms, tasks over 50 ms: ${own.join(', ')}`,
    )
    if (each === 'parquet')
      expect(
        await rowsOf(`SELECT count(*)::INTEGER, max(application_key)::INTEGER FROM read_parquet('${path}')`),
      ).toEqual([[many, many - 1]])
    if (each === 'raw') expect(await rowsOf(`SELECT count(*)::INTEGER FROM read_csv('${path}')`)).toEqual([[many]])
  }
  expect(long).toEqual({ csv: [], raw: [], json: [], arrow: [], parquet: [] })
  await result(page).getByRole('button', { name: 'Export', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: forms.json }).click()
  await result(page).getByRole('progressbar').waitFor()
  await result(page).getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('The export was cancelled').waitFor()
}, 300_000)
