import { outcomes, stages, type Outcome, type Stage } from 'hirescope/contract'
import { lists, localDate, type Listed, type ListName } from 'hirescope/metrics'
import type { ApplicantLink } from './applicant-link.ts'
import { day } from './format.ts'
import type { ListedJob } from './state/board.svelte.ts'
import type { Column, Table } from './table.ts'

const stageNames: Record<Stage, string> = {
  applied: 'Applied',
  resume_screening: 'Résumé screening',
  assessment_test: 'Assessment',
  video_interview: 'Video interview',
  interview: 'Interview',
  offer: 'Offer',
  unknown: 'Unknown',
}

const outcomeNames: Record<Outcome, string> = {
  active: 'Active',
  on_hold: 'On hold',
  hired: 'Hired',
  rejected: 'Rejected',
  withdrawn: 'Withdrawn',
  unknown: 'Unknown',
}

const msOfDay = 86_400_000
const isoDay = (days: number) => new Date(days * msOfDay).toISOString().slice(0, 10)

/** Local days of instants, in seconds; each quarter of an hour is looked up once, since zones shift by no less. */
const createLocalDay = (timeZone: string) => {
  const known = new Map<number, string>()
  return (seconds: number): string => {
    const quarter = Math.floor(seconds / 900)
    const found = known.get(quarter) ?? localDate(new Date(quarter * 900_000), timeZone)
    known.set(quarter, found)
    return found
  }
}

/** What a list needs of the page to be read. */
export interface ListContext {
  jobs: readonly ListedJob[]
  /** Whether the export has names of others than those hired. */
  names: 'none' | 'hired' | 'all'
  link: ApplicantLink | null
}

/** The rows of a list as a table: who, for which job, how far, and when. */
export const applicantsTable = (name: ListName, caption: string, listed: Listed, context: ListContext): Table => {
  const { columns, time_zone, as_of, length } = listed
  const localDay = createLocalDay(time_zone)
  const today = localDate(new Date(as_of), time_zone)
  const dayColumn = (
    key: string,
    label: string,
    dateOf: (row: number) => string | null,
    rank: Column['rank'],
  ): Column => ({
    key,
    label,
    value: dateOf,
    shown: (row) => {
      const date = dateOf(row)
      return date === null ? '' : day(date, today)
    },
    ...(rank && { rank }),
    width: 1.5,
  })
  const onDay = (key: 'applied_day' | 'day', label: string) =>
    dayColumn(
      key,
      label,
      (row) => {
        const days = columns[key][row]
        return days == null ? null : isoDay(days)
      },
      (row) => columns[key][row] ?? null,
    )
  const atTime = (key: 'outcome_s' | 'time', label: string) =>
    dayColumn(
      key,
      label,
      (row) => {
        const seconds = columns[key][row]
        return seconds == null ? null : localDay(seconds)
      },
      (row) => columns[key][row] ?? null,
    )
  const { of } = lists[name]
  const { link } = context
  const all: (Column | false)[] = [
    {
      key: 'candidate_id',
      label: 'Applicant',
      value: (row) => columns.candidate_id[row] ?? null,
      link: link ? (row) => link(columns.candidate_id[row] ?? '') : undefined,
      width: 1.6,
    },
    context.names !== 'none' && { key: 'name', label: 'Name', value: (row) => columns.name[row] ?? null, width: 2.2 },
    {
      key: 'job',
      label: 'Job',
      value: (row) => context.jobs[columns.job_key[row] ?? -1]?.label ?? null,
      width: 4,
    },
    {
      key: 'stage',
      label: 'Stage',
      value: (row) => stageNames[stages[columns.stage[row] ?? -1] ?? 'unknown'],
      rank: (row) => columns.stage[row] ?? null,
      width: 2.2,
    },
    {
      key: 'outcome',
      label: 'Outcome',
      value: (row) => outcomeNames[outcomes[columns.outcome[row] ?? -1] ?? 'unknown'],
      rank: (row) => columns.outcome[row] ?? null,
      width: 1.6,
    },
    onDay('applied_day', 'Applied'),
    atTime('outcome_s', 'Outcome on'),
    (of === 'assessment' || of === 'video interview') && onDay('day', 'Assigned'),
    of === 'résumé' && atTime('time', 'Received'),
    of === 'résumé' && {
      key: 'score',
      label: 'Score',
      numeric: true,
      value: (row) => columns.score[row] ?? null,
      width: 1,
    },
  ]
  return { caption, length, columns: all.filter((column) => column !== false) }
}
