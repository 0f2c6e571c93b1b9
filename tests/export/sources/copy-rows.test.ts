import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRowTaker } from '../../../src/export/sources/copy-rows.ts'

const message = (type: string, body: string) => {
  const bytes = Buffer.from(`${type}0000${body}`)
  bytes.writeUInt32BE(bytes.length - 1, 1)
  return bytes
}

it('rows come out of the messages of a COPY whole and in order, however they arrive, and what follows is left as it is', () => {
  const row = fc.string({ unit: fc.constantFrom('a', 'd', 'c', 'E', '\0', '\n'), maxLength: 9 })
  const other = fc.constantFrom('S', 'N', 'H').map((type) => message(type, 'between'))
  const messages = fc.array(
    fc.oneof(
      row.map((body) => message('d', body)),
      other,
    ),
    { maxLength: 12 },
  )
  const end = fc
    .constantFrom('c', 'E')
    .map((type) => Buffer.concat([message(type, 'the last'), message('C', 'COPY 2')]))
  fc.assert(
    fc.property(messages, end, fc.array(fc.nat(), { maxLength: 12 }), (before, after, cuts) => {
      const bytes = Buffer.concat([...before, after])
      const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
      const take = createRowTaker()
      const rows: string[] = []
      let rest: Buffer | null = null
      for (const [index, end] of [...ends, bytes.length].entries()) {
        const piece = Buffer.from(bytes.subarray(ends[index - 1] ?? 0, end))
        if (rest) rest = Buffer.concat([rest, piece])
        else {
          const taken = take(piece)
          rows.push(taken.rows.toString())
          rest = taken.after
        }
      }
      const wanted = before.filter((each) => each[0] === 'd'.charCodeAt(0)).map((each) => each.subarray(5).toString())
      expect(rows.join('')).toBe(wanted.join(''))
      expect(rest?.equals(after)).toBe(true)
    }),
    { numRuns: 500 },
  )
})
