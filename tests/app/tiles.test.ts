import type { ApplicantsChange } from 'hirescope/metrics'
import { describe, expect, it } from 'vitest'
import { changeInWords } from '../../src/app/tiles.ts'

const change = (now: number, then: number) =>
  ({
    answers: { latest: { body: { total_applicants: now } }, before: { body: { total_applicants: then } } },
  }) as unknown as ApplicantsChange

describe('a change against the 12 weeks before', () => {
  it('is a percentage with its direction', () => {
    expect(changeInWords(change(1080, 1000))).toEqual({ direction: 'up', size: '8%', against: 'on prior 12 wk' })
    expect(changeInWords(change(66, 100))).toEqual({ direction: 'down', size: '34%', against: 'on prior 12 wk' })
    expect(changeInWords(change(1001, 1000))).toEqual({
      direction: null,
      size: '0%',
      against: 'change on prior 12 wk',
    })
  })

  it('is told in numbers where there are fewer than five, and not at all where there is nobody', () => {
    expect(changeInWords(change(7, 4))).toEqual({ direction: null, size: '7', against: 'in 12 wk, 4 before' })
    expect(changeInWords(change(0, 0))).toBeNull()
  })
})
