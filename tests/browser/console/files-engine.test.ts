import { DuckDBInstance } from '@duckdb/node-api'
import { tableFromArrays, tableToIPC } from 'apache-arrow'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { temporaryFolder, writeBundle } from '../../fixtures/bundle.ts'
import { builtEnginePage } from '../built.ts'
import { launchChromium, serveFolders, type Chromium, type Server } from '../chromium.ts'
import type {} from '../engine-page/main.ts'

// Files that an analyst brings along, and results that leave as Parquet.
let folder: string
let chromium: Chromium
let server: Server
let page: Page

beforeAll(async () => {
  folder = await temporaryFolder()
  await writeBundle(join(folder, 'data/one'))
  server = await serveFolders({ '/': await builtEnginePage(), '/data/': join(folder, 'data') })
  chromium = await launchChromium({ asUsual: false })
  page = await chromium.browser.newPage()
  await page.goto(`${server.url}/`)
  await page.evaluate(async () => {
    const analyst = await window.hirescope.openConsole('data/one/')
    const read = async (name: string, bytes: number[], sql: string) => {
      try {
        const { stream, rows } = await window.hirescope.readDataFile(new File([new Uint8Array(bytes)], name))
        await analyst.query('DROP TABLE IF EXISTS brought')
        await analyst.insert('brought', stream)
        const found: string[][] = []
        await analyst.query(sql, {
          onBatch: (batch) => found.push(...batch.toArray().map((row) => Object.values(row.toJSON()).map(String))),
        })
        return { rows, found }
      } catch (error) {
        return (error as Error).message
      }
    }
    Object.assign(window, { analyst, read })
  })
})
afterAll(async () => {
  await chromium?.close()
  await server?.close()
  await rm(folder, { recursive: true })
})

const read = (name: string, bytes: Uint8Array | string, sql = 'FROM brought ORDER BY ALL') =>
  page.evaluate(
    ([name, bytes, sql]) =>
      (window as unknown as { read(...each: unknown[]): Promise<unknown> }).read(name, bytes, sql),
    [name, [...(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes)], sql] as const,
  )

const types = "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'brought' ORDER BY column_index"

it('reads CSV with its types, quotes and blanks, and asks the network for nothing', async () => {
  const csv = 'id,name,from,score,good\n1,"Zoë, ""Z""",2024-05-06,1.5,true\n2,,2024-05-07,,false\n'
  const before = server.requests.length
  expect(await read('Sources of 2024.csv', csv)).toEqual({
    rows: 2,
    found: [
      ['1', 'Zoë, "Z"', expect.any(String), '1.5', 'true'],
      ['2', 'null', expect.any(String), 'null', 'false'],
    ],
  })
  expect(await read('x.csv', csv, types)).toMatchObject({
    found: [
      ['id', 'BIGINT'],
      ['name', 'VARCHAR'],
      ['from', 'DATE'],
      ['score', 'DOUBLE'],
      ['good', 'BOOLEAN'],
    ],
  })
  expect(await read('x.csv', csv, 'SELECT "from"::VARCHAR FROM brought ORDER BY id')).toMatchObject({
    found: [['2024-05-06'], ['2024-05-07']],
  })
  expect(await read('x.tsv', 'a\tb\n1\t2\n')).toMatchObject({ found: [['1', '2']] })
  const asked = server.requests.slice(before).filter((path) => !path.includes('/assets/'))
  expect(asked).toEqual([])
})

it('reads JSON, as an array and a line each, nested values as text', async () => {
  const rows = [
    { id: 1, tags: ['a', 'b'], ok: true, ratio: 0.5 },
    { id: 2, city: 'Pune', ratio: 2 },
  ]
  const expected = {
    rows: 2,
    found: [
      ['1', '["a","b"]', 'true', '0.5', 'null'],
      ['2', 'null', 'null', '2', 'Pune'],
    ],
  }
  expect(await read('x.json', JSON.stringify(rows, null, 2))).toEqual(expected)
  expect(await read('x.ndjson', rows.map((row) => JSON.stringify(row)).join('\n'))).toEqual(expected)
  expect(await read('x.json', '[1, 2]', 'SELECT sum(value)::INTEGER FROM brought')).toMatchObject({ found: [['3']] })
})

it('reads Parquet and Arrow, as files and as streams', async () => {
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  const path = join(folder, 'x.parquet')
  await connection.run(
    `COPY (SELECT 1 AS id, 'é' AS name, [1, 2] AS list, 12.34::DECIMAL(9, 2) AS money, DATE '2024-05-06' AS day) TO '${path}'`,
  )
  connection.closeSync()
  instance.closeSync()
  const sql = 'SELECT id, name, list[2], money::VARCHAR, day::VARCHAR FROM brought'
  expect(await read('x.parquet', await readFile(path), sql)).toEqual({
    rows: 1,
    found: [['1', 'é', '2', '12.34', '2024-05-06']],
  })
  const table = tableFromArrays({ id: Int32Array.from([1, 2]), name: ['a', 'b'] })
  for (const format of ['file', 'stream'] as const)
    expect(await read('x.arrow', tableToIPC(table, format))).toEqual({
      rows: 2,
      found: [
        ['1', 'a'],
        ['2', 'b'],
      ],
    })
})

it.each([
  ['x.xlsx', 'PK', 'file: of no kind that is known here; bring CSV, JSON, Parquet or Arrow'],
  ['x.csv', '', 'file: empty; check that it was saved whole'],
  ['x.json', '{"a": 1}\n{"a": ', 'file: line 2 is not JSON; bring an array of objects, or an object a line'],
  ['x.json', '[]', 'file: no objects with fields in it; bring an array of objects, or an object a line'],
  ['x.parquet', 'PAR1 and nothing', /^file: cannot be read as Parquet \(.*\); check that it was saved whole/],
  ['x.arrow', 'nothing of the kind', /^file: cannot be read as Arrow/],
])('says what is wrong with %s: %j', async (name, content, message) => {
  expect(await read(name, content)).toEqual(typeof message === 'string' ? message : expect.stringMatching(message))
})

it('writes what a query gives as Parquet that another engine reads', async () => {
  const bytes = await page.evaluate(async () => {
    const { stream } = await window.hirescope.readDataFile(
      new File(['id,name,day\n1,"a ""quoted"" é",2024-05-06\n2,,\n9007199254740993,=1+1,2024-02-29\n'], 'x.csv'),
    )
    return [...(await window.hirescope.writeParquet(stream))]
  })
  const path = join(folder, 'written.parquet')
  await writeFile(path, Uint8Array.from(bytes))
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  const reader = await connection.runAndReadAll(`SELECT id::VARCHAR, name, day::VARCHAR FROM '${path}' ORDER BY id`)
  expect(reader.getRows()).toEqual([
    ['1', 'a "quoted" é', '2024-05-06'],
    ['2', null, null],
    ['9007199254740993', '=1+1', '2024-02-29'],
  ])
  connection.closeSync()
  instance.closeSync()
})
