import fc from 'fast-check'
import { roles } from 'hirescope/contract'
import { loadDataset, type InsertOptions, type TableStore } from 'hirescope/engine'
import { folderSource } from 'hirescope/engine/native'
import { createPostgresStore } from 'hirescope/engine/postgres'
import type { Dataset } from 'hirescope/metrics'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder, writeBundle } from '../fixtures/bundle.ts'
import { sourceRows } from '../oracle/index.ts'
import { startPostgres, whyNoPostgres, type TestServer } from '../postgres.ts'
import { expectAgreement, expectHttpAgreement, filtersOf, scopesOf, someScopesOf } from './agree.ts'
import { exportedDemo, sharedApplications as applications } from './demo-bundles.ts'
import { expectLists } from './lists.ts'
import { exportDrawn } from './exported.ts'

const full = Boolean(process.env.HIRESCOPE_FULL)
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
        const scopes = full ? scopesOf(jobIds, 12) : someScopesOf(jobIds)
        for (const scope of [...scopes, ...(await filtersOf(dataset))])
          await expectAgreement(dataset, expected, scope, `${label} ${JSON.stringify(scope)}`)
        await expectHttpAgreement(dataset, expected, label)
        for (const scope of scopes.slice(-1)) await expectLists(dataset, demo.oracle, { org, jobIds }, scope)
      }
    })
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
                await expectHttpAgreement(dataset, expected, userId)
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

    it('stops with the reason of the signal: connecting, reading a table, writing it', async () => {
      const reason = new Error('enough')
      const silent = createServer().listen(0, '127.0.0.1')
      await once(silent, 'listening')
      onTestFinished(() => void silent.close())
      const url = `postgres://127.0.0.1:${(silent.address() as AddressInfo).port}/x`
      const connecting = new AbortController()
      silent.on('connection', (socket) => {
        socket.on('error', () => {})
        setImmediate(() => (connecting.abort(reason), socket.destroy()))
      })
      await expect(createPostgresStore({ url, schema: 'x', signal: connecting.signal })).rejects.toBe(reason)

      const large = await temporaryFolder()
      const ids = `SELECT CAST(i AS INTEGER) AS application_key, 'a' || hash(i) AS application_id FROM range(100000) r(i)`
      const { tables } = await writeBundle(large, { queries: { source_ids_applications: `(${ids})` } })
      const bytes = await folderSource(large).open(tables.source_ids_applications)
      await rm(large, { recursive: true })
      await withStore(async (store) => {
        const insert = (options?: InsertOptions) =>
          store.insert('source_ids_applications', ['application_key', 'application_id'], bytes, options)
        for (const stage of ['decode', 'insert'] as const) {
          const controller = new AbortController()
          const measure: InsertOptions['measure'] = async (each, work) => {
            if (each === stage) setTimeout(() => controller.abort(reason), 10)
            return work()
          }
          await expect(insert({ signal: controller.signal, measure })).rejects.toBe(reason)
        }
        await insert()
        const count = 'SELECT CAST(count(*) AS INTEGER) AS n FROM source_ids_applications'
        expect(await ask(store, count)).toEqual([{ n: 100_000 }])
        const closing = insert({
          measure: async (_, work) => (setTimeout(() => void store.engine.close(), 10), work()),
        })
        await expect(closing).rejects.toThrow('engine: closed; open the dataset again')
      }, 'stopped')
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
