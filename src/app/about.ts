import type { Manifest } from 'hirescope/contract'
import { localDate } from 'hirescope/metrics'
import { asOf, counted, list, number } from './format.ts'
import type { ListedJob, Standing } from './state/board.svelte.ts'
import type { Question } from './state/question.ts'

/** The jobs that numbers are about, in words: "All 23 jobs", "Backend engineer", "3 of 23 jobs: …". */
export const jobsInWords = (jobs: readonly ListedJob[] | null, visible: number): string => {
  if (!jobs) return visible === 1 ? 'The one visible job' : `All ${counted(visible, 'visible job')}`
  const [job] = jobs
  if (job && jobs.length === 1) return job.label
  const named = jobs.slice(0, 5).map(({ label }) => label)
  const rest = jobs.length > 5 ? [...named, `${number(jobs.length - 5)} more`] : named
  return `${number(jobs.length)} of ${counted(visible, 'visible job')}${rest.length ? `: ${list(rest)}` : ''}`
}

const statusesInWords = ({ statuses }: Question) =>
  statuses.length ? `Status: ${list(statuses.map((status) => status.replace('_', ' ')))}` : null

/** What a file or a picture says first: whose numbers, of which jobs, filtered how, as of when. */
export const aboutNumbers = (title: string, { jobs, question }: Standing, manifest: Manifest): string[] => {
  const { org, as_of, time_zone, scope } = manifest
  return [
    title,
    org.name ?? org.id,
    `${jobs ? 'Jobs: ' : ''}${jobsInWords(jobs, scope.jobs)}`,
    statusesInWords(question),
    `As of ${asOf(as_of, time_zone)} (${as_of.replace(/\.0+Z$/, 'Z')}, ${time_zone})`,
  ].filter((line) => line !== null)
}

/** Text as a part of a file's name: letters and digits between hyphens. */
export const slug = (text: string, most: number): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
    .slice(0, most)
    .replace(/-$/, '')

/** The name of a file: "northwind-talent-applications-by-stage-3-jobs-open-2026-11-20.csv". */
export const fileName = (
  title: string,
  { jobs, question }: Standing,
  { org, as_of, time_zone, scope }: Manifest,
  extension: string,
): string => {
  const [job] = jobs ?? []
  const which = !jobs
    ? `all ${scope.jobs} jobs`
    : jobs.length === 1 && job
      ? slug(job.label, 40) || `job ${slug(job.job_id, 40)}`
      : `${jobs.length} jobs`
  const parts = [slug(org.name ?? org.id, 30), slug(title, 40), which, question.statuses.join(' ')]
  return `${[...parts, localDate(new Date(as_of), time_zone)]
    .map((part) => slug(part, 60))
    .filter(Boolean)
    .join('-')}.${extension}`
}

/** Hands a file to the browser's downloads. */
export const save = (parts: BlobPart[], type: string, name: string): void => {
  const address = URL.createObjectURL(new Blob(parts, { type }))
  const link = Object.assign(document.createElement('a'), { href: address, download: name })
  link.click()
  // The download has begun by then, and the address would hold the bytes for as long as the page is open.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
