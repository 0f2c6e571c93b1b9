import { afterAll, beforeAll, expect, it } from 'vitest'
import { valueText } from '../../../src/app/console/value.ts'
import { openDuckDb, type DuckDb } from './duckdb.ts'

let duckdb: DuckDb
beforeAll(async () => {
  duckdb = await openDuckDb()
})
afterAll(() => duckdb?.close())

/** Expressions of every type that a result can have, the odd ones among them. */
const expressions = [
  ...['NULL::INTEGER', '1::TINYINT', '(-32768)::SMALLINT', '255::UTINYINT', '4294967295::UINTEGER'],
  ...['9223372036854775807', '-9223372036854775808', '18446744073709551615::UBIGINT'],
  ...['170141183460469231731687303715884105727', '(-170141183460469231731687303715884105727)::HUGEINT'],
  ...['340282366920938463463374607431768211455::UHUGEINT', '1.25::DECIMAL(5,2)', '(-0.05)::DECIMAL(5,2)'],
  ...['(-123456789012345678901234567890.12345678)::DECIMAL(38,8)', "'0.1'::FLOAT", "'1e-7'::FLOAT"],
  ...["'nan'::DOUBLE", "'-inf'::DOUBLE", '0.1::DOUBLE + 0.2::DOUBLE', '1e300::DOUBLE', '2.5::DOUBLE'],
  ...["DATE '1969-12-31'", "DATE '2024-02-29'", "DATE '0044-03-15 (BC)'", "DATE '20000-01-01'", "'infinity'::DATE"],
  ...["TIMESTAMP '1950-01-01 00:00:00.123456'", "TIMESTAMP '2024-05-31 12:00:00'", "'-infinity'::TIMESTAMP"],
  ...["TIMESTAMP '2024-05-31 23:59:59.5'", "TIMESTAMP_NS '2020-01-01 00:00:00.123456789'"],
  ...["TIMESTAMP_S '2020-01-01 00:00:00'", "TIMESTAMP_MS '2020-01-01 00:00:00.25'", "TIME '12:34:56.789012'"],
  ...["TIME '00:00:00'", "INTERVAL '14 months 2 days 3.5 seconds'", "INTERVAL '-1 day'", "INTERVAL '0 days'"],
  ...["INTERVAL '-90 minutes'", "INTERVAL '1 year -1 month'", 'true', 'false'],
  ...["'ab\\xFF\\x00'::BLOB", "''::BLOB", "'00000000-0000-0000-0000-000000000001'::UUID", "''", "'NULL'"],
  ...["'naïve 🧑‍🍳 <b>'", "'longer than the shortest of the texts: ñ'", "'x'::ENUM('x', 'y')"],
  ...[
    '[1, NULL, 3]',
    '[]::INTEGER[]',
    "['a', 'b, c', '', NULL, 'NULL', 'it''s', ' d', 'e\\f', '\"g\"']",
    '[[1], NULL, []]',
  ],
  ...[
    "{'a': 1, 'b': 'x y', 'c': NULL}",
    "MAP {'k': 1, 'l, m': NULL}",
    '[1, 2]::INTEGER[2]',
    "{'a': [{'b': DATE '2024-01-01'}]}",
  ],
  ...['union_value(num := 2)', '[1.50::DECIMAL(4,2)]', "[TIMESTAMP '2024-01-01 01:00:00']"],
]

it('reads values of all types exactly, as the engine writes them', () => {
  // A row before it and after it without a value: places and bits of each batch count.
  const wrong = expressions.flatMap((expression) => {
    const found = duckdb.rows(
      `SELECT v FROM range(3) AS r(i) LEFT JOIN (SELECT 1 AS i, ${expression} AS v) USING (i) ORDER BY i`,
    )
    const [expected] = duckdb.texts(`SELECT (${expression})::VARCHAR AS v`)
    const text = valueText(found.value(1, 0))
    const around = [found.value(0, 0), found.value(2, 0)]
    return text === (expected ?? 'NULL') && around.every((value) => value === null)
      ? []
      : [{ expression, text, expected, around }]
  })
  expect(wrong).toEqual([])
})

it('names the types as the engine does', () => {
  const named = expressions.filter(
    (expression) => !/UUID|TIMESTAMP_|union|NULL::|DECIMAL\(38|STRUCT|\{|MAP|ENUM/.test(expression),
  )
  const wrong = named.flatMap((expression) => {
    const [expected] = duckdb.texts(`SELECT typeof(${expression}) AS t`)
    const found = duckdb.rows(`SELECT ${expression} AS v`).columns[0]?.type
    return found === expected ? [] : [{ expression, found, expected }]
  })
  expect(wrong).toEqual([])
  const type = (expression: string) => duckdb.rows(`SELECT ${expression} AS v`).columns[0]?.type
  expect(type("{'a': 1, 'b': ['x']}")).toBe('STRUCT(a INTEGER, b VARCHAR[])')
  expect(type("MAP {'k': 1}")).toBe('MAP(VARCHAR, INTEGER)')
  expect(type("'x'::ENUM('x')")).toBe('ENUM')
})

it('finds a row in whichever batch it lies, in any order', () => {
  const rows = duckdb.rows('SELECT i, i * 3 AS threefold FROM range(10000) AS r(i)')
  expect(rows.batches.length).toBeGreaterThan(1)
  expect(rows.length).toBe(10_000)
  const read = rows.reader(1)
  for (const row of [0, 9999, 2047, 2048, 5000, 4096, 4095, 1]) {
    expect(rows.value(row, 0)).toBe(BigInt(row))
    expect(read(row)).toBe(BigInt(3 * row))
  }
})

it('reads text of any length and script from one batch', () => {
  const texts = ['', 'a', 'é', '🧑‍🍳', 'x'.repeat(24), 'x'.repeat(25), `${'x'.repeat(23)}é`, '\u202eabc']
  const rows = duckdb.rows(`SELECT unnest([${texts.map((text) => `'${text}'`).join(', ')}]) AS t`)
  expect(texts.map((_, row) => rows.value(row, 0))).toEqual(texts)
})
