import { DuckDBInstance } from '@duckdb/node-api'
import { roles } from 'hirescope/contract'
import { loadDataset, openAnswers } from 'hirescope/engine'
import { folderSource, openFolder } from 'hirescope/engine/native'
import { createNodeWasmStore } from 'hirescope/engine/wasm/node'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Oracle } from '../oracle/index.ts'
import { expectAgreement, expectHttpAgreement, filtersOf, scopesOf, someScopesOf } from './agree.ts'
import { exportedDemo, sharedApplications as applications, type DemoBundle } from './demo-bundles.ts'
import { expectChange, expectLists } from './lists.ts'

const full = Boolean(process.env.HIRESCOPE_FULL)
const sets = full ? 12 : 3

describe(`the demo with ${applications} applications`, { timeout: 600_000 }, () => {
  let oracle: Oracle
  let bundles: DemoBundle[]

  beforeAll(async () => {
    const demo = await exportedDemo(applications)
    oracle = demo.oracle
    bundles = demo.bundles
  })

  /** Every bundle; in the short form one of each role. */
  const asked = (): DemoBundle[] => {
    const ofRole = roles.map((role) => bundles.find(({ users }) => users.some((user) => user.role === role)))
    return full ? bundles : [...new Set(ofRole)].filter((bundle) => bundle !== undefined)
  }

  it('has three orgs, viewers of every role and one who sees nothing', () => {
    expect(oracle.orgs).toHaveLength(3)
    const viewers = bundles.flatMap(({ users }) => users)
    expect(new Set(viewers.map(({ role }) => role))).toEqual(new Set(['admin', 'editor', 'participant']))
    expect(viewers.length).toBeGreaterThanOrEqual(10)
    expect(bundles.length).toBeLessThan(viewers.length)
    expect(bundles.some(({ jobIds }) => jobIds.length === 0)).toBe(true)
  })

  it('agrees with the oracle on native DuckDB, for every viewer, each of their jobs, sets of jobs and row filters', async () => {
    for (const [index, { org, jobIds, users, folder }] of bundles.entries()) {
      const dataset = await openFolder(folder)
      expect([...dataset.jobs.keys()]).toEqual(jobIds)
      const expected = oracle.bundle(org, jobIds)
      const filters = await filtersOf(dataset)
      // In the short form each bundle has filters of its own.
      const some = full ? filters : filters.filter((_, turn) => turn % 4 === index % 4)
      for (const scope of [...scopesOf(jobIds, sets), ...some])
        await expectAgreement(dataset, expected, scope, `${users[0]?.userId} ${JSON.stringify(scope)}`)
      await expectHttpAgreement(dataset, expected, `${users[0]?.userId}`)
      await dataset.close()
    }
  })

  it(`agrees with the oracle on DuckDB-WASM, for ${full ? 'every viewer, each of' : 'a viewer of each role, some of'} their jobs, sets of jobs and row filters`, async () => {
    // One engine for all bundles, each of which replaces every table of the last: it takes two seconds to start.
    const store = await createNodeWasmStore()
    for (const { org, jobIds, users, folder } of asked()) {
      const dataset = await loadDataset(folderSource(folder), store)
      const expected = oracle.bundle(org, jobIds)
      const scopes = full ? scopesOf(jobIds, sets) : someScopesOf(jobIds)
      for (const scope of [...scopes, ...(await filtersOf(dataset))])
        await expectAgreement(dataset, expected, scope, `${users[0]?.userId} ${JSON.stringify(scope)}`)
      await expectHttpAgreement(dataset, expected, `${users[0]?.userId}`)
      await expectLists(dataset, oracle, { org, jobIds }, {})
    }
    await store.engine.close()
  })

  it('lists behind each number as many rows as it says, and of the jobs in scope', async () => {
    for (const [index, { org, jobIds, folder }] of asked().entries()) {
      const dataset = await openFolder(folder)
      const scopes = scopesOf(jobIds, 1)
      const filters = await filtersOf(dataset)
      // The long form asks everything; the short one all jobs, one of them, a set, a filter, and a job that is not there.
      const few = [{}, scopes[1]!, scopes.at(-1)!, filters[index % filters.length]!, { job_id: 'no such job' }]
      for (const scope of full ? [...scopes, ...filters] : few)
        await expectLists(dataset, oracle, { org, jobIds }, scope)
      await dataset.close()
    }
  })

  it('compares the applicants of two periods as the oracle does', async () => {
    for (const { org, jobIds, folder } of bundles) {
      const dataset = await openFolder(folder)
      const expected = oracle.bundle(org, jobIds)
      for (const scope of scopesOf(jobIds, 1).slice(full ? 0 : -3)) await expectChange(dataset, expected, scope)
      await expectChange(dataset, expected, {})
      await dataset.close()
    }
  })

  it('ships precomputed answers that are those of the oracle', async () => {
    for (const { org, jobIds, folder } of bundles) {
      const { answers } = await openAnswers(folderSource(folder))
      const expected = oracle.bundle(org, jobIds)
      for (const [endpoint, { status, body }] of Object.entries(answers))
        expect({ status, body }, endpoint).toEqual(expected.answer(endpoint as never, {}))
    }
  })

  it('holds in each bundle exactly the ids that its viewers may see', async () => {
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    for (const { org, jobIds, folder } of bundles) {
      const { ids } = oracle.bundle(org, jobIds)
      const manifest = await folderSource(folder).manifest()
      const held = async (table: keyof typeof manifest.tables, column: string) => {
        const sql = `SELECT ${column} FROM read_parquet('${join(folder, manifest.tables[table].file)}') ORDER BY ${column}`
        return (await connection.runAndReadAll(sql)).getRows().map(([id]) => String(id))
      }
      expect({
        jobs: await held('jobs', 'job_id'),
        candidates: await held('source_ids_candidates', 'candidate_id'),
        applications: await held('source_ids_applications', 'application_id'),
        resumes: await held('source_ids_resumes', 'resume_id'),
        assessments: await held('source_ids_assessments', 'assessment_id'),
        screenings: await held('source_ids_screenings', 'screening_id'),
        credit_events: await held('source_ids_credit_events', 'credit_event_id'),
        stage_events: await held('source_ids_stage_events', 'event_id'),
      }).toEqual(ids)
    }
    connection.closeSync()
    instance.closeSync()
  })
})
