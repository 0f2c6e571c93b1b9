import type { Manifest } from 'hirescope/contract'
import { describe, expect, it } from 'vitest'
import { aboutNumbers, fileName, jobsInWords } from '../../src/app/about.ts'
import type { ListedJob, Standing } from '../../src/app/state/board.svelte.ts'

const job = (label: string, job_id = label): ListedJob => ({
  job_id,
  label,
  title: label,
  department: null,
  location: null,
  created_at: null,
  status: 'open',
})
const manifest = {
  org: { id: '7', name: 'Nörthwind / Talent' },
  scope: { id: 's', jobs: 23 },
  as_of: '2026-11-19T20:30:00.000000Z',
  time_zone: 'Asia/Kolkata',
} as Manifest
const standing = (jobs: ListedJob[] | null, statuses: Standing['question']['statuses'] = []) =>
  ({ jobs, question: { jobs: [], statuses } }) as unknown as Standing

describe('what a file says of itself', () => {
  it('names the jobs, a few of them by name', () => {
    expect(jobsInWords(null, 23)).toBe('All 23 visible jobs')
    expect(jobsInWords(null, 1)).toBe('The one visible job')
    expect(jobsInWords([job('Cook')], 23)).toBe('Cook')
    expect(jobsInWords([job('Cook'), job('Baker')], 23)).toBe('2 of 23 visible jobs: Cook and Baker')
    expect(jobsInWords([], 23)).toBe('0 of 23 visible jobs')
    const seven = Array.from('abcdefg', (letter) => job(letter))
    expect(jobsInWords(seven, 23)).toBe('7 of 23 visible jobs: a, b, c, d, e and 2 more')
  })

  it('says title, organisation, jobs, filter and as-of on the org clock', () => {
    expect(aboutNumbers('Scores', standing([job('Cook')], ['open', 'on_hold']), manifest)).toEqual([
      'Scores',
      'Nörthwind / Talent',
      'Jobs: Cook',
      'Status: open and on hold',
      'As of 20 Nov, 02:00 IST (2026-11-19T20:30:00Z, Asia/Kolkata)',
    ])
  })

  it('makes a name of that which every system takes, with the local day', () => {
    const name = (jobs: ListedJob[] | null) => fileName('Stages by job', standing(jobs), manifest, 'csv')
    expect(name(null)).toBe('northwind-talent-stages-by-job-all-23-jobs-2026-11-20.csv')
    expect(name([job('../..\\<img onerror>:"')])).toBe('northwind-talent-stages-by-job-img-onerror-2026-11-20.csv')
    expect(name([job('🧑‍🍳', 'J1')])).toBe('northwind-talent-stages-by-job-job-j1-2026-11-20.csv')
    expect(name([job('x'.repeat(500))]).length).toBeLessThan(120)
    expect(name([job('a'), job('b')])).toBe('northwind-talent-stages-by-job-2-jobs-2026-11-20.csv')
  })
})
