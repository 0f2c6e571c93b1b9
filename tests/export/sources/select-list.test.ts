import { describe, expect, it } from 'vitest'
import { columnLine, selectList } from '../../../src/export/sources/select-list.ts'

describe('the select list of an SQL text', () => {
  it('has a line for each column', () => {
    expect(selectList('SELECT\n  a,\n  b AS c\nFROM t')).toEqual({ line: 1, items: [2, 3] })
  })

  it('is the outermost one, after common table expressions and before subqueries', () => {
    const sql =
      'WITH x AS (\n  SELECT 1 AS q, 2\n)\nSELECT\n  (SELECT max(q) FROM x) AS a,\n  f(1, 2) AS b,\n  c\nFROM x'
    expect(selectList(sql)).toEqual({ line: 4, items: [5, 6, 7] })
  })

  it('is not misled by commas and keywords in comments, texts and quoted names', () => {
    const sql = `-- SELECT a, b\nSELECT 'x, FROM', /* , */ "a,b" AS c,\n  $q$ , $q$\nFROM t`
    expect(selectList(sql)).toEqual({ line: 2, items: [2, 2, 3] })
  })

  it('begins after DISTINCT ON', () => {
    expect(selectList('SELECT DISTINCT ON (a, b)\n  a,\n  b\nFROM t').items).toEqual([2, 3])
  })

  it('is unknown where a star hides it', () => {
    expect(selectList('SELECT\n  t.*, 1 AS b\nFROM t').items).toBeNull()
    expect(columnLine('\nSELECT *\nFROM t', 3, 5)).toBe(2)
  })

  it('knows a product from a star', () => {
    expect(selectList('SELECT a * 2,\n b FROM t').items).toEqual([1, 2])
  })
})
