/** A number of microseconds since 1970 UTC: exact for every year that a test uses. */
export type Instant = number

const dayMs = 86_400_000

/** Reads 'YYYY-MM-DD hh:mm:ss[.ffffff]' as UTC. Null when it is no such time. */
export const readInstant = (text: string): Instant | null => {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?$/.exec(text)
  if (!match) return null
  const ms = Date.parse(`${match[1]}T${match[2]}Z`)
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== match[1]) return null
  return ms * 1000 + Number((match[3] ?? '').padEnd(6, '0'))
}

/** Writes an instant as the contract does, without a fraction of zero. */
export const writeInstant = (instant: Instant): string => {
  const second = Math.floor(instant / 1_000_000)
  const fraction = instant - second * 1_000_000
  const text = new Date(second * 1000).toISOString().slice(0, 19).replace('T', ' ')
  return fraction ? `${text}.${String(fraction).padStart(6, '0')}` : text
}

/** Writes an instant as the endpoints do, cut to whole seconds. */
export const wholeSeconds = (instant: Instant): string => writeInstant(instant).slice(0, 19).replace(' ', 'T') + 'Z'

const utcDay = (day: string) => Date.parse(`${day}T00:00:00Z`)

/** The day so many days after another. */
export const addDays = (day: string, days: number): string =>
  new Date(utcDay(day) + days * dayMs).toISOString().slice(0, 10)

/** 0 for Monday … 6 for Sunday. */
const weekday = (day: string) => (new Date(utcDay(day)).getUTCDay() + 6) % 7

/** The first day of the week that contains a day. */
export const firstDayOfWeek = (day: string, weekStart: 'monday' | 'sunday'): string =>
  addDays(day, -((weekday(day) + (weekStart === 'sunday' ? 1 : 0)) % 7))

/** What the wall clocks of one zone show, by Intl alone. */
export interface Clock {
  /** 'YYYY-MM-DD' at an instant. */
  dayOf(instant: Instant): string
  /** The first instant of a day. */
  startOf(day: string): Instant
  /** Reads a contract time: an instant, or a day, which starts at its first instant. */
  read(text: string | null): Instant | null
}

const clocks = new Map<string, Clock>()

/** The clock of an IANA zone. */
export const clockOf = (timeZone: string): Clock => {
  const known = clocks.get(timeZone)
  if (known) return known
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  const wall = (ms: number) => format.format(ms).replace(',', '')
  const dayAt = (ms: number) => wall(ms).slice(0, 10)
  const starts = new Map<string, Instant>()

  const findStart = (day: string): number => {
    const midnight = `${day} 00:00:00`
    const candidates = new Set<number>()
    for (let hour = -24; hour <= 24; hour++) {
      const probe = utcDay(day) + hour * 3_600_000
      const offset = Date.parse(wall(probe).replace(' ', 'T') + 'Z') - probe
      candidates.add(utcDay(day) - offset)
    }
    const midnights = [...candidates].filter((ms) => wall(ms) === midnight)
    if (midnights.length) return Math.min(...midnights)
    // The clocks jumped over midnight: the day starts where they landed.
    let before = utcDay(day) - 24 * 3_600_000
    let after = utcDay(day) + 24 * 3_600_000
    while (after - before > 1000) {
      const middle = before + Math.floor((after - before) / 2000) * 1000
      if (dayAt(middle) < day) before = middle
      else after = middle
    }
    return after
  }

  const clock: Clock = {
    dayOf: (instant) => dayAt(Math.floor(instant / 1000)),
    startOf(day) {
      let start = starts.get(day)
      if (start === undefined) {
        start = findStart(day) * 1000
        starts.set(day, start)
      }
      return start
    },
    read(text) {
      if (text === null) return null
      return text.length === 10 ? clock.startOf(text) : readInstant(text)
    },
  }
  clocks.set(timeZone, clock)
  return clock
}
