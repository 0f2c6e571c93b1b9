import fc from 'fast-check'
import type { OracleConfig } from './config.ts'

// Few values, so that ties, repeats and collisions are the rule.

/** Ids that sort differently as numbers, as UTF-16 and as code points, and that stay apart although they look alike. */
export const idPool = [
  ...['10', '9', '1', '100', '00', '-1', 'a', 'A', 'b', 'Z', 'é', 'e\u0301', '\uFFFD', '\u{1F600}', '\u{10FFFD}'],
  ...['\uFB00', ' x', "o'k", '%2e', 'a/b', '9007199254740993', 'APP00001'],
]

/** Org ids, some of which a path must not take as they are. */
export const orgIdPool = ['o1', '..', '.', 'a/b', 'ü', '\u{1F600}', 'a b', '%2e', 'O1']

/** Havana's clocks change at midnight: one day has none, another has two. */
export const zone = fc.constantFrom(
  ...['Asia/Kolkata', 'America/New_York', 'Pacific/Auckland', 'Asia/Kolkata', 'America/New_York', 'Pacific/Auckland'],
  'America/Havana',
)

/** Near changes of the clocks, on edges of weeks, and in the first week of a year. */
export const asOf = fc.constantFrom(
  '2024-03-13 12:00:00',
  '2024-03-10 18:30:00',
  '2024-04-07 14:00:00',
  '2024-11-06 05:30:00.123456',
  '2024-11-03 03:59:59.999999',
  '2025-01-05 12:00:00',
)

const hour = 3_600_000_000

/** A time told by the org's weeks: so many microseconds from the start of one of them. 12 is the week of as-of. */
export interface Moment {
  week: number
  shift: number
}

export const moment: fc.Arbitrary<Moment> = fc.record({
  week: fc.oneof(fc.integer({ min: 0, max: 13 }), fc.integer({ min: 10, max: 12 })),
  shift: fc.oneof(
    fc.constantFrom(0, -1, 1, 999_999, -1_000_000, hour, 3.5 * hour, 24 * hour, 100 * hour),
    // A twentieth of a day, where days to fill are rounded, and just below.
    fc.constantFrom(4_320_000_000, 4_319_999_999),
  ),
})

export const often = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(value, { freq: 6 })
export const seldom = fc.constantFrom(...[false, false, false, false, false, false, true])
export const index = fc.noBias(fc.nat({ max: 30 }))

/** Usually at least half of the most, now and then none: empty tables say little. */
export const several = <Value>(value: fc.Arbitrary<Value>, most: number): fc.Arbitrary<Value[]> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.array(value, { maxLength: most, size: 'max' }) },
    { weight: 5, arbitrary: fc.array(value, { minLength: Math.ceil(most / 2), maxLength: most, size: 'max' }) },
  )

export const city = fc.constantFrom(
  ...[null, '', ' \u2003', 'Pune', 'pune', ' PUNE ', 'PUNE', 'Poona', 'İstanbul', 'i\u0307stanbul', 'Istanbul'],
  ...['Bombay', 'Mumbai', ' mumbai', 'India', 'Zürich', 'Zu\u0308rich', 'New\u00A0\u00A0York', 'new york'],
  ...['\u{1F600}ville', '\uFFFDville', 'Pu\uFEFFne', '\u0085Pune'],
)

export const skill = fc.constantFrom(
  ...['SQL', 'sql', ' Sql', 'JS', 'js', 'JavaScript', 'javascript', 'n/a', 'C++', 'C#', '\u{1F600}', '\uFFFD'],
  ...['Data  Analysis', 'data analysis', ''],
)

export const aliases = fc.constantFrom<OracleConfig['aliases'][]>(
  undefined,
  {},
  {
    city: { bombay: 'Mumbai', 'new york': 'New  York', India: null, POONA: 'Pune' },
    skill: { js: 'JavaScript', 'N/A': null },
  },
  { city: { pune: 'Poona', 'i\u0307stanbul': 'Istanbul' } },
)

export const personName = fc.constantFrom(null, '', 'Asha Rao', 'Asha Rao', 'Bo "B" O\'Neil', '\u{1F600}', ' padded ')
export const title = fc.constantFrom('Cook', 'cook', 'Baker', '\u{1F600}', '\uFFFD', 'Cook, "night"')
export const label = fc.constantFrom(null, '', 'Sales', 'R&D')
export const source = fc.constantFrom(null, '', 'LinkedIn', 'linkedin', 'Referral')

export const score = fc.constantFrom(null, '0', '10', '9.999', '8.900', '5', '4.995', '7.5', '100', '-1', '0.5')
export const scoreMax = fc.constantFrom(null, null, '10', '100', '5', '0', '-5', '33.333')
export const percent = fc.constantFrom(null, '0', '55.5', '100.000')
export const credits = fc.constantFrom('1', '-2.5', '0.0001', '0.5', '-0.5', '3.4999', '12345678901234.0001', '0')

export const role = fc.constantFrom('admin', 'editor', 'editor', 'participant', 'other', null)
export const status = fc.constantFrom('draft', 'open', 'open', 'on_hold', 'closed')
export const stage = fc.constantFrom(
  ...['applied', 'resume_screening', 'assessment_test', 'video_interview', 'interview', 'offer', 'unknown'],
)
export const outcome = fc.constantFrom(
  ...['active', 'active', 'active', 'on_hold', 'hired', 'hired', 'rejected', 'withdrawn', 'unknown'],
)
