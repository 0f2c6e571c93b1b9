import { describe, expect, it } from 'vitest'
import { credits } from '../../src/app/counts.ts'
import {
  asOf,
  bytes,
  counted,
  day,
  formatsFor,
  list,
  localDay,
  localTime,
  number,
  ratio,
  share,
  zoneName,
} from '../../src/app/format.ts'

describe('times', () => {
  it('are those of the organisation’s zone, not the browser’s', () => {
    expect(asOf('2026-11-19T20:30:00.000000Z', 'Asia/Kolkata')).toBe('20 Nov, 02:00 IST')
    expect(asOf('2026-06-30T22:15:00.000000Z', 'Europe/Berlin')).toBe('1 Jul, 00:15 CEST')
    expect(asOf('2026-01-15T17:00:00.000000Z', 'America/New_York')).toBe('15 Jan, 12:00 EST')
  })

  it('say midnight as 00:00', () => {
    expect(localTime('2026-11-19T18:30:00Z', 'Asia/Kolkata', '2026-11-20T00:00:00Z')).toBe('20 Nov, 00:00')
  })

  it('name the year where it is not the year of as-of', () => {
    expect(localDay('2025-02-14T10:00:00Z', 'UTC', '2026-11-20T00:00:00Z')).toBe('14 Feb 2025')
    expect(localDay('2025-12-31T20:00:00Z', 'Asia/Kolkata', '2026-11-20T00:00:00Z')).toBe('1 Jan')
  })

  it('name a zone by its everyday name, else by its offset', () => {
    expect(zoneName('2026-11-20T00:00:00Z', 'Australia/Sydney')).toBe('AEDT')
    expect(zoneName('2026-11-20T00:00:00Z', 'America/Sao_Paulo')).toBe('GMT-3')
    expect(zoneName('2026-11-20T00:00:00Z', 'UTC')).toBe('UTC')
  })

  it('write September in three letters', () => {
    expect(day('2026-09-07')).toBe('7 Sep')
  })
})

describe('other languages', () => {
  const german = formatsFor(['de-DE', 'en'])
  const instant = '2026-11-19T20:30:00.000000Z'

  it('write numbers and days in their own way, on the organisation’s clock', () => {
    expect(german.number(6412)).toBe('6.412')
    expect(german.ratio(44.7)).toBe('44,70')
    expect(german.percentage(0.331)).toBe('33\u00a0%')
    expect(german.percentage(0.001)).toBe('<1\u00a0%')
    expect(german.exact('1234567890123.2500')).toBe('1.234.567.890.123,25')
    expect(german.bytes(3_100_000, 8_200_000)).toEqual({ value: '3,1', unit: 'MB' })
    expect(german.day('2026-08-31')).toBe('31. Aug.')
    expect(german.day('2025-08-31', '2026-01-01')).toBe('31. Aug. 2025')
    expect(german.asOf(instant, 'Asia/Kolkata')).toBe('20. Nov., 02:00 IST')
    expect(german.asOf(instant, 'Europe/Berlin')).toBe('19. Nov., 21:30 MEZ')
    expect(formatsFor(['en-IN']).number(1234567)).toBe('12,34,567')
  })

  it('write English days alike in all regions, and keep to one calendar', () => {
    expect(formatsFor(['en-US']).asOf(instant, 'Asia/Kolkata')).toBe('20 Nov, 02:00 IST')
    expect(formatsFor(['th-TH']).day('2026-08-31', '2025-01-01')).toContain('2026')
  })

  it('pass over what is no language', () => {
    expect(formatsFor(['C', 'xx-invalid-tag-!', 'fr']).number(6412)).toBe('6\u202f412')
    expect(formatsFor([]).number(6412)).toBe(number(6412))
  })
})

describe('shares', () => {
  it('are whole per cent', () => {
    expect(share(2311, 7180)).toBe('32%')
    expect(share(7180, 7180)).toBe('100%')
  })

  it('are not given under five of a kind', () => {
    expect(share(4, 7180)).toBeNull()
    expect(share(4, 4)).toBeNull()
    expect(share(5, 5)).toBe('100%')
  })

  it('do not say zero of what is there', () => {
    expect(share(5, 7180)).toBe('<1%')
  })
})

it('keeps the two decimals of a ratio', () => {
  expect(ratio(44.7)).toBe('44.70')
  expect(ratio(100)).toBe('100.00')
})

it('counts one and many', () => {
  expect(counted(1, 'applicant')).toBe('1 applicant')
  expect(counted(6412, 'applicant')).toBe('6,412 applicants')
  expect(counted(0, 'hire')).toBe('0 hires')
})

it('says bytes in the unit of the whole', () => {
  expect(bytes(3_100_000, 8_200_000)).toEqual({ value: '3.1', unit: 'MB' })
  expect(bytes(41_000)).toEqual({ value: '41.0', unit: 'KB' })
})

it('lists with an and at the end', () => {
  expect(list([])).toBe('')
  expect(list(['4'])).toBe('4')
  expect(list(['4', '6', '7'])).toBe('4, 6 and 7')
})

it('writes ten-thousandths of credits exactly', () => {
  expect(credits('12500')).toBe('1.25')
  expect(formatsFor(['de-DE']).exact('1234.2500')).toBe('1.234,25')
  expect(formatsFor(['de-DE']).percent(31)).toBe('31\u00a0%')
  expect(credits('0')).toBe('0')
  expect(credits('1')).toBe('0.0001')
  expect(credits('123456780000')).toBe('12,345,678')
})
