import { expect, it } from 'vitest'
import { jobLabels } from '../../src/app/job-labels.ts'

const job = (job_id: string, title: string, location: string | null = null, status: string | null = null) => ({
  job_id,
  title,
  location,
  status,
})

it('leaves titles alone that do not repeat', () => {
  expect(jobLabels([job('1', 'Cook', 'Pune', 'open'), job('2', 'Waiter', 'Pune', 'open')])).toEqual(['Cook', 'Waiter'])
})

it('tells jobs of one title apart by location', () => {
  expect(jobLabels([job('1', 'Cook', 'Pune'), job('2', 'Waiter'), job('3', 'Cook', 'Delhi')])).toEqual([
    'Cook (Pune)',
    'Waiter',
    'Cook (Delhi)',
  ])
})

it('goes on to the status, then to the id, and says nothing that all have in common', () => {
  const jobs = [
    job('1', 'Cook', 'Pune', 'open'),
    job('2', 'Cook', 'Pune', 'on_hold'),
    job('3', 'Cook', 'Delhi', 'open'),
    job('4', 'Waiter', 'Pune', 'open'),
    job('5', 'Waiter', 'Pune', 'open'),
    job('6', 'Waiter', null, 'open'),
  ]
  expect(jobLabels(jobs)).toEqual([
    'Cook (Pune · open)',
    'Cook (Pune · on hold)',
    'Cook (Delhi)',
    'Waiter (Pune · id 4)',
    'Waiter (Pune · id 5)',
    'Waiter',
  ])
})

it('has the id alone before the engine knows more', () => {
  expect(jobLabels([job('1', 'Cook'), job('2', 'Cook')])).toEqual(['Cook (id 1)', 'Cook (id 2)'])
})
