import { expect, it } from 'vitest'
import type { KnownTable } from '../../../src/app/console/state/catalogue.svelte.ts'
import { nodesOf, shortType } from '../../../src/app/console/tree.ts'

const table = (name: string, kind: KnownTable['kind'], ...columns: string[]): KnownTable => ({
  name,
  kind,
  rows: 1,
  comment: null,
  columns: columns.map((name) => ({ name, type: 'INTEGER', comment: null })),
})
const tables = [
  table('jobs', 'table', 'job_key', 'title'),
  table('order', 'own', 'Größe'),
  table('v_jobs', 'view', 'title'),
]
const queries = [{ id: 'fill', title: 'Days to fill', description: 'How long it takes.', sql: 'SELECT 1' }]
const labels = (open: string[], search = '') =>
  nodesOf(tables, queries, new Set(open), search).map(({ level, label }) => `${level} ${label}`)

it('shows what is open, the readable views first', () => {
  expect(labels([])).toEqual(['1 Readable views', '1 Made by you', '1 Tables', '1 Metrics'])
  expect(labels(['table'])).toEqual(['1 Readable views', '1 Made by you', '1 Tables', '2 jobs', '1 Metrics'])
  expect(labels(['table', 'table/jobs']).slice(3)).toEqual([
    '2 jobs',
    '3 Show first 100 rows',
    '3 Count rows',
    '3 Describe',
    '3 job_key',
    '3 title',
    '1 Metrics',
  ])
  expect(labels(['metric']).slice(3)).toEqual(['1 Metrics', '2 Days to fill'])
})

it('finds tables and columns whatever the case and accents, and opens what leads to them', () => {
  expect(labels([], 'TITLE')).toEqual(['1 Readable views', '2 v_jobs', '3 title', '1 Tables', '2 jobs', '3 title'])
  expect(labels([], 'große')).toEqual(['1 Made by you', '2 order', '3 Größe'])
  expect(labels([], 'fill')).toEqual(['1 Metrics', '2 Days to fill'])
  expect(labels([], 'nothing')).toEqual([])
})

it('writes the names of the language in quotes', () => {
  const actions = nodesOf(tables, [], new Set(['own', 'own/order']), '').flatMap((node) =>
    node.kind === 'action' ? [node.sql] : [],
  )
  expect(actions).toEqual([
    'SELECT *\nFROM "order"\nLIMIT 100',
    'SELECT count(*) AS rows\nFROM "order"',
    'DESCRIBE "order"',
  ])
})

it('gives types short words', () => {
  expect(['VARCHAR', 'VARCHAR[]', 'STRUCT(a VARCHAR)', 'MAP(VARCHAR, INTEGER)', 'DECIMAL(9,2)'].map(shortType)).toEqual(
    ['text', 'text[]', 'struct', 'map', 'decimal(9,2)'],
  )
})
