import { languages } from './format.ts'
import type { ListedJob } from './state/board.svelte.ts'

// Letters that Unicode does not take apart into a plain one and its accent.
const plain: Record<string, string> = { ł: 'l', ø: 'o', đ: 'd', ð: 'd', ı: 'i', ß: 'ss', æ: 'ae', œ: 'oe', þ: 'th' }

/** Text as the search compares it: without case and accents. */
export const searchable = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[łøđðıßæœþ]/g, (letter) => plain[letter] ?? letter)
    .replace(/\s+/gu, ' ')
    .trim()

/** Jobs by name, as a person would look for them, each with the text that is searched. Made once, since a list may be long. */
export const indexJobs = <Job extends ListedJob>(jobs: readonly Job[]): readonly { job: Job; text: string }[] => {
  const { compare } = new Intl.Collator(languages, { numeric: true })
  return jobs
    .map((job) => ({ job, text: searchable([job.title, job.department, job.location, job.job_id].join(' ')) }))
    .sort((a, b) => compare(a.job.label, b.job.label) || (a.job.job_id < b.job.job_id ? -1 : 1))
}

/** The jobs whose title, department, location or id hold every word of the query, in the order of the index. */
export const searchJobs = <Job extends ListedJob>(
  index: readonly { job: Job; text: string }[],
  query: string,
): readonly Job[] => {
  const words = searchable(query).split(' ').filter(Boolean)
  return index.filter(({ text }) => words.every((word) => text.includes(word))).map(({ job }) => job)
}
