import { afterEach, beforeEach, expect, it } from 'vitest'
import { Catalogue } from '../../../src/app/console/state/catalogue.svelte.ts'
import type { Session } from '../../../src/app/console/state/session.svelte.ts'
import { openDuckDb, type DuckDb } from './duckdb.ts'

let duckdb: DuckDb
let session: Pick<Session, 'changed' | 'rows'> & { changed: number }
let catalogue: Catalogue
beforeEach(async () => {
  duckdb = await openDuckDb()
  const rows: Session['rows'] = (sql) => {
    const rows = duckdb.rows(sql)
    return Promise.resolve(
      Array.from({ length: rows.length }, (_, row) =>
        Object.fromEntries(rows.columns.map(({ name }, column) => [name, rows.value(row, column)])),
      ),
    )
  }
  session = { changed: 0, rows }
  catalogue = new Catalogue(session as Session, () => ['brought'])
})
afterEach(() => duckdb.close())

const read = async (...statements: string[]) => {
  for (const sql of statements) duckdb.rows(sql)
  session.changed++
  await catalogue.refresh()
}

it('knows what is given, brought and made, with comments, types and exact counts', async () => {
  await read(
    'CREATE TABLE jobs AS SELECT range::INTEGER AS job_key FROM range(3)',
    "COMMENT ON TABLE jobs IS 'Each job.'",
    "COMMENT ON COLUMN jobs.job_key IS 'Its key.'",
    'CREATE TABLE rollup_job (n INTEGER)',
    'CREATE TABLE cities (city_key INTEGER)',
    'CREATE VIEW v_jobs AS FROM jobs',
    "COMMENT ON VIEW v_jobs IS 'Jobs to read.'",
    'CREATE VIEW v_mine AS FROM jobs',
    'CREATE TABLE mine AS SELECT [1] AS list',
    'DELETE FROM jobs WHERE job_key = 1',
    'CREATE TABLE brought AS SELECT 1 AS x',
    'CREATE MACRO twice(x) AS 2 * x',
  )
  const kinds = Object.fromEntries(catalogue.tables.map(({ name, kind, rows }) => [name, `${kind} ${rows}`]))
  expect(kinds).toEqual({
    jobs: 'table 2',
    rollup_job: 'rollup 0',
    cities: 'codes 0',
    v_jobs: 'view null',
    v_mine: 'own null',
    mine: 'own 1',
    brought: 'file 1',
  })
  expect(catalogue.tables.find(({ name }) => name === 'jobs')).toMatchObject({
    comment: 'Each job.',
    columns: [{ name: 'job_key', type: 'INTEGER', comment: 'Its key.' }],
  })
  expect(catalogue.macros).toEqual([{ name: 'twice', parameters: ['x'] }])
  expect(catalogue.functions.find(({ name }) => name === 'lower')?.parameters).toHaveLength(1)
})

it('tells tables of one name in other schemas apart, and holds what a reset would take away', async () => {
  await read('CREATE TABLE jobs AS SELECT 1 AS job_key')
  expect(catalogue.hasOwn).toBe(false)
  await read(
    'CREATE SCHEMA aside',
    'CREATE TABLE aside.jobs AS SELECT 1 AS other, 2 AS second',
    'CREATE TABLE aside.only AS SELECT 1 AS x',
    'CREATE TEMP TABLE jobs AS SELECT 1 AS fleeting FROM range(5)',
    'CREATE TEMP VIEW glance AS SELECT 1 AS x',
  )
  expect(catalogue.tables.map(({ name, rows, columns }) => [name, rows, columns.map(({ name }) => name)])).toEqual([
    ['jobs', 1, ['job_key']],
  ])
  expect([...catalogue.elsewhere].sort()).toEqual(['aside.jobs', 'aside.only', 'glance', 'jobs'])
  expect(catalogue.hasOwn).toBe(true)
})
