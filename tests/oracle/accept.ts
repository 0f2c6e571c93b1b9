import type { SourceRows } from 'hirescope/contract'
import { addDays, clockOf, firstDayOfWeek, readInstant } from './clock.ts'
import type { Instant } from './clock.ts'
import type { OracleConfig } from './config.ts'
import { scaled, wholeScore } from './decimals.ts'
import { isBlank, vocabulary } from './fold.ts'
import { goodRows } from './judge.ts'
import { survivors } from './merges.ts'
import type { Application, Candidate, Credit, Job, Org, Resume, StageEvent, Step, User } from './records.ts'

/** Everything of a source that counts, with references resolved and candidates merged. */
export interface Accepted {
  orgs: Map<string, Org>
  users: User[]
  jobs: Job[]
  applications: Application[]
  events: StageEvent[]
  /** Null where the source lacks the table. */
  resumes: Resume[] | null
  hasSkills: boolean
  assessments: Step[] | null
  screenings: Step[] | null
  credits: Credit[] | null
}

const index = <Row extends { id: string }>(rows: Row[]) => new Map(rows.map((row) => [row.id, row] as const))

/** Judges every row of a source, table by table, and settles what the good ones mean. */
export const accept = (rows: SourceRows, config: OracleConfig): Accepted => {
  const asOf = readInstant(config.asOf)
  if (asOf === null) throw new Error('oracle config: asOf: expected "YYYY-MM-DD hh:mm:ss[.ffffff]"')
  const cities = vocabulary(config.aliases?.city)
  const skills = vocabulary(config.aliases?.skill)

  const newOrg = (id: string, sourceZone: string | null): Org => {
    const own = config.orgs?.[id]
    const fromSource = sourceZone === null || isBlank(sourceZone) ? undefined : sourceZone
    const clock = clockOf(own?.timeZone ?? fromSource ?? config.defaultTimeZone ?? 'UTC')
    const lastWeek = firstDayOfWeek(clock.dayOf(asOf), own?.weekStart ?? 'monday')
    const weeks = Array.from({ length: 12 }, (_, i) => addDays(lastWeek, 7 * (i - 11)))
    // Two days are more than any zone's distance from UTC; most records are older and need no clock.
    const longAgo = readInstant(`${addDays(weeks[0]!, -2)} 00:00:00`)!
    return { id, clock, weeks, weeksEnd: addDays(lastWeek, 7), longAgo }
  }
  const weekOf = (org: Org, at: Instant): number => {
    if (at < org.longAgo) return -1
    const day = org.clock.dayOf(at)
    return day >= org.weeksEnd ? -1 : org.weeks.findLastIndex((first) => first <= day)
  }
  /** The time that dates a record; undefined when the record is later than as-of. */
  const dated = (org: Org, text: string): Instant | undefined => {
    const at = org.clock.read(text)!
    return at > asOf ? undefined : at
  }
  /** Another time of a record: unknown when later than as-of. */
  const known = (org: Org, text: string | null): Instant | null => {
    const at = org.clock.read(text)
    return at === null || at > asOf ? null : at
  }
  const within = <Row extends { org: Org }>(org: Org, row: Row | undefined): Row | null =>
    row?.org === org ? row : null

  const orgs = index(goodRows('org', rows.org).map((row) => newOrg(row.org_id, row.time_zone)))
  const users = index(
    goodRows('app_user', rows.app_user).flatMap((row): User[] => {
      const org = orgs.get(row.org_id)
      return org ? [{ id: row.user_id, org, role: row.role ?? 'other', active: row.is_active }] : []
    }),
  )
  const jobs = index(
    goodRows('job', rows.job).flatMap((row): Job[] => {
      const org = orgs.get(row.org_id)
      if (!org) return []
      const created = row.created_at === null ? null : dated(org, row.created_at)
      if (created === undefined) return []
      const owner = row.owner_user_id === null ? null : within(org, users.get(row.owner_user_id))
      const { title, status, is_deleted: deleted } = row
      return [{ id: row.job_id, org, owner, shared: new Set(), title, status, created, deleted }]
    }),
  )
  for (const share of goodRows('job_share', rows.job_share)) {
    const job = jobs.get(share.job_id)
    const user = job && within(job.org, users.get(share.user_id))
    if (user) job.shared.add(user)
  }
  const candidates = index(
    goodRows('candidate', rows.candidate).flatMap((row): Candidate[] => {
      const org = orgs.get(row.org_id)
      if (!org || (row.created_at !== null && dated(org, row.created_at) === undefined)) return []
      const name = row.name === null || isBlank(row.name) ? null : row.name
      const city = cities.read(row.city_raw)
      return [{ id: row.candidate_id, org, name, city, deleted: row.is_deleted, mergedInto: row.merged_into_id }]
    }),
  )
  const merged = survivors(candidates)
  const person = (id: string): Candidate | undefined => {
    const candidate = candidates.get(id)
    return candidate && merged.get(candidate)
  }
  const jobOf = (org: Org, id: string | null) => (id === null ? null : within(org, jobs.get(id)))

  const applications = index(
    goodRows('application', rows.application).flatMap((row): Application[] => {
      const candidate = person(row.candidate_id)
      if (!candidate) return []
      const { org } = candidate
      const job = jobOf(org, row.job_id)
      const applied = dated(org, row.applied_at)
      if ((row.job_id !== null && !job) || applied === undefined) return []
      const { stage, outcome, is_deleted: deleted } = row
      const outcomeAt = known(org, row.outcome_at)
      return [
        {
          id: row.application_id,
          candidate,
          job,
          applied,
          week: weekOf(org, applied),
          stage,
          outcome,
          outcomeAt,
          deleted,
        },
      ]
    }),
  )
  const events = goodRows('stage_event', rows.stage_event).flatMap((row): StageEvent[] => {
    const application = applications.get(row.application_id)
    if (!application || dated(application.candidate.org, row.occurred_at) === undefined) return []
    return [{ id: row.event_id, application }]
  })
  const resumes = index(
    goodRows('resume', rows.resume).flatMap((row): Resume[] => {
      const candidate = person(row.candidate_id)
      const created = candidate && dated(candidate.org, row.created_at)
      if (!candidate || created === undefined) return []
      const score = wholeScore(row.overall_score, row.score_max)
      const job = jobOf(candidate.org, row.job_id)
      return [{ id: row.resume_id, candidate, job, created, city: cities.read(row.city_raw), score, skills: [] }]
    }),
  )
  for (const row of goodRows('resume_skill', rows.resume_skill)) {
    const skill = skills.read(row.skill_raw)
    if (skill) resumes.get(row.resume_id)?.skills.push(skill)
  }
  interface StepRow {
    candidate_id: string
    job_id: string | null
    assigned_at: string
    revoked?: boolean
  }
  const step = (id: string, row: StepRow): Step[] => {
    const candidate = person(row.candidate_id)
    const assigned = candidate && dated(candidate.org, row.assigned_at)
    if (!candidate || assigned === undefined) return []
    const { org } = candidate
    return [{ id, candidate, job: jobOf(org, row.job_id), week: weekOf(org, assigned), revoked: row.revoked ?? false }]
  }
  const credits = goodRows('credit_event', rows.credit_event).flatMap((row): Credit[] => {
    const org = orgs.get(row.org_id)
    if (!org || dated(org, row.occurred_at) === undefined) return []
    return [{ id: row.credit_event_id, job: jobOf(org, row.job_id), units: scaled(row.credits, 4) }]
  })

  return {
    orgs,
    users: [...users.values()],
    jobs: [...jobs.values()],
    applications: [...applications.values()],
    events,
    resumes: rows.resume ? [...resumes.values()] : null,
    hasSkills: rows.resume !== undefined && rows.resume_skill !== undefined,
    assessments: rows.assessment
      ? goodRows('assessment', rows.assessment).flatMap((row) => step(row.assessment_id, row))
      : null,
    screenings: rows.screening
      ? goodRows('screening', rows.screening).flatMap((row) => step(row.screening_id, row))
      : null,
    credits: rows.credit_event ? credits : null,
  }
}
