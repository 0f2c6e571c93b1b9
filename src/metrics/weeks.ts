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

const dateOf = (time: number) => new Date(time).toISOString().slice(0, 10)

/** The first day of the week of the org clock that contains as-of, in milliseconds since 1970. */
const currentWeek = ({ as_of, time_zone, week_start }: Pick<Manifest, 'as_of' | 'time_zone' | 'week_start'>) => {
  const today = Date.parse(localDate(new Date(as_of), time_zone))
  const weekday = new Date(today).getUTCDay()
  return today - ((weekday - (week_start === 'monday' ? 1 : 0) + 7) % 7) * day
}

/** First and last day of so many full weeks of the org clock; `back` weeks lie between them and the week containing as-of. */
export const fullWeeksBefore = (
  manifest: Pick<Manifest, 'as_of' | 'time_zone' | 'week_start'>,
  weeks: number,
  back: number,
) => {
  const end = currentWeek(manifest) - back * 7 * day
  return { applied_from: dateOf(end - weeks * 7 * day), applied_to: dateOf(end - day) }
}

/** The first days of the 12 weeks of the org clock that end with the week containing as-of, oldest first. */
export const weekStarts = (manifest: Pick<Manifest, 'as_of' | 'time_zone' | 'week_start'>) => {
  const current = currentWeek(manifest)
  return Array.from({ length: weekCount }, (_, week) => dateOf(current - (weekCount - 1 - week) * 7 * day))
}
