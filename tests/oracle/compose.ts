import type { SourceRow, SourceRows } from 'hirescope/contract'
import type { Moment } from './arbitrary-values.ts'
import { addDays, clockOf, firstDayOfWeek, readInstant, writeInstant } from './clock.ts'
import type { Clock } from './clock.ts'
import type { OracleConfig } from './config.ts'
import type { Draft, Link } from './draft.ts'

const at = <Value>(values: Value[], index: number): Value => values[index % values.length]!

/** Writes a draft's ids and times. All times are timestamps yet, none after as-of but some that do not date a record. */
export const compose = (draft: Draft): { rows: SourceRows; config: OracleConfig; clocks: Clock[] } => {
  const asOf = readInstant(draft.asOf)!
  const { ids } = draft
  const config: OracleConfig = { asOf: draft.asOf, orgs: {} }
  if (draft.defaultZone !== undefined) config.defaultTimeZone = draft.defaultZone
  if (draft.names !== undefined) config.names = draft.names
  if (draft.aliases !== undefined) config.aliases = draft.aliases

  const orgs = draft.orgs.map(({ zone, zoneFrom, weekStart }, i) => {
    const id = ids.org[i]!
    const own: { timeZone?: string; weekStart?: 'monday' | 'sunday' } = {}
    if (zoneFrom === 'config' || zoneFrom === 'both') own.timeZone = zone
    if (weekStart !== undefined) own.weekStart = weekStart
    if (Object.keys(own).length) config.orgs![id] = own
    const told = zoneFrom === 'config' || zoneFrom === 'source' || zoneFrom === 'both'
    const clock = clockOf(told ? zone : (draft.defaultZone ?? 'UTC'))
    const sourceZone =
      zoneFrom === 'source' ? zone : zoneFrom === 'both' ? 'Europe/London' : zoneFrom === 'none' ? ' ' : null
    return { id, clock, sourceZone, week: firstDayOfWeek(clock.dayOf(asOf), weekStart ?? 'monday') }
  })
  type Org = (typeof orgs)[number]
  const later = (org: Org, moment: Moment) =>
    org.clock.startOf(addDays(org.week, 7 * (moment.week - 12))) + moment.shift
  const time = (org: Org, moment: Moment) => writeInstant(Math.min(later(org, moment), asOf))
  const timeOrNull = (org: Org, moment: Moment | null) => moment && time(org, moment)
  const otherTime = (org: Org, moment: Moment | null) => moment && writeInstant(later(org, moment))

  const users = draft.users.map((user, i) => ({ ...user, id: ids.user[i]!, org: at(orgs, user.org) }))
  const jobs = draft.jobs.map((job, i) => ({ ...job, id: ids.job[i]!, org: at(orgs, job.org) }))
  const candidates = draft.candidates.map((person, i) => ({
    ...person,
    id: ids.candidate[i]!,
    org: at(orgs, person.org),
  }))
  const jobOf = (org: Org, index: number | null): string | null => {
    const own = jobs.filter((job) => job.org === org)
    return index === null || !own.length ? null : at(own, index).id
  }
  // The first of a list means "none such" now and then.
  const strayId = (rows: { id: string }[], index: number) => (index === 30 ? 'ghost' : (rows[index % 7]?.id ?? null))

  const applications = (candidates.length ? draft.applications : []).map((application, i) => {
    const candidate = at(candidates, application.candidate)
    return { ...application, id: ids.application[i]!, candidate, jobId: jobOf(candidate.org, application.job) }
  })
  const linked = <Row extends { link: Link }>(rows: Row[]) =>
    (candidates.length ? rows : []).map((row, i) => {
      const { application, candidate, job, stray } = row.link
      const pair = application === null || !applications.length ? null : at(applications, application)
      const person = pair?.candidate ?? at(candidates, candidate)
      const jobId = stray ? strayId(jobs, job ?? 30) : pair ? pair.jobId : jobOf(person.org, job)
      return { ...row, id: ids.child[i]!, candidate: person, jobId }
    })
  const resumes = linked(draft.resumes)
  const email = 'secret@example.com'

  const rows: Required<SourceRows> = {
    org: orgs.map(({ id, sourceZone }) => ({ org_id: id, name: `Org ${id}`, time_zone: sourceZone, created_at: null })),
    app_user: users.map(({ id, org, name, role, inactive }) => {
      return { user_id: id, org_id: org.id, email, name, role, is_active: !inactive } as SourceRow<'app_user'>
    }),
    job: jobs.map(({ id, org, owner, title, department, location, status, created, closed, deleted }) => ({
      job_id: id,
      org_id: org.id,
      owner_user_id: owner === null ? null : strayId(users, owner),
      title,
      department,
      location_raw: location,
      status,
      created_at: timeOrNull(org, created),
      closed_at: otherTime(org, closed),
      is_deleted: deleted,
    })),
    job_share: [],
    candidate: candidates.map(({ id, org, name, city, created, mergedInto, deleted }) => ({
      candidate_id: id,
      org_id: org.id,
      name,
      city_raw: city,
      created_at: timeOrNull(org, created),
      merged_into_id: mergedInto === null ? null : strayId(candidates, mergedInto),
      is_deleted: deleted,
    })),
    application: applications.map(({ id, candidate, jobId, applied, source, stage, outcome, outcomeAt, deleted }) => ({
      application_id: id,
      candidate_id: candidate.id,
      job_id: jobId,
      applied_at: time(candidate.org, applied),
      source,
      stage,
      outcome,
      outcome_at: otherTime(candidate.org, outcomeAt),
      is_deleted: deleted,
    })),
    stage_event: (applications.length ? draft.events : []).map(({ application, seq, stage, outcome, occurred }, i) => {
      const { id, candidate } = at(applications, application)
      const occurredAt = time(candidate.org, occurred)
      return { event_id: ids.child[i]!, application_id: id, seq, stage, outcome, occurred_at: occurredAt }
    }),
    resume: resumes.map(({ id, candidate, jobId, created, city, score, max }) => ({
      resume_id: id,
      candidate_id: candidate.id,
      job_id: jobId,
      created_at: time(candidate.org, created),
      city_raw: city,
      overall_score: score,
      score_max: max,
    })),
    resume_skill: resumes.flatMap(({ id, skills }) =>
      skills.map((skill, ordinal) => ({ resume_id: id, ordinal, skill_raw: skill })),
    ),
    assessment: linked(draft.assessments).map(({ id, candidate, jobId, assigned, completed, percent }) => ({
      assessment_id: id,
      candidate_id: candidate.id,
      job_id: jobId,
      assigned_at: time(candidate.org, assigned),
      completed_at: otherTime(candidate.org, completed),
      score_pct: percent,
    })),
    screening: linked(draft.screenings).map(({ id, candidate, jobId, assigned, completed, revoked }) => ({
      screening_id: id,
      candidate_id: candidate.id,
      job_id: jobId,
      assigned_at: time(candidate.org, assigned),
      completed_at: otherTime(candidate.org, completed),
      revoked,
    })),
    credit_event: draft.credits.map(({ org, job, candidate, credits, at: moment }, i) => ({
      credit_event_id: ids.child[i]!,
      org_id: at(orgs, org).id,
      job_id: jobOf(at(orgs, org), job),
      candidate_id: candidate === null ? null : strayId(candidates, candidate),
      service: 'resume parsing',
      credits,
      occurred_at: time(at(orgs, org), moment),
    })),
  }
  const shares = new Map<string, SourceRow<'job_share'>>()
  for (const [job, user] of jobs.length ? draft.shares : []) {
    const shared = at(jobs, job)
    const own = users.filter(({ org }) => org === shared.org)
    if (own.length)
      shares.set(`${job % jobs.length} ${user % own.length}`, { job_id: shared.id, user_id: at(own, user).id })
  }
  rows.job_share = [...shares.values()]
  return { rows, config, clocks: orgs.map(({ clock }) => clock) }
}
