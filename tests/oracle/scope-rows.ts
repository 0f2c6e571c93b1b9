import type { Accepted } from './accept.ts'
import type { Application, Candidate, Credit, Job, Resume, StageEvent, Step } from './records.ts'
import { byCodePoint } from './text-order.ts'

/** The rows in scope of one set of jobs. */
export interface ScopeRows {
  jobs: Job[]
  applications: Application[]
  applicants: Set<Candidate>
  resumes: Resume[]
  assessments: Step[]
  screenings: Step[]
  credits: Credit[]
  events: StageEvent[]
}

const groupBy = <Row, Key>(rows: Iterable<Row>, keyOf: (row: Row) => Key | null): Map<Key, Row[]> => {
  const groups = new Map<Key, Row[]>()
  for (const row of rows) {
    const key = keyOf(row)
    if (key === null) continue
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return groups
}

/** Which applications count: by day, by key of the applicant's city, by whole score. */
export interface ApplicationFilter {
  from?: string | undefined
  to?: string | undefined
  /** Null: a city that nobody has. */
  city?: string | null | undefined
  least?: number | undefined
  most?: number | undefined
}

/** Prepares a source so that the rows of any set of jobs are found without reading all of it. */
export const scopeFinder = (source: Accepted): ((jobs: Job[], filter?: ApplicationFilter) => ScopeRows) => {
  const applications = groupBy(
    source.applications.filter(({ deleted, candidate }) => !deleted && !candidate.deleted),
    ({ job }) => job,
  )
  const events = groupBy(source.events, ({ application }) => application)
  const resumes = groupBy(source.resumes ?? [], ({ job }) => job)
  const joblessResumes = groupBy(source.resumes ?? [], ({ job, candidate }) => (job ? null : candidate))
  const assessments = groupBy(source.assessments ?? [], ({ job }) => job)
  const screenings = groupBy(source.screenings ?? [], ({ job }) => job)
  const credits = groupBy(source.credits ?? [], ({ job }) => job)

  /** The résumés that the job alone brings into scope with an application, the latest first. */
  const resumesOf = ({ candidate, job }: Application) =>
    [
      ...(resumes.get(job!) ?? []).filter((resume) => resume.candidate === candidate),
      ...(joblessResumes.get(candidate) ?? []),
    ].sort((a, b) => b.created - a.created || byCodePoint(b.id, a.id))
  const passes =
    ({ from, to, city, least, most }: ApplicationFilter) =>
    (application: Application): boolean => {
      const day =
        from === undefined && to === undefined ? '' : application.candidate.org.clock.dayOf(application.applied)
      if ((from !== undefined && day < from) || (to !== undefined && day > to)) return false
      if (city === undefined && least === undefined && most === undefined) return true
      const own = resumesOf(application)
      const home = own.find((resume) => resume.city)?.city ?? application.candidate.city
      if (city !== undefined && home?.key !== city) return false
      if (least === undefined && most === undefined) return true
      const score = own.find((resume) => resume.score !== null)?.score
      return score !== null && score !== undefined && score >= (least ?? 0) && score <= (most ?? 10)
    }

  return (jobs, filter = {}) => {
    const counts = passes(filter)
    const scope: ScopeRows = {
      jobs,
      applications: [],
      applicants: new Set(),
      resumes: [],
      assessments: [],
      screenings: [],
      credits: [],
      events: [],
    }
    for (const job of jobs) {
      const own = (applications.get(job) ?? []).filter(counts)
      const applied = new Set(own.map(({ candidate }) => candidate))
      const ofApplicants = <Row extends { candidate: Candidate }>(rows: Row[] = []) =>
        rows.filter(({ candidate }) => applied.has(candidate))
      scope.applications.push(...own)
      for (const candidate of applied) scope.applicants.add(candidate)
      scope.resumes.push(...ofApplicants(resumes.get(job)))
      scope.assessments.push(...ofApplicants(assessments.get(job)))
      scope.screenings.push(...ofApplicants(screenings.get(job)))
      scope.credits.push(...(credits.get(job) ?? []))
    }
    for (const candidate of scope.applicants) scope.resumes.push(...(joblessResumes.get(candidate) ?? []))
    for (const application of scope.applications) scope.events.push(...(events.get(application) ?? []))
    return scope
  }
}
