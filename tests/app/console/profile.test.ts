import { afterAll, beforeAll, expect, it } from 'vitest'
import { profileColumn } from '../../../src/app/console/profile.ts'
import { openDuckDb, type DuckDb } from './duckdb.ts'

let duckdb: DuckDb
beforeAll(async () => {
  duckdb = await openDuckDb()
})
afterAll(() => duckdb?.close())

const ask = (sql: string) => {
  const rows = duckdb.rows(sql)
  return Promise.resolve(
    Array.from({ length: rows.length }, (_, row) =>
      Object.fromEntries(rows.columns.map(({ name }, column) => [name, rows.value(row, column)])),
    ),
  )
}

/** The profile of column `v` of a table made of `values`. */
const profiled = (type: string, values: string, column = 'v', table = 't') => {
  const [quotedTable, quotedColumn] = [table, column].map((name) => `"${name.replaceAll('"', '""')}"`)
  duckdb.rows(`CREATE OR REPLACE TABLE ${quotedTable} (${quotedColumn} ${type})`)
  if (values) duckdb.rows(`INSERT INTO ${quotedTable} ${values}`)
  return profileColumn(ask, table, column, type)
}

it('counts rows, gaps, distinct and frequent values', async () => {
  const profile = await profiled('VARCHAR', "VALUES ('b'), ('a'), ('b'), (NULL), (''), ('a'), ('b')")
  expect(profile).toMatchObject({ rows: 7, filled: 6, distinct: 3, least: '', greatest: 'b', average: null, bins: [] })
  expect(profile.top).toEqual([
    { value: 'b', count: 3 },
    { value: 'a', count: 2 },
    { value: '', count: 1 },
  ])
})

it('gives numbers an average, quartiles and twelve bins that hold every row', async () => {
  const profile = await profiled('INTEGER', 'SELECT i FROM range(1, 121) AS r(i)')
  expect(profile.average).toBe(60.5)
  expect(profile.quartiles).toEqual([30.75, 60.5, 90.25])
  expect(profile.bins).toHaveLength(12)
  expect(profile.bins.map(({ count }) => count)).toEqual(Array(12).fill(10))
})

it('has an answer for every type, for empty tables and for columns of nothing', async () => {
  const types = {
    'INTEGER[]': 'VALUES ([1, 2]), ([1, 2]), (NULL)',
    'STRUCT(a INTEGER, b VARCHAR)': "VALUES ({a: 1, b: 'x'}), ({a: 1, b: 'x'}), (NULL)",
    'MAP(VARCHAR, INTEGER)': "VALUES (MAP {'a': 1}), (MAP {'a': 1}), (NULL)",
    BOOLEAN: 'VALUES (true), (true), (NULL)',
    BLOB: "VALUES ('\\x00'::BLOB), ('\\x00'::BLOB), (NULL)",
    'DECIMAL(9,2)': 'VALUES (1.5), (1.5), (NULL)',
    HUGEINT: 'VALUES (170141183460469231731687303715884105727), (170141183460469231731687303715884105727), (NULL)',
    DOUBLE: "VALUES ('nan'::DOUBLE), ('nan'::DOUBLE), (NULL)",
    TIME: "VALUES (TIME '10:00:00'), (TIME '10:00:00'), (NULL)",
    INTERVAL: "VALUES (INTERVAL '1 day'), (INTERVAL '1 day'), (NULL)",
    UUID: "VALUES ('00000000-0000-0000-0000-000000000001'), ('00000000-0000-0000-0000-000000000001'), (NULL)",
    "ENUM('x', 'y')": "VALUES ('x'), ('x'), (NULL)",
    DATE: "VALUES (DATE '2024-01-01'), (DATE '2024-01-01'), (NULL)",
  }
  for (const [type, values] of Object.entries(types)) {
    const profile = await profiled(type, values)
    expect([type, profile.rows, profile.filled, profile.distinct]).toEqual([type, 3, 2, 1])
    expect([type, ...profile.top.map(({ count }) => count)]).toEqual([type, 2])
    expect(await profiled(type, '')).toMatchObject({ rows: 0, filled: 0, distinct: 0, least: null, top: [], bins: [] })
    expect(await profiled(type, 'VALUES (NULL), (NULL)')).toMatchObject({ rows: 2, filled: 0, distinct: 0, top: [] })
  }
})

it('says of each bin where it begins, also of narrow ones far from nought', async () => {
  const spreads = {
    years: ['INTEGER', 'SELECT 2019 + i FROM range(6) AS r(i)'],
    seconds: ['BIGINT', 'SELECT 1717000000 + i FROM range(5000) AS r(i)'],
    small: ['DOUBLE', 'SELECT i / 1e9 FROM range(50) AS r(i)'],
    days: ['DATE', "SELECT DATE '2024-01-01' + i::INTEGER FROM range(5) AS r(i)"],
    moments: ['TIMESTAMP', "SELECT TIMESTAMP '2024-01-01 10:00:00' + to_seconds(i) FROM range(50) AS r(i)"],
  } as const
  for (const [name, [type, values]] of Object.entries(spreads)) {
    const { rows, bins } = await profiled(type, values)
    expect([name, bins.reduce((sum, { count }) => sum + count, 0)]).toEqual([name, rows])
    expect([name, new Set(bins.map(({ from }) => from)).size]).toEqual([name, bins.length])
  }
})

it('stays whole at the ends of what a type holds', async () => {
  const ends = {
    DOUBLE: 'VALUES (1.7976931348623157e308), (-1.7976931348623157e308), (0)',
    DATE: "VALUES ('infinity'::DATE), (DATE '2024-01-01'), (DATE '290000-01-01')",
    TIMESTAMP: "VALUES ('infinity'::TIMESTAMP), ('-infinity'::TIMESTAMP), (TIMESTAMP '2024-01-01')",
  }
  for (const [type, values] of Object.entries(ends))
    expect([type, (await profiled(type, values)).filled]).toEqual([type, 3])
  const instants = "SELECT TIMESTAMP '2024-01-01 10:00:00' + to_microseconds(i) FROM range(50) AS r(i)"
  expect((await profiled('TIMESTAMP', instants)).bins).toEqual([])
})

it('gives few whole numbers and few days a bin each', async () => {
  const years = await profiled('INTEGER', 'VALUES (2019), (2021), (2021), (2022)')
  expect(years.bins).toEqual([
    { from: '2019', to: '2019', count: 1 },
    { from: '2020', to: '2020', count: 0 },
    { from: '2021', to: '2021', count: 2 },
    { from: '2022', to: '2022', count: 1 },
  ])
  const days = await profiled('DATE', "VALUES (DATE '2024-02-28'), (DATE '2024-03-01'), (DATE '2024-03-01')")
  expect(days.bins).toEqual([
    { from: '2024-02-28', to: '2024-02-28', count: 1 },
    { from: '2024-02-29', to: '2024-02-29', count: 0 },
    { from: '2024-03-01', to: '2024-03-01', count: 2 },
  ])
})

it('takes names that are words of the language, and names with anything in them', async () => {
  expect((await profiled('INTEGER', 'VALUES (1)', 'order', 'group')).filled).toBe(1)
  expect((await profiled('INTEGER', 'VALUES (1)', 'Ünï "x', 'a b')).filled).toBe(1)
})
