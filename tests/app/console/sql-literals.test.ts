import { expect, it } from 'vitest'
import { readableStatement, sqlComment, sqlName, withLiterals } from '../../../src/app/console/sql-literals.ts'
import { openDuckDb } from './duckdb.ts'

it('puts values in place of named parameters', () => {
  const sql = 'SELECT $job, $job_keys, $city, $open, $none FROM t WHERE a = $job'
  expect(withLiterals(sql, { job: -1, job_keys: '1,2', city: "L'Aquila", open: true, none: null })).toBe(
    "SELECT -1, '1,2', 'L''Aquila', TRUE, NULL FROM t WHERE a = -1",
  )
  expect(() => withLiterals('SELECT $job', {})).toThrow('statement: the parameter $job has no value')
})

it('says above a statement what it answers, in lines that read well', () => {
  expect(readableStatement('People. Once\neach.', { sql: 'SELECT $job', params: { job: 3 } })).toBe(
    '-- People. Once each.\nSELECT 3',
  )
  const lines = sqlComment('word '.repeat(60)).split('\n')
  expect(lines.length).toBe(4)
  expect(lines.every((line) => line.startsWith('-- ') && line.length <= 100)).toBe(true)
})

it('puts each name that needs it in quotes, by the grammar of the engine', async () => {
  const duckdb = await openDuckDb()
  const words = duckdb.texts('SELECT DISTINCT keyword_name FROM duckdb_keywords() ORDER BY 1').map(String)
  expect(words.length).toBeGreaterThan(400)
  for (const word of [...words, 'Two words', 'a"b', '1st', 'Order']) {
    duckdb.rows(`CREATE OR REPLACE TABLE ${sqlName(word)} AS SELECT NULL::INTEGER AS ${sqlName(word)}`)
    expect([word, duckdb.rows(`SELECT ${sqlName(word)} FROM ${sqlName(word)}`).columns[0]?.name]).toEqual([word, word])
    duckdb.rows(`DROP TABLE ${sqlName(word)}`)
  }
  expect(['jobs', 'job_key', 'name', 'value', 'date'].map(sqlName)).toEqual([
    'jobs',
    'job_key',
    'name',
    'value',
    'date',
  ])
  duckdb.close()
})
