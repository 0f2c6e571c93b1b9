import { expect, it } from 'vitest'
import { everything, meaningOf } from '../../src/app/state/question.ts'

const job = (job_id: string, status: string | null) => ({
  job_id,
  status,
  title: `Job ${job_id}`,
  label: `Job ${job_id}`,
  department: null,
  location: null,
  created_at: null,
})
const visible = [job('1', 'open'), job('2', 'closed'), job('3', 'open'), job('4', 'on_hold')]
const [first, second, third] = visible

it('means all visible jobs where nothing is chosen', () => {
  expect(meaningOf(everything, visible)).toEqual({ jobs: null, scope: {}, unknown: [] })
})

it('asks about one job in its own shape, however it was found', () => {
  const one = { jobs: [second], scope: { job_id: '2' }, unknown: [] }
  expect(meaningOf({ jobs: ['2'], statuses: [] }, visible)).toEqual(one)
  expect(meaningOf({ jobs: [], statuses: ['closed'] }, visible)).toEqual(one)
  expect(meaningOf({ jobs: ['1', '2'], statuses: ['closed'] }, visible)).toEqual(one)
})

it('asks about several jobs as a set, and narrows it by status', () => {
  const both = { jobs: [first, third], scope: { job_ids: ['1', '3'] }, unknown: [] }
  expect(meaningOf({ jobs: ['3', '1'], statuses: [] }, visible)).toEqual(both)
  expect(meaningOf({ jobs: [], statuses: ['open'] }, visible)).toEqual(both)
})

it('means no job where none of the chosen ones has the status', () => {
  expect(meaningOf({ jobs: ['2'], statuses: ['open'] }, visible)).toEqual({
    jobs: [],
    scope: { job_ids: [] },
    unknown: [],
  })
})

it('means all visible jobs where every one has the status', () => {
  const statuses = ['open', 'closed', 'on_hold'] as const
  expect(meaningOf({ jobs: [], statuses }, visible).jobs).toBeNull()
})

it('leaves out ids that are none of the view, and names them', () => {
  expect(meaningOf({ jobs: ['9', '3'], statuses: [] }, visible)).toEqual({
    jobs: [third],
    scope: { job_id: '3' },
    unknown: ['9'],
  })
  expect(meaningOf({ jobs: ['9'], statuses: [] }, visible)).toEqual({ jobs: null, scope: {}, unknown: ['9'] })
})
