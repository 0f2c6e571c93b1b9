import { shareColumn } from './charts.ts'
import { counted, number } from './format.ts'
import { shownList, type ShownList } from './shown-lists.ts'
import type { ListedJob } from './state/board.svelte.ts'
import type { Column, Table } from './table.ts'

/** The six stages and outcomes of the stage graphs, in the order of the process, then the outcomes. */
export const stageNames = {
  resume_screening: 'Résumé screening',
  assessment_test: 'Assessment',
  video_interview: 'Video interview',
  hired: 'Hired',
  on_hold: 'On hold',
  rejected: 'Rejected',
} as const

export type StageName = keyof typeof stageNames
export const stageOrder = Object.keys(stageNames) as StageName[]

/** What else an application can be. */
const otherNames = { withdrawn: 'Withdrawn', unknown: 'Unknown' } as const
export type StateName = StageName | keyof typeof otherNames
const stateNames = { ...stageNames, ...otherNames }
const stateOrder = Object.keys(stateNames) as StateName[]

/** Applications by stage, with those that are in none of the six. */
export interface StageCounts {
  stages: Record<StageName, number>
  applications: number
  withdrawn: number
  unknown: number
}

const countOf = (counts: StageCounts, state: StateName) =>
  state === 'withdrawn' || state === 'unknown' ? counts[state] : counts.stages[state]

/** The applications of a state, of one job where it is given; null where there are none. */
export const stateList = (counts: StageCounts, state: StateName, job?: ListedJob): ShownList | null => {
  const count = countOf(counts, state)
  const of = `${job ? `to ${job.label} ` : ''}· ${stateNames[state].toLowerCase()}`
  return count ? { ...shownList('applications', count, state, of), ...(job && { job }) } : null
}

/** All applications to a job. */
export const jobList = ({ applications }: StageCounts, job: ListedJob): ShownList => ({
  ...shownList('applications', applications, undefined, `to ${job.label}`),
  job,
})

const above = ({ stages }: StageCounts) => stageOrder.reduce((sum, stage) => sum + stages[stage], 0)

/** "7,180 applications = 7,004 above". */
export const aboveInAll = (counts: StageCounts): string =>
  `${counted(counts.applications, 'application')} = ${number(above(counts))} above`

/** "7,180 applications = 7,004 above + 163 withdrawn + 13 unknown". */
export const addsUp = (counts: StageCounts): string =>
  `${aboveInAll(counts)} + ${number(counts.withdrawn)} withdrawn + ${number(counts.unknown)} unknown`

/** Few applications in words: "1 in résumé screening, 2 rejected". */
export const inWords = ({ stages, withdrawn, unknown }: StageCounts): string => {
  const phrases: Record<StageName, string> = {
    resume_screening: 'in résumé screening',
    assessment_test: 'in assessment',
    video_interview: 'at the video interview',
    hired: 'hired',
    on_hold: 'on hold',
    rejected: 'rejected',
  }
  const parts = stageOrder.map((stage) => [stages[stage], phrases[stage]] as const)
  return [...parts, [withdrawn, 'withdrawn'] as const, [unknown, 'at an unknown stage'] as const]
    .filter(([count]) => count > 0)
    .map(([count, phrase]) => `${number(count)} ${phrase}`)
    .join(', ')
}

/** A row of the overview: the endpoint's stages under the names of the stage graph. */
export interface JobStages extends StageCounts {
  job_id: string
  name: string
}

interface OverviewRow {
  job_id: string
  job_name: string
  stages: Record<Exclude<StageName, 'rejected'> | 'reject', number>
}

interface OverviewCounts {
  job_id: string
  applications: number
  withdrawn: number
  unknown: number
}

/** Joins the overview's rows with the counts beside them, under the names that the page has for jobs. */
export const jobStages = (
  results: readonly OverviewRow[],
  byJob: readonly OverviewCounts[],
  names: ReadonlyMap<string, string>,
): JobStages[] => {
  const counts = new Map(byJob.map((row) => [row.job_id, row]))
  return results.map(({ job_id, job_name, stages: { reject, ...stages } }) => {
    const { applications = 0, withdrawn = 0, unknown = 0 } = counts.get(job_id) ?? {}
    const name = names.get(job_id) ?? job_name
    return { job_id, name, stages: { ...stages, rejected: reject }, applications, withdrawn, unknown }
  })
}

/** Applications by stage as a table: the six stages, then what is in none of them. */
export const stageTable = (counts: StageCounts): Table => {
  const rows = stateOrder.map((state) => ({
    label: stateNames[state],
    count: countOf(counts, state),
    list: stateList(counts, state),
  }))
  const count = (row: number) => rows[row]?.count ?? 0
  return {
    caption: 'Applications by stage',
    length: rows.length,
    columns: [
      { key: 'stage', label: 'Stage', value: (row) => rows[row]?.label ?? null, rank: (row) => row },
      {
        key: 'applications',
        label: 'Applications',
        numeric: true,
        value: count,
        shown: (row) => number(count(row)),
        list: (row) => rows[row]?.list ?? null,
      },
      shareColumn(count, counts.applications),
    ],
  }
}

/** The overview as a table of all jobs, which are given by id. */
export const overviewTable = (rows: readonly JobStages[], jobs: ReadonlyMap<string, ListedJob>): Table => {
  const counted = (
    key: string,
    label: string,
    read: (row: JobStages) => number,
    listOf: (row: JobStages, job: ListedJob) => ShownList | null,
  ): Column => {
    const count = (row: number) => {
      const found = rows[row]
      return found ? read(found) : 0
    }
    const list = (row: number) => {
      const found = rows[row]
      const job = found && jobs.get(found.job_id)
      return job && count(row) ? listOf(found, job) : null
    }
    return { key, label, numeric: true, value: count, shown: (row) => number(count(row)), list, width: 1.6 }
  }
  return {
    caption: 'Applications by job and stage',
    length: rows.length,
    columns: [
      { key: 'job', label: 'Job', value: (row) => rows[row]?.name ?? null, width: 4 },
      counted('applications', 'Applications', ({ applications }) => applications, jobList),
      ...stateOrder.map((state) =>
        counted(
          state,
          stateNames[state],
          (row) => countOf(row, state),
          (row, job) => stateList(row, state, job),
        ),
      ),
    ],
  }
}
