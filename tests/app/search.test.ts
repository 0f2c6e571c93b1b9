import { expect, it } from 'vitest'
import { indexJobs, searchJobs } from '../../src/app/search.ts'

const job = (job_key: number, title: string, location: string | null = null) => ({
  job_key,
  job_id: `J-${job_key}`,
  title,
  label: title,
  created_at: null,
  status: 'open',
  department: null,
  location,
})
const jobs = [
  job(0, 'Café manager', 'São Paulo'),
  job(1, 'QA engineer', 'Pune'),
  job(2, 'Łódź lead'),
  job(3, 'İK müdürü'),
]
const index = indexJobs(jobs)
const found = (query: string) => searchJobs(index, query).map(({ job_key }) => job_key)

it('ignores case and accents', () => {
  expect(found('CAFE')).toEqual([0])
  expect(found('sao')).toEqual([0])
  expect(found('lodz')).toEqual([2])
  expect(found('MÚDURU')).toEqual([3])
})

it('wants every word, in any order, also of place and id', () => {
  expect(found('pune qa')).toEqual([1])
  expect(found('j-2')).toEqual([2])
  expect(found('pune cafe')).toEqual([])
})

it('finds everything with nothing', () => {
  expect(found('  ')).toEqual([0, 3, 2, 1])
})

it('orders titles as people do', () => {
  const titles = searchJobs(
    indexJobs([job(0, 'Team 10'), job(1, 'éclair chef'), job(2, 'Team 9'), job(3, 'Fitter')]),
    '',
  )
  expect(titles.map(({ title }) => title)).toEqual(['éclair chef', 'Fitter', 'Team 9', 'Team 10'])
})
