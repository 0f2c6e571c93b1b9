import { sourceColumns, type SourceTableName } from 'hirescope/contract'
import { parseConfig, runExport, type ExportConfigInput } from 'hirescope/export'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startPostgres, whyNoPostgres, type TestServer } from '../postgres.ts'
import { temporaryFolder } from './exporter.ts'
import { createRandom, full, seed } from './random.ts'
import { folderRead, Readers } from './reader.ts'
import { startTcpProxy, type Ill } from './tcp-proxy.ts'

const rounds = full ? 10 : 1
const sizes = [4000, 6000]
/** About what the server sends for a whole read. */
const bytes = 500_000

/** SELECTs over one table of numbers; columns that are not given are null. */
const selects: Partial<Record<SourceTableName, [given: Record<string, string>, from: string]>> = {
  org: [{ org_id: `'o'` }, ''],
  app_user: [{ user_id: `'admin'`, org_id: `'o'`, role: `'admin'`, is_active: 'true' }, ''],
  job: [
    {
      job_id: `'j'`,
      org_id: `'o'`,
      title: `'t'`,
      status: `'open'`,
      created_at: `'2025-01-01'::timestamp`,
      is_deleted: 'false',
    },
    '',
  ],
  candidate: [
    {
      candidate_id: 'n::text',
      org_id: `'o'`,
      city_raw: 'md5(n::text)',
      created_at: `'2025-01-02'::timestamp`,
      is_deleted: 'false',
    },
    'FROM numbers WHERE n <= (SELECT size FROM wanted)',
  ],
  application: [
    {
      application_id: 'n::text',
      candidate_id: 'n::text',
      job_id: `'j'`,
      applied_at: `'2025-01-03'::timestamp`,
      stage: `'applied'`,
      outcome: `'active'`,
      is_deleted: 'false',
    },
    'FROM numbers WHERE n <= (SELECT size FROM wanted)',
  ],
}

const writeAdapter = async (folder: string) => {
  await mkdir(folder)
  for (const [table, [given, from]] of Object.entries(selects)) {
    const columns = sourceColumns(table as SourceTableName).map(
      ({ name, type }) => `${given[name] ?? `NULL::${type}`} AS ${name}`,
    )
    await writeFile(join(folder, `${table}.sql`), `SELECT ${columns.join(', ')} ${from}`)
  }
  return folder
}

describe.skipIf(whyNoPostgres() !== null)('while a PostgreSQL server is read', () => {
  let server: TestServer
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let proxy: Awaited<ReturnType<typeof startTcpProxy>>
  let adapter: string
  const readers = new Readers()
  let bundle: string
  const random = createRandom()

  beforeAll(async () => {
    for (const name of Object.keys(process.env)) if (name.startsWith('PG')) vi.stubEnv(name, undefined)
    server = (await startPostgres())!
    await server.create('ats')
    const client = await server.connect('ats')
    await client.query('CREATE TABLE numbers AS SELECT generate_series(1, 10000) AS n')
    await client.query('CREATE TABLE wanted AS SELECT 0 AS size')
    await client.end()
    folder = await temporaryFolder()
    adapter = await writeAdapter(join(folder.path, 'adapter'))
    proxy = await startTcpProxy(server.port)
    for (const size of [...sizes, ...sizes]) {
      expect(await exportOf(size, {})).toBeNull()
      const access = await readFile(join(folder.path, 'private', 'o', 'access.json'), 'utf8')
      const { users } = JSON.parse(access) as { users: Record<string, string> }
      bundle = join(folder.path, 'target', users.admin!)
      await readers.learn(folderRead(bundle), String(size))
    }
  })
  afterAll(async () => {
    await proxy.close()
    await server.stop()
    await folder.remove()
  })

  const want = async (size: number) => {
    const client = await server.connect('ats')
    await client.query('UPDATE wanted SET size = $1', [size])
    await client.end()
  }

  /** Exports so many applicants through the proxy; why they were not published. */
  const exportOf = async (size: number, source: object, during?: () => Promise<void>): Promise<string | null> => {
    await want(size)
    const config = {
      source: {
        kind: 'postgres',
        url: server.url('ats').replace(`:${server.port}/`, `:${proxy.port}/`),
        ...source,
      },
      adapter,
      target: join(folder.path, 'target'),
      private: join(folder.path, 'private'),
      asOf: '2026-01-01T00:00:00Z',
      maxDrop: 1,
      threads: 1,
    } as ExportConfigInput
    try {
      const [{ orgs }] = await Promise.all([runExport(parseConfig(config)), during?.()])
      return orgs[0]?.error ?? null
    } catch (error) {
      return (error as Error).message
    }
  }

  /** Exports what does not stand there, under the eyes of readers; what stands there then. */
  const round = async (source: object, during?: () => Promise<void>) => {
    const read = folderRead(bundle)
    const before = (await readers.check(read)).name
    const after = sizes.find((size) => String(size) !== before)!
    const reading = readers.keepReading(read)
    const error = await exportOf(after, source, during)
    await reading.stop()
    const { name } = await readers.check(read)
    await readers.checkPrevious(read)
    expect(name, error ?? '').toBe(error === null ? String(after) : before)
    return error
  }

  const place = () => Math.floor((full ? bytes : bytes / 4) * random())

  it.each<[Ill, RegExp]>([
    ['reset', /^postgres: the server at .* ended the connection|closed the connection/],
    ['stall', /^postgres: .* has been silent for 16 s|did not answer within 15 s/],
  ])(
    'a connection may %s: without a retry the old dataset stays, with one the new is there',
    async (ill, message) => {
      let befallen = 0
      for (let times = 0; times < rounds; times++) {
        // Silence takes its time to be noticed.
        if (full || ill !== 'stall') {
          proxy.next({ ill, from: place() })
          const error = await round({ retries: 0, statementTimeout: 1 })
          if (proxy.befallen() > 0) expect(error, `seed ${seed}`).toMatch(message)
          befallen += proxy.befallen()
        }
        proxy.next({ ill, from: place() })
        expect(await round({ retries: 1, statementTimeout: 1 })).toBeNull()
        befallen += proxy.befallen()
      }
      expect(befallen).toBeGreaterThan(0)
      console.log(`${ill} (seed ${seed}): ${befallen} connections hit`)
    },
    3_600_000,
  )

  it('a connection may trickle: the export waits', async () => {
    for (let times = 0; times < rounds; times++) {
      proxy.next({ ill: 'trickle', from: place() })
      expect(await round({ retries: 0 })).toBeNull()
    }
  }, 3_600_000)

  it('the server may be stopped at once: without it the old dataset stays, when it is back the new is there', async () => {
    for (let times = 0; times < rounds; times++) {
      // The connection is silent where the server is stopped, so that it is stopped in the middle of the read.
      const crashed = (restart: boolean) => async () => {
        while (proxy.befallen() === 0) await setTimeout(5)
        await server.crash()
        if (restart) await server.restart()
      }
      const within = () => Math.floor(20_000 + (bytes / 2) * random())
      proxy.next({ ill: 'stall', from: within() })
      expect(await round({ retries: 0 }, crashed(false))).toMatch(/^postgres: .*(ended|closed) the connection/)
      await server.restart()
      proxy.next({ ill: 'stall', from: within() })
      expect(await round({ retries: 5 }, crashed(true))).toBeNull()
    }
  }, 3_600_000)
})
