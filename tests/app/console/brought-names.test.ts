import { expect, it } from 'vitest'
import { tableNameFor } from '../../../src/app/console/state/files.svelte.ts'

it('makes a clean name of a file name', () => {
  expect(tableNameFor('Sources 2024.csv', [])).toBe('sources_2024')
  expect(tableNameFor('Été — Köln.final.parquet', [])).toBe('ete_koln_final')
  expect(tableNameFor('2024.csv', [])).toBe('file_2024')
  expect(tableNameFor('شغل.csv', [])).toBe('file')
  expect(tableNameFor(`${'long '.repeat(30)}.csv`, []).length).toBeLessThanOrEqual(40)
})

it('makes names that none has', () => {
  expect(tableNameFor('jobs.csv', ['jobs'])).toBe('jobs_2')
  expect(tableNameFor('Jobs.json', ['jobs', 'jobs_2'])).toBe('jobs_3')
})
