import { counted } from '../format.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/**
 * How long ago something was, in words, "6 hours ago"; null where the clock says that it is yet to come, so that one of the two
 * clocks is wrong.
 */
export const ago = (instant: string, now: number): string | null => {
  const age = now - Date.parse(instant)
  // Clocks are never quite the same.
  if (age < -5 * minute) return null
  if (age < 2 * minute) return 'just now'
  if (age < 2 * hour) return `${counted(Math.floor(age / minute), 'minute')} ago`
  return age < 2 * day
    ? `${counted(Math.floor(age / hour), 'hour')} ago`
    : `${counted(Math.floor(age / day), 'day')} ago`
}

/** Whether newer numbers should be there by now. */
export const isLate = (asOf: string, expectedHours: number | undefined, now: number): boolean =>
  expectedHours !== undefined && now - Date.parse(asOf) > expectedHours * hour

/** "every day" for 24 hours, "every 26 hours", "every 90 minutes", "every 7 days". */
export const every = (hours: number): string => {
  if (hours === 24) return 'every day'
  if (hours % 24 === 0) return `every ${counted(hours / 24, 'day')}`
  return hours < 2 ? `every ${counted(Math.round(hours * 60), 'minute')}` : `every ${counted(hours, 'hour')}`
}
