import type { EndpointBody } from 'hirescope/contract'
import {
  compareApplicants,
  listRows,
  lists,
  metrics,
  runAll,
  type Dataset,
  type ListName,
  type Scope,
} from 'hirescope/metrics'
import { expect } from 'vitest'
import type { Oracle, OracleBundle, OracleScope } from '../oracle/index.ts'

const names = Object.keys(lists) as ListName[]
const stages = ['resume_screening', 'assessment_test', 'video_interview', 'rejected', 'on_hold', 'hired'] as const

const idsOf = ({ columns }: NonNullable<Awaited<ReturnType<typeof listRows>>>) =>
  [...new Set(Array.from(columns.candidate_id, String))].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))

/** Holds the length of every list, and of every part of one, against the number that it stands behind; without a filter also the ids. */
export const expectLists = async (
  dataset: Dataset,
  oracle: Oracle,
  { org, jobIds }: { org: string; jobIds: string[] },
  scope: Scope,
) => {
  const label = JSON.stringify(scope)
  const answers = await runAll(dataset, metrics, scope)
  const list = (name: ListName, value?: string | number) => listRows(dataset, name, scope, { value })
  if (answers.details.status === 404) {
    for (const name of names) expect(await list(name), `${name} of ${label}`).toBeNull()
    return
  }
  const parts: [name: ListName, value: string | number | undefined, expected: number][] = []
  for (const name of names) {
    if ('by' in lists[name] && (name === 'city' || name === 'skill')) continue
    const counts = answers[lists[name].metric].basis?.counts as Record<string, number>
    parts.push([name, undefined, counts[lists[name].count]!])
  }
  const { top_location, applicant_count } = answers['top-location'].body!
  if (top_location !== null) parts.push(['city', top_location, applicant_count])
  for (const { skill, count } of answers['top-skill'].body?.top_skills ?? []) parts.push(['skill', skill, count])
  const { results } = answers['applicants-stage-graph'].body!
  for (const stage of stages) parts.push(['applications', stage, results[stage]])
  const { withdrawn, unknown } = answers['applicants-stage-graph'].basis!.counts
  parts.push(['applications', 'withdrawn', withdrawn], ['applications', 'unknown', unknown])
  for (const { score, count } of answers['score-distribution-graph'].body?.results ?? [])
    parts.push(['scored', score, count])
  const weekly = answers['weekly-graph'].body!.results
  for (const [name, { data, start_dates }] of [
    ['weekly_applications', weekly.applications_received],
    ['weekly_assessments', weekly.assessments],
    ['weekly_interviews', weekly.video_interviews],
  ] as const)
    for (const [week, count] of (data ?? []).entries()) parts.push([name, start_dates[week], count])
  const overview: EndpointBody<'applicants-stage-graph-overview'> = answers['applicants-stage-graph-overview'].body!
  const { by_job } = answers['applicants-stage-graph-overview'].basis!.counts
  expect(by_job).toHaveLength(overview.results.length)

  for (const [name, value, expected] of parts)
    expect((await list(name, value))?.length, `${name} ${value} of ${label}`).toBe(expected)

  // The oracle knows ids of sets of jobs: those of applicants, and how many rows hang on them.
  if (Object.keys(scope).some((key) => !['job_id', 'job_ids'].includes(key))) return
  const asked = scope.job_ids ?? (scope.job_id === undefined ? jobIds : [scope.job_id])
  const { ids } = oracle.bundle(org, [...asked])
  const applicants = (await list('applicants'))!
  expect(idsOf(applicants), `ids of ${label}`).toEqual(ids.candidates)
  expect(idsOf((await list('applications'))!), `ids of ${label}`).toEqual(ids.candidates)
  expect((await list('resumes'))!.length, `résumés of ${label}`).toBe(ids.resumes.length)
}

const day = 86_400_000
const after = (date: string, days: number) => new Date(Date.parse(date) + days * day).toISOString().slice(0, 10)

/** Holds the two numbers of a change against the oracle's, for days counted from the first of the weekly series. */
export const expectChange = async (dataset: Dataset, bundle: OracleBundle, scope: Scope) => {
  const { answers } = await compareApplicants(dataset, scope)
  const weekly = bundle.answer('weekly-graph', {}).body as EndpointBody<'weekly-graph'>
  const current = weekly.results.applications_received.start_dates.at(-1)!
  const expected = (from: number, to: number) =>
    bundle.answer('total-applicants', {
      ...(scope as OracleScope),
      applied_from: after(current, from),
      applied_to: after(current, to),
    })
  expect({ status: answers.latest.status, body: answers.latest.body }).toEqual(expected(-84, -1))
  expect({ status: answers.before.status, body: answers.before.body }).toEqual(expected(-168, -85))
}
