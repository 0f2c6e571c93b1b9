import type { Accepted } from './accept.ts'
import type { Application, Candidate, Credit, Job, Resume, StageEvent, Step } from './records.ts'

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

/** Prepares a source so that the rows of any set of jobs are found without reading all of it. */
export const scopeFinder = (source: Accepted): ((jobs: Job[]) => ScopeRows) => {
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

  return (jobs) => {
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
      const own = applications.get(job) ?? []
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
