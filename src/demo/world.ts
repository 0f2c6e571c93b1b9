import { createCalendar, type Calendar } from './calendar.ts'
import type { DemoOptions } from './facts.ts'
import type { Companies, Opening } from './organisations.ts'
import { createDraw, createRandom, item, longTail, type Random } from './random.ts'
import type { Family } from './work.ts'

/** The id of a job that is not there, to which applications point, and of one to which résumés do. */
export const noJob = '990001'
export const noResumeJob = '990002'

type Numbered = 'candidate' | 'application' | 'event' | 'status' | 'resume' | 'assessment' | 'screening' | 'credit'

/** What everything in the demo is drawn from and numbered by. */
export interface World {
  random: Random
  asOf: number
  openings: readonly Opening[]
  calendars: readonly Calendar[]
  /** The next id of a table. */
  next: (table: Numbered) => string
  /** The next id that no double can hold. */
  nextBeyondDoubles: () => string
  /** A city of a list of "City|State". */
  drawCity: (cities: readonly string[]) => { city: string; state: string }
  /** A skill of a kind of job. */
  drawSkill: (family: Family) => string
}

const createTailDraw = (random: Random, offset: number) => {
  const draws = new Map<readonly string[], (random: Random) => number>()
  return (items: readonly string[]) => {
    const draw = draws.get(items) ?? createDraw(longTail(items.length, offset))
    draws.set(items, draw)
    return item(items, draw(random))
  }
}

/** Creates the world of a demo. */
export const createWorld = (options: DemoOptions, { openings }: Companies): World => {
  const random = createRandom(options.seed + 1)
  const asOf = Date.parse(options.asOf)
  const last = new Map<Numbered, number>()
  let beyond = 9_007_199_254_740_992n
  const drawPlace = createTailDraw(random, 2)
  const drawSkill = createTailDraw(random, 3)
  return {
    random,
    asOf,
    openings,
    calendars: openings.map((opening) => createCalendar(opening, asOf)),
    next: (table) => {
      const id = (last.get(table) ?? 0) + 1
      last.set(table, id)
      return String(id)
    },
    nextBeyondDoubles: () => String((beyond += 1n)),
    drawCity: (cities) => {
      const [city = '', state = ''] = drawPlace(cities).split('|')
      return { city, state }
    },
    drawSkill: (family) => drawSkill(family.skills),
  }
}
