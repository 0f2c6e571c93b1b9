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

/** The jobs whose title, department, location or id hold every word of the query, in the order given. */
export const searchJobs = <Job extends ListedJob>(jobs: readonly Job[], query: string): readonly Job[] => {
  const words = searchable(query).split(' ').filter(Boolean)
  if (!words.length) return jobs
  return jobs.filter(({ title, department, location, job_id }) => {
    const text = searchable([title, department, location, job_id].join(' '))
    return words.every((word) => text.includes(word))
  })
}

/** Jobs by name, as a person would look for them. */
export const byTitle = <Job extends ListedJob>(jobs: readonly Job[]): readonly Job[] => {
  const { compare } = new Intl.Collator('en', { numeric: true })
  return [...jobs].sort((a, b) => compare(a.label, b.label) || (a.job_id < b.job_id ? -1 : 1))
}
