import { expect, it } from 'vitest'
import { ago, every, isLate } from '../../src/app/state/age.ts'

const asOf = '2026-11-19T20:30:00.000000Z'
const after = (hours: number) => Date.parse(asOf) + hours * 3_600_000

it('says how long ago an export was, in one unit', () => {
  expect(ago(asOf, after(0))).toBe('just now')
  expect(ago(asOf, after(1.5))).toBe('90 minutes ago')
  expect(ago(asOf, after(6.9))).toBe('6 hours ago')
  expect(ago(asOf, after(47))).toBe('47 hours ago')
  expect(ago(asOf, after(24 * 7.5))).toBe('7 days ago')
})

it('gives no age by a clock that says the export is yet to come', () => {
  expect(ago(asOf, after(-0.05))).toBe('just now')
  expect(ago(asOf, after(-1))).toBeNull()
})

it('finds an export late after the expected interval, and never without one', () => {
  expect(isLate(asOf, 26, after(26))).toBe(false)
  expect(isLate(asOf, 26, after(26.1))).toBe(true)
  expect(isLate(asOf, undefined, after(1000))).toBe(false)
})

it('says an interval as people do', () => {
  expect([1.5, 24, 26, 168].map(every)).toEqual(['every 90 minutes', 'every day', 'every 26 hours', 'every 7 days'])
})
