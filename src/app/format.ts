const whole = new Intl.NumberFormat('en')
const atMostOne = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const twoDecimals = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** A whole number: "6,412". */
export const number = (value: number): string => whole.format(value)

/** A number with a decimal where it has one: "31.4". */
export const decimal = (value: number): string => atMostOne.format(value)

/** A ratio in per cent, without the sign: "44.71". */
export const ratio = (value: number): string => twoDecimals.format(value)

/** "1 applicant", "6,412 applicants". */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : many}`

/** Below this many, a share says less than the numbers themselves. */
export const fewestForShares = 5

/** A part in whole per cent of all, "33%"; null where too few of either make a percentage mean something. */
export const share = (part: number, all: number): string | null => {
  if (part < fewestForShares || all < fewestForShares) return null
  const percentage = (100 * part) / all
  return percentage < 1 ? '<1%' : `${Math.round(percentage)}%`
}

/** "3.1" of "8.2 MB": both in the unit that suits the second. */
export const bytes = (value: number, of = value): { value: string; unit: string } => {
  const [size, unit] = of >= 1e6 ? [1e6, 'MB'] : [1e3, 'KB']
  return { value: (value / size).toFixed(1), unit }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** A calendar day "2026-08-31" as "31 Aug", with the year where it is not that of `near`. */
export const day = (date: string, near?: string): string => {
  const [year, month, ofMonth] = date.split('-')
  const short = `${Number(ofMonth)} ${months[Number(month) - 1] ?? ''}`
  return near === undefined || near.startsWith(`${year}-`) ? short : `${short} ${year}`
}

const local = (instant: string, timeZone: string) => {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(new Date(instant))
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? ''
  return { date: `${part('year')}-${part('month')}-${part('day')}`, time: `${part('hour')}:${part('minute')}` }
}

// A zone's everyday name is known to the English of its own region alone: IST to India's, AEST to Australia's.
const regions = ['en-US', 'en-GB', 'en-IN', 'en-AU', 'en-NZ', 'en-ZA', 'en-CA']

/** The short name of a zone at an instant: "IST", "CET", else "GMT+4". */
export const zoneName = (instant: string, timeZone: string): string => {
  let first: string | undefined
  for (const locale of regions) {
    const name = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' })
      .formatToParts(new Date(instant))
      .find(({ type }) => type === 'timeZoneName')?.value
    if (name !== undefined && !/[+\u2212-]\d/.test(name)) return name
    first ??= name
  }
  return first ?? timeZone
}

/** The local day of an instant in the organisation's zone, "14 Feb"; with its year where `near`, an instant, is of another. */
export const localDay = (instant: string, timeZone: string, near: string): string =>
  day(local(instant, timeZone).date, local(near, timeZone).date)

/** An instant in the organisation's zone: "19 Nov, 23:10". */
export const localTime = (instant: string, timeZone: string, near: string): string =>
  `${localDay(instant, timeZone, near)}, ${local(instant, timeZone).time}`

/** An instant in the organisation's zone, with the zone: "20 Nov, 02:00 IST". */
export const asOf = (instant: string, timeZone: string): string =>
  `${localTime(instant, timeZone, instant)} ${zoneName(instant, timeZone)}`

/** "a", "a and b", "a, b and c". */
export const list = (items: readonly string[]): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
