import { describe, expect, it } from 'vitest'
import { csvParts, tsvOf, withoutFormula } from '../../src/app/table-text.ts'
import { nextSort, orderOf, shownText, type Column, type Table } from '../../src/app/table.ts'

const jobs = ['Cook', 'Äpfel', 'baker 10', 'baker 9', 'Cook']
const counts = [3, null, 12, 3, 0]
const table: Table = {
  caption: 'Jobs',
  length: jobs.length,
  columns: [
    { key: 'job', label: 'Job', value: (row) => jobs[row] ?? null },
    {
      key: 'n',
      label: 'Count',
      numeric: true,
      value: (row) => counts[row] ?? null,
      shown: (row) => `n=${counts[row]}`,
    },
    { key: 'back', label: 'Back', value: (row) => jobs[row] ?? null, rank: (row) => -row },
  ],
}
const [job, count] = table.columns as [Column, Column]
const sorted = (key: string, descending: boolean) => [...orderOf(table, { key, descending })]

describe('a table', () => {
  it('sorts text as people do, numbers by size, and what has no value last, ties as they stand', () => {
    expect([...orderOf(table, null)]).toEqual([0, 1, 2, 3, 4])
    expect(sorted('job', false)).toEqual([1, 3, 2, 0, 4])
    expect(sorted('job', true)).toEqual([0, 4, 2, 3, 1])
    expect(sorted('n', true)).toEqual([2, 0, 3, 4, 1])
    expect(sorted('n', false)).toEqual([4, 0, 3, 2, 1])
    expect(sorted('back', false)).toEqual([4, 3, 2, 1, 0])
    expect(sorted('no such column', true)).toEqual([0, 1, 2, 3, 4])
  })

  it('sorts numbers from the greatest first, text from A, and turns at the second click', () => {
    expect(nextSort(count, null)).toEqual({ key: 'n', descending: true })
    expect(nextSort(count, { key: 'n', descending: true })).toEqual({ key: 'n', descending: false })
    expect(nextSort(job, { key: 'n', descending: true })).toEqual({ key: 'job', descending: false })
  })

  it('shows a value, or what the column makes of it', () => {
    expect(shownText(job, 0)).toBe('Cook')
    expect(shownText(count, 2)).toBe('n=12')
    expect(shownText({ ...job, value: () => null }, 0)).toBe('')
  })
})

const evil = [
  '=1+1',
  '+44 20',
  '-2',
  '@SUM(A1)',
  '\t=1',
  '\u202e=1',
  '＝1',
  'a "b", c',
  'two\nlines',
  'plain; text',
  '<img src=x onerror=alert(1)>',
  '🧑‍🍳',
]
const hostile: Table = {
  caption: 'Hostile',
  length: evil.length,
  columns: [
    { key: 'text', label: '=Text', value: (row) => evil[row] ?? null },
    { key: 'n', label: 'n', numeric: true, value: (row) => -row },
  ],
}
const all = Uint32Array.from(evil.keys())

describe('a file of a table', () => {
  it('says first what it holds, and gives numbers as numbers', async () => {
    const parts = await csvParts(table, orderOf(table, { key: 'n', descending: true }), ['Jobs, all', 'As of 20 Nov'])
    expect(parts.join('')).toBe(
      '\ufeff"Jobs, all"\r\nAs of 20 Nov\r\n\r\nJob,Count,Back\r\nbaker 10,12,baker 10\r\nCook,3,Cook\r\nbaker 9,3,baker 9\r\nCook,0,Cook\r\nÄpfel,,Äpfel\r\n',
    )
  })

  it('has no cell that a spreadsheet takes for a formula', async () => {
    const text = (await csvParts(hostile, all, ['=HYPERLINK("x")'])).join('')
    expect(text).toBe(
      [
        `\ufeff"'=HYPERLINK(""x"")"`,
        '',
        "'=Text,n",
        "'=1+1,0",
        "'+44 20,-1",
        "'-2,-2",
        "'@SUM(A1),-3",
        '"\'\t=1",-4',
        "'\u202e=1,-5",
        "'＝1,-6",
        '"a ""b"", c",-7',
        '"two\nlines",-8',
        '"plain; text",-9',
        '<img src=x onerror=alert(1)>,-10',
        '🧑‍🍳,-11',
        '',
      ].join('\r\n'),
    )
    expect(withoutFormula('a=b')).toBe('a=b')
  })

  it('writes many rows in portions, and lets the page take its turns between them', async () => {
    let turns = 0
    const long: Table = { ...hostile, length: 12_000, columns: [{ key: 'n', label: 'n', value: (row) => row }] }
    const parts = await csvParts(long, orderOf(long, null), [], async () => void turns++)
    expect(turns).toBe(3)
    expect(parts.join('').split('\r\n')).toHaveLength(12_003)
  })

  it('is copied with tabs, one line a row', () => {
    const lines = tsvOf(hostile, all).split('\n')
    expect(lines).toHaveLength(evil.length + 1)
    expect(lines[1]).toBe("'=1+1\t0")
    expect(lines[5]).toBe("' =1\t-4")
    expect(lines[9]).toBe('two lines\t-8')
  })
})
