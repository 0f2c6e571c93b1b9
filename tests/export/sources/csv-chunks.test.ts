import fc from 'fast-check'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chunkCsv } from '../../../src/export/sources/csv-chunks.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hirescope-chunks-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const value = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r', ' '), maxLength: 6 })
const rowText = (values: string[]) =>
  `${values.map((each) => (/[",\n\r]/.test(each) ? `"${each.replaceAll('"', '""')}"` : each)).join(',')}\n`

/** What each file held that was handed over. */
const filesOf = async (text: string, cuts: number[], bytesPerFile: number): Promise<string[]> => {
  const bytes = Buffer.from(text)
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  const pieces = async function* () {
    for (const [index, end] of [...ends, bytes.length].entries()) yield bytes.subarray(ends[index - 1] ?? 0, end)
  }
  const files: string[] = []
  await chunkCsv(
    pieces(),
    join(folder, 'rows.csv'),
    async (file) => void files.push(await readFile(file, 'utf8')),
    bytesPerFile,
  )
  expect(await readdir(folder)).toEqual([])
  return files
}

describe('CSV in files', () => {
  it('is cut between rows alone, however it arrives, and nothing is lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(value, { minLength: 2, maxLength: 3 }), { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.integer({ min: 1, max: 60 }),
        async (rows, cuts, bytesPerFile) => {
          const texts = rows.map(rowText)
          const files = await filesOf(texts.join(''), cuts, bytesPerFile)
          expect(files.join('')).toBe(texts.join(''))
          const ends = new Set(texts.map((_, index) => texts.slice(0, index + 1).join('').length))
          let length = 0
          for (const file of files) expect(ends).toContain((length += file.length))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('has files no longer than asked for, and one row', async () => {
    const row = 'abcdefg\n'
    const files = await filesOf(
      row.repeat(100),
      Array.from({ length: 100 }, (_, index) => index * 8),
      80,
    )
    expect(Math.max(...files.map((file) => file.length))).toBeLessThanOrEqual(88)
  })

  it('fails with what loading fails with, and leaves no file', async () => {
    const pieces = async function* () {
      for (let piece = 0; piece < 5; piece++) yield Buffer.from('a,b\n')
    }
    const failing = () => Promise.reject(new Error('no room'))
    await expect(chunkCsv(pieces(), join(folder, 'rows.csv'), failing, 4)).rejects.toThrow('no room')
    expect(await readdir(folder)).toEqual([])
  })
})
