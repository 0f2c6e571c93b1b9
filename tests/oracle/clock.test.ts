import { expect, test } from 'vitest'
import { clockOf, readInstant, wholeSeconds, writeInstant } from './clock.ts'

test('a day starts at its first midnight, or where the clocks landed that jumped over it', () => {
  const startOf = (zone: string, day: string) => writeInstant(clockOf(zone).startOf(day))
  expect(startOf('Asia/Kolkata', '2024-03-11')).toBe('2024-03-10 18:30:00')
  expect(startOf('America/New_York', '2024-03-11')).toBe('2024-03-11 04:00:00')
  // Havana's clocks went from 0:00 to 1:00 on 10 March and from 1:00 back to 0:00 on 3 November.
  expect(startOf('America/Havana', '2024-03-10')).toBe('2024-03-10 05:00:00')
  expect(startOf('America/Havana', '2024-11-03')).toBe('2024-11-03 04:00:00')
  // Apia had no 30 December 2011.
  expect(startOf('Pacific/Apia', '2011-12-31')).toBe('2011-12-30 10:00:00')
})

test('instants keep microseconds, answers do not', () => {
  expect(writeInstant(readInstant('2024-03-13 12:00:00.1')!)).toBe('2024-03-13 12:00:00.100000')
  expect(wholeSeconds(readInstant('2024-03-13 12:00:00.999999')!)).toBe('2024-03-13T12:00:00Z')
  expect(readInstant('2024-02-30 00:00:00')).toBeNull()
  expect(readInstant('2024-02-20 25:00:00')).toBeNull()
})
