import type { SourceRow } from 'hirescope/contract'
import type { Clock, Instant } from './clock.ts'
import type { Term } from './fold.ts'

// What the contract's rows mean once every reference, merge, time and text is settled.

export interface Org {
  id: string
  clock: Clock
  /** The first days of the twelve weeks, oldest first. */
  weeks: string[]
  /** The day after the last week. */
  weeksEnd: string
  /** Before every instant of the twelve weeks. */
  longAgo: Instant
}

export interface User {
  id: string
  org: Org
  role: string
  active: boolean
}

export interface Job {
  id: string
  org: Org
  owner: User | null
  shared: Set<User>
  title: string
  status: SourceRow<'job'>['status']
  created: Instant | null
  deleted: boolean
}

export interface Candidate {
  id: string
  org: Org
  name: string | null
  city: Term | null
  deleted: boolean
  mergedInto: string | null
}

export interface Application {
  id: string
  /** The survivor. */
  candidate: Candidate
  job: Job | null
  applied: Instant
  /** The position of its week among the twelve, else -1. */
  week: number
  stage: string
  outcome: string
  outcomeAt: Instant | null
  deleted: boolean
}

export interface Resume {
  id: string
  candidate: Candidate
  job: Job | null
  created: Instant
  city: Term | null
  score: number | null
  skills: Term[]
}

/** An assessment or a screening. */
export interface Step {
  id: string
  candidate: Candidate
  job: Job | null
  week: number
  revoked: boolean
}

export interface Credit {
  id: string
  job: Job | null
  /** Ten-thousandths of a credit. */
  units: bigint
}

export interface StageEvent {
  id: string
  application: Application
}
