import type { EndpointId } from 'hirescope/contract'
import { lists, type List, type ListName } from 'hirescope/metrics'
import { counted } from './format.ts'
import type { ListedJob, ShownBasis } from './state/board.svelte.ts'

/** A list that the page offers: the rows behind one of its numbers. */
export interface ShownList {
  name: ListName
  value?: string | number
  /** The first and last day of the applications, if not all are meant. */
  period?: { applied_from: string; applied_to: string }
  /** How many rows there are, as the number on the page says. */
  count: number
  /** What they are, in words: "applicants with an assessment". */
  title: string
  /** The one job it is about, where the page is about others, too. */
  job?: ListedJob
}

const titles: Record<ListName, (count: number) => string> = {
  applicants: (count) => counted(count, 'applicant'),
  city: (count) => counted(count, 'applicant'),
  skill: (count) => counted(count, 'applicant'),
  resumes: (count) => counted(count, 'résumé'),
  assessed: (count) => `${counted(count, 'applicant')} with an assessment`,
  screened: (count) => `${counted(count, 'applicant')} with a video interview`,
  hires: (count) => `${counted(count, 'application')} hired`,
  weekly_applications: (count) => counted(count, 'application'),
  weekly_assessments: (count) => counted(count, 'assessment'),
  weekly_interviews: (count) => counted(count, 'video interview'),
  applications: (count) => counted(count, 'application'),
  scored: (count) => `${counted(count, 'résumé')} with a score`,
}

/** A list with so many rows; `of` says which of them: "from Pune". */
export const shownList = (name: ListName, count: number, value?: string | number, of = ''): ShownList => ({
  name,
  count,
  title: `${titles[name](count)}${of && ` ${of}`}`,
  ...(value !== undefined && { value }),
})

/** The lists behind the counts of a metric that need no further word, but for empty ones; `only` narrows the counts. */
export const listsOf = (id: EndpointId, { counts }: ShownBasis, only?: readonly string[]): ShownList[] =>
  (Object.entries(lists) as [ListName, List][]).flatMap(([name, { metric, count, by }]) => {
    const rows = (counts as Record<string, unknown>)[count]
    const meant = metric === id && by !== 'city' && by !== 'skill' && (!only || only.includes(count))
    const of = by === 'week' ? 'in 12 weeks' : ''
    return meant && typeof rows === 'number' && rows > 0 ? [shownList(name, rows, undefined, of)] : []
  })
