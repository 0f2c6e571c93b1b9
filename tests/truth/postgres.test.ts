import fc from 'fast-check'
import { roles } from 'hirescope/contract'
import { loadDataset, type TableStore } from 'hirescope/engine'
import { folderSource } from 'hirescope/engine/native'
import { createPostgresStore } from 'hirescope/engine/postgres'
import type { Dataset } from 'hirescope/metrics'
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder, writeBundle } from '../fixtures/bundle.ts'
import { sourceRows } from '../oracle/index.ts'
import { startPostgres, whyNoPostgres, type TestServer } from '../postgres.ts'
import { expectAgreement, expectHttpAgreement, filtersOf, scopesOf } from './agree.ts'
import { exportedDemo } from './demo-bundles.ts'
import { exportDrawn } from './exported.ts'

const full = Boolean(process.env.HIRESCOPE_FULL)
const applications = full ? 20_000 : 1_000
const runs = full ? 100 : 2

describe.skipIf(whyNoPostgres())('the metrics on PostgreSQL', { timeout: 3_600_000 }, () => {
  let server: TestServer
  beforeAll(async () => {
    server = (await startPostgres())!
  })
  afterAll(() => server.stop())

  const withStore = async (work: (store: TableStore) => Promise<void>, schema = `Bundle "o'ne"\\`) => {
    const store = await createPostgresStore({ url: server.url(), schema })
    await work(store).finally(() => store.engine.close())
  }

  it(`agree with the oracle on a demo of ${applications} applications, for ${full ? 'every viewer' : 'a viewer of each role'}, their jobs, sets of jobs and row filters`, async () => {
    const demo = await exportedDemo(applications)
    await withStore(async (store) => {
      const ofRole = roles.map((role) => demo.bundles.find(({ users }) => users.some((user) => user.role === role)))
      const asked = full ? demo.bundles : [...new Set(ofRole)].filter((bundle) => bundle !== undefined)
      for (const { org, jobIds, users, folder } of asked) {
        const dataset = await loadDataset(folderSource(folder), store)
        expect([...dataset.jobs.keys()]).toEqual(jobIds)
        const expected = demo.oracle.bundle(org, jobIds)
        const label = `${users[0]?.userId}`
        const scopes = full
          ? scopesOf(jobIds, 12)
          : scopesOf(jobIds, 2).filter((_, index, { length }) => index < 6 || index > length - 3)
        for (const scope of [...scopes, ...(await filtersOf(dataset))])
          await expectAgreement(dataset, expected, scope, `${label} ${JSON.stringify(scope)}`)
        await expectHttpAgreement(dataset, expected, label)
      }
    })
    await demo.remove()
  })

  it(`agree with the oracle on ${runs} random small databases`, async () => {
    await withStore(async (store) => {
      await fc.assert(
        fc.asyncProperty(sourceRows(), async ({ rows, config }) => {
          const { exported, oracle } = await exportDrawn(rows, config)
          try {
            for (const org of oracle.orgs)
              for (const { userId, jobIds } of oracle.viewers(org)) {
                const dataset = await loadDataset(folderSource((await exported.bundleOf(org, userId)) ?? ''), store)
                const expected = oracle.bundle(org, jobIds)
                for (const scope of [...scopesOf(jobIds, 2), ...(await filtersOf(dataset))])
                  await expectAgreement(dataset, expected, scope, `${userId} ${JSON.stringify(scope)}`)
              }
          } finally {
            await exported.remove()
          }
        }),
        { numRuns: runs, endOnFailure: !full },
      )
    }, 'random')
  })

  describe('as an engine', () => {
    let folder: string
    beforeAll(async () => {
      folder = await temporaryFolder()
      await writeBundle(folder)
    })
    afterAll(() => rm(folder, { recursive: true }))

    const ask = async ({ engine }: Pick<Dataset, 'engine'>, sql: string) =>
      (await engine.batch([{ sql, params: [] }]))[0]

    it('keeps bundles of several schemas apart', async () => {
      const other = await temporaryFolder()
      await writeBundle(other, { rows: {} })
      await withStore(async (one) => {
        await withStore(async (two) => {
          await loadDataset(folderSource(other), two)
          expect((await loadDataset(folderSource(folder), one)).jobs.size).toBe(2)
          expect(await ask(two, 'SELECT CAST(count(*) AS INTEGER) AS n FROM main.jobs')).toEqual([{ n: 0 }])
        }, 'two')
      }, 'one')
      await rm(other, { recursive: true })
    })

    it('can change nothing by a question', async () => {
      await withStore(async (store) => {
        const dataset = await loadDataset(folderSource(folder), store)
        for (const sql of [
          'DELETE FROM jobs',
          'DROP TABLE jobs',
          'CREATE TABLE x (y integer)',
          'INSERT INTO jobs (job_key) VALUES (7) RETURNING job_key',
        ])
          await expect(ask(dataset, sql)).rejects.toThrow(/read-only transaction/)
        expect(await ask(dataset, 'SELECT CAST(count(*) AS INTEGER) AS n FROM jobs')).toEqual([{ n: 2 }])
      })
    })

    it('refuses results that engines give differently, and names no value in an error', async () => {
      await withStore(async (store) => {
        const dataset = await loadDataset(folderSource(folder), store)
        await dataset.loadRows()
        await expect(ask(dataset, 'SELECT count(*) AS n FROM jobs')).rejects.toThrow(
          'column n: type BIGINT; cast it in the SQL',
        )
        await expect(
          ask(dataset, 'SELECT CAST(name AS INTEGER) AS n FROM candidates WHERE name IS NOT NULL'),
        ).rejects.toThrow(/^statement: invalid input syntax for type integer: …$/)
      })
    })

    it('stops a statement that is aborted, and answers on', async () => {
      await withStore(async ({ engine }) => {
        const controller = new AbortController()
        const slow = engine.batch(
          [
            { sql: 'SELECT 1 AS x', params: [] },
            { sql: 'SELECT CAST(pg_sleep(3600) AS VARCHAR) AS x', params: [] },
          ],
          {
            signal: controller.signal,
            timing: () => setImmediate(() => controller.abort(new Error('enough'))),
          },
        )
        await expect(slow).rejects.toThrow('enough')
        expect(await engine.batch([{ sql: 'SELECT 1 AS x', params: [] }])).toEqual([[{ x: 1 }]])
      })
    })

    it('says what kept it from a server, without the password', async () => {
      for (const url of [
        server.url('nowhere'),
        server.url().replace(server.password, 'wrong-secret'),
        server.url().replace(String(server.port), '1'),
      ])
        await createPostgresStore({ url, schema: 'x' }).then(
          () => expect.fail('it opened'),
          (error: Error) => {
            expect(error.message).toMatch(
              /^postgres: (database "nowhere" does not exist|password authentication failed|connect ECONNREFUSED)/,
            )
            expect(error.message).not.toMatch(/secret|canary/)
          },
        )
    })
  })
})
