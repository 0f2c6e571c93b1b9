import type { CloseFill, EndpointBody, EndpointId } from 'hirescope/contract'
import type { Accepted } from './accept.ts'
import { wholeSeconds } from './clock.ts'
import { nearest, percentage } from './decimals.ts'
import type { Application, Candidate, Org, Step } from './records.ts'
import type { ScopeRows } from './scope-rows.ts'
import { byCodePoint } from './text-order.ts'

/** What an answer depends on beside the rows in scope. */
export interface AnswerContext {
  org: Org
  source: Accepted
  names: 'none' | 'hired' | 'all'
  cityNames: Map<string, string>
  skillNames: Map<string, string>
}

type Bar = 'resume_screening' | 'assessment_test' | 'video_interview' | 'rejected' | 'on_hold' | 'hired'

/** Where the stage graph shows an application. */
export const barOf = ({ stage, outcome }: Application): Bar | 'withdrawn' | 'unknown' => {
  if (outcome === 'hired' || outcome === 'rejected' || outcome === 'on_hold' || outcome === 'withdrawn') return outcome
  if (outcome === 'unknown' || stage === 'unknown') return 'unknown'
  if (stage === 'applied' || stage === 'resume_screening') return 'resume_screening'
  return stage === 'assessment_test' ? 'assessment_test' : 'video_interview'
}

const stageCounts = (applications: Application[]) => {
  const counts = { resume_screening: 0, assessment_test: 0, video_interview: 0, rejected: 0, on_hold: 0, hired: 0 }
  for (const application of applications) {
    const bar = barOf(application)
    if (bar !== 'withdrawn' && bar !== 'unknown') counts[bar]++
  }
  return counts
}

const notRevoked = (screenings: Step[]) => screenings.filter(({ revoked }) => !revoked)

/** Groups by number of members, the largest first, then by folded text. */
const ranked = (groups: Map<string, number>) =>
  [...groups].sort(([a, m], [b, n]) => n - m || byCodePoint(a, b)).map(([key, count]) => ({ key, count }))

const topLocation = ({ applicants, resumes }: ScopeRows, { cityNames }: AnswerContext) => {
  const cities = new Map<Candidate, string>()
  for (const candidate of applicants) if (candidate.city) cities.set(candidate, candidate.city.key)
  const oldestFirst = resumes
    .filter(({ city }) => city)
    .sort((a, b) => a.created - b.created || byCodePoint(a.id, b.id))
  for (const { candidate, city } of oldestFirst) cities.set(candidate, city!.key)
  const counts = new Map<string, number>()
  for (const city of cities.values()) counts.set(city, (counts.get(city) ?? 0) + 1)
  const [top] = ranked(counts)
  return { top_location: top ? cityNames.get(top.key)! : null, applicant_count: top?.count ?? 0 }
}

const topSkills = ({ resumes }: ScopeRows, { source, skillNames }: AnswerContext) => {
  if (!source.hasSkills) return { top_skills: null }
  const listed = new Map<string, Set<Candidate>>()
  for (const { candidate, skills } of resumes) {
    for (const { key } of skills) listed.set(key, (listed.get(key) ?? new Set()).add(candidate))
  }
  const counts = new Map([...listed].map(([key, applicants]) => [key, applicants.size] as const))
  return {
    top_skills: ranked(counts)
      .slice(0, 3)
      .map(({ key, count }) => ({ skill: skillNames.get(key)!, count })),
  }
}

const mostRecent = ({ resumes }: ScopeRows) => {
  const latest = resumes.reduce<number | null>((at, { created }) => (at === null || created > at ? created : at), null)
  return { most_recent_applicant: latest === null ? null : wholeSeconds(latest) }
}

const firstHire = ({ applications }: ScopeRows, names: AnswerContext['names']): CloseFill | null => {
  const [hire] = applications
    .filter(({ outcome }) => outcome === 'hired')
    .sort((a, b) => {
      if (a.outcomeAt === null || b.outcomeAt === null) {
        if (a.outcomeAt !== b.outcomeAt) return a.outcomeAt === null ? 1 : -1
      } else if (a.outcomeAt !== b.outcomeAt) return a.outcomeAt - b.outcomeAt
      return byCodePoint(a.id, b.id)
    })
  if (!hire) return null
  const job = hire.job!
  const took = hire.outcomeAt === null || job.created === null ? null : hire.outcomeAt - job.created
  return {
    candidate_id: hire.candidate.id,
    name: names === 'none' ? null : hire.candidate.name,
    job_id: job.id,
    job_title: job.title,
    status: 'hired',
    hired_at: hire.outcomeAt === null ? null : wholeSeconds(hire.outcomeAt),
    // A tenth of a day has 8 640 000 000 microseconds.
    days_to_fill: took === null || took < 0 ? null : Number(nearest(BigInt(took), 8_640_000_000n)) / 10,
  }
}

