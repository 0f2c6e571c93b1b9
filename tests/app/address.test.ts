import { expect, it } from 'vitest'
import {
  readChoice,
  readQuestion,
  readWords,
  withChoice,
  withQuestion,
  withWords,
} from '../../src/app/state/address.ts'
import { everything } from '../../src/app/state/question.ts'

const page = 'https://host.example/app/?x=1'

it('brings a question back as it was, whatever the ids of jobs hold', () => {
  const jobs = ['12', 'a&b=c', 'Stelle 7/ü #1', '']
  const address = withQuestion(page, { jobs, statuses: ['draft', 'open'] })
  expect(readQuestion(address)).toEqual({ jobs, statuses: ['draft', 'open'] })
  expect(address).toMatch(/\?x=1&job=12&/)
})

it('leaves nothing of a question that is about everything', () => {
  expect(readQuestion(page)).toEqual(everything)
  expect(withQuestion(`${page}&job=12&status=open`, everything)).toBe(page)
})

it('takes a job once and statuses that there are, in their own order', () => {
  expect(readQuestion(`${page}&job=2&job=1&job=2&status=closed&status=lost&status=open`)).toEqual({
    jobs: ['2', '1'],
    statuses: ['open', 'closed'],
  })
})

it('keeps words under a key, and takes those alone that are allowed', () => {
  const address = withWords(page, 'hide', new Set(['hired', 'rejected']))
  expect(address).toBe(`${page}&hide=hired.rejected`)
  expect(readWords(address, 'hide', ['rejected', 'hired', 'on_hold'])).toEqual(['rejected', 'hired'])
  expect(readWords(`${page}&hide=%3Cimg%3E.hired`, 'hide', ['hired'])).toEqual(['hired'])
  expect(readWords(page, 'hide', ['hired'])).toEqual([])
  expect(withWords(address, 'hide', [])).toBe(page)
})

it('writes the choice into the address and leaves the rest', () => {
  const address = withChoice('https://host.example/app/?x=1&org=b#top', { org: 'a b', viewer: '2' })
  expect(address).toBe('https://host.example/app/?x=1&org=a+b&viewer=2#top')
  expect(readChoice(address)).toEqual({ org: 'a b', viewer: '2' })
})
