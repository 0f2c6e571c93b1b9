import { expect, it } from 'vitest'
import { QueryFileError, readQueries, writeQueries, writeQuery } from '../../../src/app/console/query-file.ts'

const funnel = {
  title: 'Funnel by month',
  description: 'How many applications\nreach each stage.',
  sql: "SELECT stage, count(*)\nFROM applications -- title: no title\nWHERE 'a\n-- title: nor this' <> ''\nGROUP BY stage;",
}

it('writes a title and a description as comments in front of a query, and reads them again', () => {
  expect(writeQuery({ title: 'Two\nlines ', description: '', sql: ' SELECT 1 ' })).toBe(
    '-- title: Two lines\n\nSELECT 1\n',
  )
  expect(writeQuery(funnel).split('\n').slice(0, 4)).toEqual([
    '-- title: Funnel by month',
    '-- description: How many applications',
    '--   reach each stage.',
    '',
  ])
  expect(readQueries(writeQuery(funnel), 'funnel.sql')).toEqual([funnel])
})

it('holds several queries in one file', () => {
  const one = { title: 'One', description: '', sql: 'SELECT 1' }
  expect(readQueries(writeQueries([one, funnel, one]), 'all.sql')).toEqual([one, funnel, one])
  expect(readQueries(writeQueries([one, funnel]).replaceAll('\n', '\r\n'), 'all.sql')[0]).toEqual(one)
})

it('sets a comment apart that would read as another title', () => {
  const sql = 'SELECT 1;\n-- title: of a part\nSELECT 2'
  const [read, ...others] = readQueries(writeQuery({ title: 'Both', description: '', sql }), 'both.sql')
  expect(others).toEqual([])
  expect(read?.sql).toBe('SELECT 1;\n--  title: of a part\nSELECT 2')
})

it('calls a query without a title as its file is called', () => {
  expect(readQueries('\uFEFF-- counts\nSELECT 1', 'hires per week.sql')).toEqual([
    { title: 'hires per week', description: '', sql: '-- counts\nSELECT 1' },
  ])
})

it.each([
  ['', 'q.sql: no SQL in it'],
  ['-- nothing\n', 'q.sql: no SQL in it'],
  ['-- title: Empty\n\n-- nothing', 'q.sql, line 2: no SQL under the title "Empty"'],
  ['-- title:\nSELECT 1', 'q.sql, line 1: the title is empty; write "-- title: " and a title'],
  ['-- title: A\nSELECT 1;\n-- title: \nSELECT 2', 'q.sql, line 3: the title is empty; write "-- title: " and a title'],
  ['SELECT 1;\n-- title: A\nSELECT 2', 'q.sql, line 1: SQL above the first title'],
  ['-- title: A\n-- author: me\nSELECT 1', 'q.sql, line 2: "author" is not known here'],
  ['-- description: A\nSELECT 1', 'q.sql, line 1: a description without a title'],
  ['SELECT \uFFFD', 'q.sql: not text in UTF-8'],
  ['x'.repeat(1_000_001), 'q.sql: 1000001 characters, expected 1000000 at most'],
])('says what is wrong with a file: %#', (content, message) => {
  const read = () => readQueries(content, 'q.sql')
  expect(read).toThrow(QueryFileError)
  expect(read).toThrow(message)
})
