import type { DemoOptions, JobFact, OrgFact, UserFact } from './facts.ts'
import { names, type Names } from './people.ts'
import { regions, type Region } from './places.ts'
import { createRandom, item, type Random } from './random.ts'
import { employmentTypes, families, type Family } from './work.ts'

/** A day in milliseconds. */
export const day = 86_400_000

/** How long the history of the demo is. */
export const historyDays = 730

/** Cut to a whole second, as the times of the demo are. */
export const wholeSeconds = (instant: number): number => Math.floor(instant / 1000) * 1000

/** An organisation with the region that it hires in. */
export interface Organisation {
  fact: OrgFact
  region: Region
  names: Names
  timeZone: string
  weekStart: 'monday' | 'sunday'
  /** Its standard offset from UTC, by which people apply in the daytime. */
  offset: number
  /** Its share of the applications. */
  weight: number
}

/** A job with what its applicants are drawn from. */
export interface Opening {
  fact: JobFact
  organisation: Organisation
  family: Family
  /** How much it is sought after. */
  weight: number
  /** The last day on which somebody applies. */
  until: number
}

/** The small tables of the demo. */
export interface Companies {
  organisations: Organisation[]
  users: UserFact[]
  openings: Opening[]
}

const hour = 3_600_000

const organisations = (asOf: number): Organisation[] => {
  const founded = asOf - (historyDays + 40) * day
  const org = (id: number, name: string, domain: string): OrgFact => ({
    id: String(id),
    name,
    domain,
    credits: `${id * 2500}.0000`,
    createdAt: founded + id * 7 * day,
  })
  return [
    {
      fact: org(1, 'Saffron Systems', 'saffron.example.org'),
      region: regions.india,
      names: names.india,
      timeZone: 'Asia/Kolkata',
      weekStart: 'monday',
      offset: 5.5 * hour,
      weight: 5,
    },
    {
      fact: org(2, 'Hudson & Vale', 'hudsonvale.example.org'),
      region: regions.unitedStates,
      names: names.unitedStates,
      timeZone: 'America/New_York',
      weekStart: 'sunday',
      offset: -5 * hour,
      weight: 3,
    },
    {
      fact: org(3, 'Spreewerk GmbH', 'spreewerk.example.org'),
      region: regions.germany,
      names: names.germany,
      timeZone: 'Europe/Berlin',
      weekStart: 'monday',
      offset: hour,
      weight: 2,
    },
  ]
}

type Person = [org: number, name: string, role: UserFact['role'], is?: 'flagged' | 'inactive' | 'without-role']

// Twelve who may sign in, and one who may not. User 8 is an admin by flag alone; user 12 sees no job at all.
const people: Person[] = [
  [1, 'Asha Menon', 'admin'],
  [1, 'Farhan Qureshi', 'admin'],
  [1, 'Leela Krishnan', 'editor'],
  [1, 'Dev Malhotra', 'editor'],
  [1, 'Nisha Pillai', 'participant'],
  [2, 'Karen Whitfield', 'admin'],
  [2, 'Marcus Bell', 'editor'],
  [2, 'Dolores Vega', 'editor', 'flagged'],
  [2, 'Peter Oyelaran', 'participant'],
  [3, 'Ingrid Sommer', 'admin'],
  [3, 'Tobias Kern', 'editor'],
  [3, 'Selin Aksoy', 'participant'],
  [3, 'Ruth Hartwig', 'editor', 'inactive'],
]

const roleNames = { admin: 'Admin', editor: 'Editor', participant: 'Participant', other: null }

const usersOf = (all: Organisation[]): UserFact[] =>
  people
    .filter(([org]) => org <= all.length)
    .map(([org, name, role, is], index) => ({
      id: String(index + 1),
      orgId: String(org),
      name,
      email: `${name.toLowerCase().replace(' ', '.')}@${item(all, org - 1).fact.domain}`,
      role: is === 'flagged' ? 'admin' : role,
      roleName: roleNames[role],
      isAdmin: is === 'flagged' || role === 'admin',
      isActive: is !== 'inactive',
    }))

const dateOf = (instant: number) => new Date(instant).toISOString().slice(0, 10)

const opening = (random: Random, index: number, { jobs }: DemoOptions, asOf: number, at: Companies): Opening => {
  const count = at.organisations.length
  const organisation = item(at.organisations, index % count)
  const place = Math.floor(index / count)
  const places = Math.ceil(jobs / count)
  const family = random.pick(families)
  // The first job of each organisation takes applications throughout; of every ten one is a draft.
  const evergreen = place % 20 === 0
  const draft = place % 10 === 9
  const opened = evergreen ? 0 : ((place + random.next() * 0.8) / places) * (historyDays - 6)
  const recent = opened > historyDays - 120
  const createdAt = wholeSeconds(asOf - historyDays * day + opened * day + random.below(6 * hour))
  const planned = createdAt + (70 + random.below(150)) * day
  const closes = !evergreen && !draft && !random.chance(0.08)
  const closeDate = closes ? dateOf(planned) : null
  const closed = closes && Date.parse(`${closeDate}T00:00:00Z`) <= asOf
  const published = !draft && (!closed || random.chance(0.8))
  const staff = at.users.filter((user) => user.orgId === organisation.fact.id && user.id !== '12')
  const owners = staff.filter((user) => user.role !== 'participant')
  const owner = random.pick(owners)
  const sharedWith = staff.filter((user) => user.id !== owner.id && random.chance(0.3)).map(({ id }) => id)
  // One owner in twenty has left and their row with them; the job is known by whom it is shared with.
  const ownerGone = place % 20 === 7
  if (ownerGone && sharedWith.length === 0) sharedWith.push(item(staff, 0).id)
  const [city] = item(organisation.region.cities, random.below(6)).split('|')
  const location = place % 20 === 5 ? '(none)' : place % 20 === 6 ? null : `${city}, ${organisation.region.country}`
  return {
    fact: {
      id: String(index + 1),
      orgId: organisation.fact.id,
      ownerId: ownerGone ? String(900 + index) : owner.id,
      title: random.pick(family.titles),
      employmentType: random.pick(employmentTypes),
      location,
      mustHave: family.skills.slice(0, 2 + random.below(3)),
      published,
      closeDate,
      status: closed ? 'closed' : published ? 'open' : 'draft',
      createdAt,
      isDeleted: place % 20 === 4,
      sharedWith,
    },
    organisation,
    family,
    // What was opened lately is sought after, so that applications go on right up to as-of.
    weight: draft
      ? 0
      : Math.max(evergreen ? 1.5 : 0.3 + 3 * random.next() ** 3, recent ? 1.2 : 0) * organisation.weight,
    // Some still apply after the planned day.
    until: closes ? Math.min(asOf, planned + 20 * day) : asOf,
  }
}

/** Makes organisations, users and jobs. */
export const createCompanies = (options: DemoOptions): Companies => {
  const random = createRandom(options.seed)
  const asOf = Date.parse(options.asOf)
  const all = organisations(asOf).slice(0, options.organisations)
  const companies: Companies = { organisations: all, users: usersOf(all), openings: [] }
  for (let index = 0; index < options.jobs; index += 1)
    companies.openings.push(opening(random, index, options, asOf, companies))
  return companies
}
