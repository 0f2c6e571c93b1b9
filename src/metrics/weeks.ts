import { weekCount, type Manifest } from 'hirescope/contract'

const day = 86_400_000

/** The local date of an instant in a time zone, as "YYYY-MM-DD". */
export const localDate = (instant: Date, timeZone: string): string => {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(instant)
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? ''
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`
}

/** The first days of the 12 weeks of the org clock that end with the week containing as-of, oldest first. */
export const weekStarts = ({ as_of, time_zone, week_start }: Pick<Manifest, 'as_of' | 'time_zone' | 'week_start'>) => {
  const today = Date.parse(localDate(new Date(as_of), time_zone))
  const weekday = new Date(today).getUTCDay()
  const sinceStart = (weekday - (week_start === 'monday' ? 1 : 0) + 7) % 7
  const current = today - sinceStart * day
  return Array.from({ length: weekCount }, (_, week) =>
    new Date(current - (weekCount - 1 - week) * 7 * day).toISOString().slice(0, 10),
  )
}