const creditsPerHire = ({ credits, applications }: ScopeRows, source: Accepted): number | null => {
  const hires = applications.filter(({ outcome }) => outcome === 'hired').length
  if (!source.credits || !hires) return null
  const units = credits.reduce((sum, credit) => sum + credit.units, 0n)
  return Number(nearest(units, 10_000n * BigInt(hires)))
}

const details = (scope: ScopeRows, { source, names }: AnswerContext, single: boolean): EndpointBody<'details'> => {
  const ratio = (steps: Step[] | null) =>
    steps && percentage(new Set(steps.map(({ candidate }) => candidate)).size, scope.applicants.size)
  const shared = {
    total_applicants: scope.applicants.size,
    assessment_ratio: ratio(source.assessments && scope.assessments),
    personality_screening_ratio: ratio(source.screenings && notRevoked(scope.screenings)),
  }
  const hire = firstHire(scope, names)
  if (single) return { close_fills: hire, ...shared, credits_per_hire: creditsPerHire(scope, source) }
  return {
    ...shared,
    total_jobs: scope.jobs.length,
    close_fill: hire,
    closed_jobs_count: scope.jobs.filter(({ status }) => status === 'closed').length,
    opened_jobs_count: scope.jobs.filter(({ status }) => status === 'open').length,
  }
}

const weekly = (scope: ScopeRows, { org, source }: AnswerContext): EndpointBody<'weekly-graph'> => {
  const count = (records: { week: number }[]) => {
    const counts = org.weeks.map(() => 0)
    for (const { week } of records) if (week >= 0) counts[week]!++
    return counts
  }
  const series = (records: { week: number }[] | null) => ({
    weeks: 12 as const,
    data: records && count(records),
    start_dates: org.weeks,
  })
  return {
    results: {
      applications_received: series(scope.applications),
      assessments: series(source.assessments && scope.assessments),
      video_interviews: series(source.screenings && notRevoked(scope.screenings)),
    },
  }
}

const scores = ({ resumes }: ScopeRows, { source }: AnswerContext): EndpointBody<'score-distribution-graph'> => {
  if (!source.resumes) return { results: null }
  const counts = Array.from({ length: 11 }, () => 0)
  for (const { score } of resumes) if (score !== null) counts[score]!++
  return { results: counts.map((count, score) => ({ score, count })).filter(({ count }) => count > 0) }
}

const overview = ({ jobs, applications }: ScopeRows): EndpointBody<'applicants-stage-graph-overview'> => {
  const byJob = new Map(jobs.map((job) => [job, [] as Application[]] as const))
  for (const application of applications) byJob.get(application.job!)!.push(application)
  const sorted = [...byJob].sort(
    ([a, m], [b, n]) => n.length - m.length || byCodePoint(a.title, b.title) || byCodePoint(a.id, b.id),
  )
  return {
    results: sorted.map(([job, own]) => {
      const { rejected, ...stages } = stageCounts(own)
      return { job_id: job.id, job_name: job.title, stages: { ...stages, reject: rejected } }
    }),
  }
}

/** The 200 body of an endpoint; null for the 204 of `details`. `single`: asked with a job_id. */
export const answerOf = (endpoint: EndpointId, scope: ScopeRows, context: AnswerContext, single: boolean): unknown => {
  switch (endpoint) {
    case 'total-applicants':
      return { total_applicants: scope.applicants.size }
    case 'top-location':
      return topLocation(scope, context)
    case 'top-skill':
      return topSkills(scope, context)
    case 'most-recent-applicant':
      return mostRecent(scope)
    case 'details':
      return scope.applicants.size ? details(scope, context, single) : null
    case 'weekly-graph':
      return weekly(scope, context)
    case 'applicants-stage-graph':
      return { results: stageCounts(scope.applications) }
    case 'score-distribution-graph':
      return scores(scope, context)
    case 'applicants-stage-graph-overview':
      return overview(scope)
  }
}
