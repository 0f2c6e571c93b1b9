import { day, type Opening } from './organisations.ts'
import { createDraw, item, type Random } from './random.ts'

// How much people apply by month (January first), day of the week (Sunday first) and hour of the local day.
const months = [1.25, 1.2, 1.15, 1, 0.95, 0.9, 0.95, 1, 1.15, 1.1, 0.9, 0.6]
const weekdays = [0.4, 1.15, 1.25, 1.2, 1.1, 0.95, 0.45]
const hours = [2, 1, 1, 1, 1, 2, 3, 5, 8, 11, 13, 13, 10, 9, 10, 10, 9, 8, 7, 7, 8, 8, 6, 4]

const drawHour = createDraw(hours)

/** When people apply to a job. */
export interface Calendar {
  /** How many apply in all, beside other jobs. */
  weight: number
  /** Draws a time of application: whole seconds, before as-of. */
  draw: (random: Random) => number
}

/** The times at which people apply to a job: more in the first weeks, in spring, on weekdays, in the daytime. */
export const createCalendar = ({ fact, organisation, weight, until }: Opening, asOf: number): Calendar => {
  const local = (instant: number) => Math.floor((instant + organisation.offset) / day)
  const first = local(fact.createdAt)
  const last = Math.max(first, local(until))
  const planned = fact.closeDate === null ? Infinity : Date.parse(fact.closeDate)
  const weights: number[] = []
  for (let each = first; each <= last; each += 1) {
    const date = new Date(each * day)
    const fresh = 1 + 2.5 * Math.max(0, 1 - (each - first) / 21)
    const late = each * day > planned ? 0.15 : 1
    weights.push(item(months, date.getUTCMonth()) * item(weekdays, date.getUTCDay()) * fresh * late)
  }
  const drawDay = createDraw(weights)
  return {
    weight: weight * weights.reduce((sum, each) => sum + each, 0),
    draw: (random) => {
      const second = drawHour(random) * 3600 + random.below(3600)
      const drawn = (first + drawDay(random)) * day + second * 1000 - organisation.offset
      // What falls into the rest of the last day is moved a day back.
      const instant = drawn < asOf - 60_000 ? drawn : drawn - day
      const opened = Math.ceil(fact.createdAt / 1000) * 1000
      return Math.max(instant, opened + 60_000 + Math.floor(second / 60) * 1000)
    },
  }
}
