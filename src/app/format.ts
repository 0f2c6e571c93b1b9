import { localDate } from 'hirescope/metrics'

/** The languages of a browser that can be written in here, the most wanted first. */
const known = (asked: readonly string[]): string[] =>
  asked.flatMap((language) => {
    try {
      return Intl.DateTimeFormat.supportedLocalesOf(language)
    } catch {
      // Some systems hand on what is no language, such as "C".
      return []
    }
  })

/** The languages of this browser. */
export const languages = known(globalThis.navigator?.languages ?? [])

/** How numbers and days are written in the languages that a browser asks for, the first that it knows. */
export const formatsFor = (asked: readonly string[]) => {
  const [first = 'en', ...others] = known(asked)
  const tags = [first, ...others]
  const numbers = (options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(tags, options)
  const whole = numbers()
  const atMostOne = numbers({ maximumFractionDigits: 1 })
  const twoDecimals = numbers({ minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const oneDecimal = numbers({ minimumFractionDigits: 1, maximumFractionDigits: 1 })
  const fourDecimals = numbers({ maximumFractionDigits: 4 })
  const percent = numbers({ style: 'percent' })
  // The page speaks English, in which it writes days and times in one way: "20 Nov, 02:00".
  const english = /^en\b/.test(first)
  const dates = english ? ['en-GB'] : tags
  const calendar = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(dates, { calendar: 'gregory', ...options })
  const dayAndMonth = { day: 'numeric', month: 'short' } as const
  const days = calendar({ ...dayAndMonth, timeZone: 'UTC' })
  const daysOfYears = calendar({ ...dayAndMonth, year: 'numeric', timeZone: 'UTC' })

  const day = (date: string, near?: string): string => {
    const sameYear = near === undefined || near.slice(0, 4) === date.slice(0, 4)
    const text = (sameYear ? days : daysOfYears).format(new Date(`${date}T00:00:00Z`))
    // British English alone writes four letters.
    return english ? text.replace('Sept', 'Sep') : text
  }
  const localDay = (instant: string, timeZone: string, near: string) =>
    day(localDate(new Date(instant), timeZone), localDate(new Date(near), timeZone))
  const time = (instant: string, timeZone: string) => {
    const clock = english ? ({ hourCycle: 'h23' } as const) : {}
    return calendar({ ...clock, timeZone, hour: '2-digit', minute: '2-digit' }).format(new Date(instant))
  }
  const localTime = (instant: string, timeZone: string, near: string) =>
    `${localDay(instant, timeZone, near)}, ${time(instant, timeZone)}`

  return {
    number: (value: number): string => whole.format(value),
    decimal: (value: number): string => atMostOne.format(value),
    exact: (value: string): string => fourDecimals.format(value as Intl.StringNumericLiteral),
    ratio: (value: number): string => twoDecimals.format(value),
    percent: (value: number): string => percent.format(value / 100),
    percentage: (share: number): string => (share < 0.01 ? `<${percent.format(0.01)}` : percent.format(share)),
    bytes: (value: number, of = value): { value: string; unit: string } => {
      const [size, unit] = of >= 1e6 ? [1e6, 'MB'] : [1e3, 'KB']
      return { value: oneDecimal.format(value / size), unit }
    },
    day,
    localDay,
    localTime,
    asOf: (instant: string, timeZone: string): string =>
      `${localTime(instant, timeZone, instant)} ${zoneName(instant, timeZone, tags)}`,
  }
}

const local = formatsFor(languages)

/** A whole number: "6,412". */
export const number = local.number

/** A number with a decimal where it has one: "31.4". */
export const decimal = local.decimal

/** A number of any length, written in digits, with up to four decimals: "1.25" for "1.2500". */
export const exact = local.exact

/** A ratio in per cent, without the sign: "44.71". */
export const ratio = local.ratio

/** A number of hundredths, with the sign: "12%". */
export const percent = local.percent

/** "3.1" of "8.2 MB": both in the unit that suits the second. */
export const bytes = local.bytes

/** A calendar day "2026-08-31" as "31 Aug", with the year where it is not that of `near`. */
export const day = local.day

/** The local day of an instant in the organisation's zone, "14 Feb"; with its year where `near`, an instant, is of another. */
export const localDay = local.localDay

/** An instant in the organisation's zone: "19 Nov, 23:10". */
export const localTime = local.localTime

/** An instant in the organisation's zone, with the zone: "20 Nov, 02:00 IST". */
export const asOf = local.asOf

/** "1 applicant", "6,412 applicants". */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : many}`

/** Below this many, a share says less than the numbers themselves. */
export const fewestForShares = 5

/** A part in whole per cent of all, "33%"; null where too few of either make a percentage mean something. */
export const share = (part: number, all: number): string | null =>
  part < fewestForShares || all < fewestForShares ? null : local.percentage(part / all)

// A zone's everyday name is known to the English of its own region alone: IST to India's, AEST to Australia's.
const regions = ['en-US', 'en-GB', 'en-IN', 'en-AU', 'en-NZ', 'en-ZA', 'en-CA']

/** The short name of a zone at an instant: "IST", "MEZ" for German readers, else "GMT+4". */
export const zoneName = (instant: string, timeZone: string, languages: readonly string[] = []): string => {
  let first: string | undefined
  for (const locale of [...languages, ...regions]) {
    const name = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' })
      .formatToParts(new Date(instant))
      .find(({ type }) => type === 'timeZoneName')?.value
    if (name !== undefined && !/[+\u2212-]\d/.test(name)) return name
    first ??= name
  }
  return first ?? timeZone
}

/** "a", "a and b", "a, b and c". */
export const list = (items: readonly string[]): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
