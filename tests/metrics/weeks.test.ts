import { weekStarts } from 'hirescope/metrics'
import { expect, it } from 'vitest'

it('ends the twelve weeks with the one that contains as-of on the org clock', () => {
  const sunday = { as_of: '2026-11-22T18:29:59.000000Z', time_zone: 'Asia/Kolkata', week_start: 'monday' } as const
  expect(weekStarts(sunday).at(-1)).toBe('2026-11-16')
  expect(weekStarts({ ...sunday, as_of: '2026-11-22T18:30:00.000000Z' }).at(-1)).toBe('2026-11-23')
  expect(weekStarts({ ...sunday, week_start: 'sunday' })).toEqual([
    '2026-09-06',
    '2026-09-13',
    '2026-09-20',
    '2026-09-27',
    '2026-10-04',
    '2026-10-11',
    '2026-10-18',
    '2026-10-25',
    '2026-11-01',
    '2026-11-08',
    '2026-11-15',
    '2026-11-22',
  ])
})
