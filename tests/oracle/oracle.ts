import type { EndpointId, SourceRows } from 'hirescope/contract'
import { accept } from './accept.ts'
import type { Accepted } from './accept.ts'
import { answerOf, barOf } from './answers.ts'
import type { AnswerContext } from './answers.ts'
import type { OracleConfig } from './config.ts'
import { vocabulary } from './fold.ts'
import type { Term } from './fold.ts'
import type { Job, User } from './records.ts'
import { scopeFinder } from './scope-rows.ts'
import type { ApplicationFilter, ScopeRows } from './scope-rows.ts'
import { byCodePoint, sortedIds } from './text-order.ts'

/** One job (the one-job shapes), or a set of jobs; `{}` is every job of the bundle. And which applications count. */
export type OracleScope = ({ job_id?: string } | { job_ids: string[] }) & {
  applied_from?: string
  applied_to?: string
  city?: string
  min_score?: number
  max_score?: number
}

export interface OracleViewer {
  userId: string
  role: string
  /** Visible jobs, by code point. */
  jobIds: string[]
}

export interface OracleAnswer {
  status: 200 | 204 | 404
  /** Null with 204 and 404. */
  body: unknown
}

type BundleIdTable =
  'jobs' | 'candidates' | 'applications' | 'resumes' | 'assessments' | 'screenings' | 'credit_events' | 'stage_events'

export interface OracleBundle {
  answer(endpoint: EndpointId, scope: OracleScope): OracleAnswer
  /** Applications in scope, and those that the stage graph's six bars leave out. Throws when the scope is a 404. */
  stageBasis(scope: OracleScope): { applications: number; withdrawn: number; unknown: number }
  /** Every source id that the bundle may contain, by code point. */
  ids: Record<BundleIdTable, string[]>
}

export interface Oracle {
  /** The ids of accepted orgs, by code point. */
  orgs: string[]
  /** The active users of an org, by code point of their ids. */
  viewers(orgId: string): OracleViewer[]
  /** The answers of one scope. Throws when a job is not one of the org's jobs that are not deleted. */
  bundle(orgId: string, jobIds: string[]): OracleBundle
}

const sees = (user: User, job: Job): boolean =>
  job.org === user.org && !job.deleted && (user.role === 'admin' || job.owner === user || job.shared.has(user))

const bundleOf = (
  orgId: string,
  jobIds: string[],
  source: Accepted,
  find: (jobs: Job[], filter?: ApplicationFilter) => ScopeRows,
  config: OracleConfig,
): OracleBundle => {
  const org = source.orgs.get(orgId)
  if (!org) throw new Error(`oracle: org not found: ${orgId}`)
  const ofOrg = new Map(source.jobs.filter((job) => job.org === org && !job.deleted).map((job) => [job.id, job]))
  const visible = new Map<string, Job>()
  for (const id of jobIds) {
    const job = ofOrg.get(id)
    if (!job) throw new Error(`oracle: job not found: ${id}`)
    visible.set(id, job)
  }
  const whole = find([...visible.values()])
  const isTerm = (term: Term | null): term is Term => term !== null
  const cityRows = [...whole.resumes, ...whole.applicants].map(({ city }) => city).filter(isTerm)
  const context: AnswerContext = {
    org,
    source,
    names: config.names ?? 'hired',
    cityNames: vocabulary(config.aliases?.city).spellings(cityRows),
    skillNames: vocabulary(config.aliases?.skill).spellings(whole.resumes.flatMap(({ skills }) => skills)),
  }
  const ids = (rows: Iterable<{ id: string }>) => sortedIds([...rows].map(({ id }) => id))

  const filterOf = ({
    applied_from,
    applied_to,
    city,
    min_score,
    max_score,
  }: OracleScope): ApplicationFilter | null => {
    if ([applied_from, applied_to, city, min_score, max_score].every((each) => each === undefined)) return null
    const key = [...context.cityNames].find(([, name]) => name === city)?.[0] ?? null
    return {
      from: applied_from,
      to: applied_to,
      city: city === undefined ? undefined : key,
      least: min_score,
      most: max_score,
    }
  }

  // Nine questions follow each other on one scope.
  let last: { key: string; rows: ScopeRows } | undefined
  const rowsOf = (scope: OracleScope): ScopeRows | null => {
    const asked = 'job_ids' in scope ? [...new Set(scope.job_ids)] : scope.job_id === undefined ? null : [scope.job_id]
    const filter = filterOf(scope)
    if (asked === null && filter === null) return whole
    const jobs = (asked ?? [...visible.keys()]).map((id) => visible.get(id)).filter((job) => job !== undefined)
    if (asked && jobs.length < asked.length) return null
    const key = JSON.stringify([asked, filter])
    if (last?.key !== key) last = { key, rows: find(jobs, filter ?? {}) }
    return last.rows
  }

  return {
    answer(endpoint, scope) {
      const rows = rowsOf(scope)
      if (!rows) return { status: 404, body: null }
      const single = 'job_id' in scope && scope.job_id !== undefined
      const body = answerOf(endpoint, rows, context, single)
      return { status: body === null ? 204 : 200, body }
    },
    stageBasis(scope) {
      const rows = rowsOf(scope)
      if (!rows) throw new Error('oracle: a job of the scope is not visible')
      const bars = rows.applications.map(barOf)
      return {
        applications: bars.length,
        withdrawn: bars.filter((bar) => bar === 'withdrawn').length,
        unknown: bars.filter((bar) => bar === 'unknown').length,
      }
    },
    ids: {
      jobs: ids(whole.jobs),
      candidates: ids(whole.applicants),
      applications: ids(whole.applications),
      resumes: ids(whole.resumes),
      assessments: ids(whole.assessments),
      screenings: ids(whole.screenings),
      credit_events: ids(whole.credits),
      stage_events: ids(whole.events),
    },
  }
}

/** Answers every question by plain loops over the source's rows, so that SQL has something to be compared with. */
export const createOracle = (rows: SourceRows, config: OracleConfig): Oracle => {
  const source = accept(rows, config)
  const find = scopeFinder(source)
  return {
    orgs: sortedIds(source.orgs.keys()),
    viewers: (orgId) =>
      source.users
        .filter((user) => user.active && user.org.id === orgId)
        .sort((a, b) => byCodePoint(a.id, b.id))
        .map((user) => ({
          userId: user.id,
          role: user.role,
          jobIds: sortedIds(source.jobs.filter((job) => sees(user, job)).map(({ id }) => id)),
        })),
    bundle: (orgId, jobIds) => bundleOf(orgId, jobIds, source, find, config),
  }
}
