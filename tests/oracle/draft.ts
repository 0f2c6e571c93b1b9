import fc from 'fast-check'
import * as value from './arbitrary-values.ts'

// A database before its ids and times are written: rows point at each other by position.

const { index, moment, often, seldom, several } = value

const ids = fc.shuffledSubarray(value.idPool, { minLength: value.idPool.length })

/** Where a child row hangs: on a pair of an application, or on any candidate and job. */
const link = fc.record({ application: often(index), candidate: index, job: often(index), stray: seldom })

const link3 = { link, assigned: moment, completed: often(moment) }

const org = fc.record({
  zone: value.zone,
  /** Which of the four places tells the zone. */
  zoneFrom: fc.constantFrom('config', 'source', 'both', 'default', 'none'),
  weekStart: fc.constantFrom('monday', 'sunday', undefined),
})

const user = fc.record({ org: index, role: value.role, inactive: seldom, name: value.personName })

const job = fc.record({
  org: index,
  owner: often(index),
  title: value.title,
  department: value.label,
  location: value.city,
  status: value.status,
  created: often(moment),
  closed: often(moment),
  deleted: seldom,
})

const candidate = fc.record({
  org: index,
  name: value.personName,
  city: value.city,
  created: often(moment),
  mergedInto: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 2, arbitrary: index }),
  deleted: seldom,
})

const application = fc.record({
  candidate: index,
  job: often(index),
  applied: moment,
  source: value.source,
  stage: value.stage,
  outcome: value.outcome,
  outcomeAt: often(moment),
  deleted: seldom,
})

const stageEvent = fc.record({
  application: index,
  seq: fc.integer({ min: -1, max: 3 }),
  stage: value.stage,
  outcome: value.outcome,
  occurred: moment,
})

const resume = fc.record({
  link,
  created: moment,
  city: value.city,
  score: value.score,
  max: value.scoreMax,
  skills: fc.array(value.skill, { maxLength: 4 }),
})

const credit = fc.record({ org: index, job: often(index), candidate: often(index), credits: value.credits, at: moment })

const fault = fc.record({ table: index, row: index, kind: index, column: index, other: index })

const optionalTables = [
  'job_share',
  'stage_event',
  'resume',
  'resume_skill',
  'assessment',
  'screening',
  'credit_event',
] as const

export const draft = fc.record({
  asOf: value.asOf,
  names: fc.constantFrom('none' as const, 'hired' as const, 'all' as const, undefined),
  aliases: value.aliases,
  defaultZone: fc.option(value.zone, { nil: undefined }),
  ids: fc.record({
    org: fc.shuffledSubarray(value.orgIdPool, { minLength: 2, maxLength: 2 }),
    user: ids,
    job: ids,
    candidate: ids,
    application: ids,
    child: ids,
  }),
  orgs: fc.array(org, { minLength: 1, maxLength: 2 }),
  users: fc.array(user, { minLength: 1, maxLength: 5 }),
  jobs: several(job, 5),
  shares: several(fc.tuple(index, index), 5),
  candidates: several(candidate, 8),
  applications: several(application, 15),
  events: several(stageEvent, 8),
  resumes: several(resume, 12),
  assessments: several(fc.record({ ...link3, percent: value.percent }), 8),
  screenings: several(fc.record({ ...link3, revoked: seldom }), 8),
  credits: several(credit, 6),
  /** Tables that the source does not have. */
  absent: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.subarray([...optionalTables], { maxLength: 3 }) },
  ),
  /** Time columns that know the day only, as positions in the list of all. */
  dayOnly: fc.array(index, { maxLength: 4 }),
  faults: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fault, { minLength: 1, maxLength: 3 }) },
  ),
})

type Arbitrated<A> = A extends fc.Arbitrary<infer Value> ? Value : never
export type Draft = Arbitrated<typeof draft>
export type Fault = Arbitrated<typeof fault>
export type Link = Arbitrated<typeof link>
