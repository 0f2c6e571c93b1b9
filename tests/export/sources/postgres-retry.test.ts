import { ExportError, inWords, parseConfig, runExport } from 'hirescope/export'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startPostgres, type TestServer } from '../../postgres.ts'
import { messageOf, Workshop } from './adapter-folder.ts'

const server: TestServer | null = await startPostgres()
for (const name of Object.keys(process.env)) if (name.startsWith('PG')) vi.stubEnv(name, undefined)

/** A proxy before the server that can cut its connections. */
interface Proxy {
  url: string
  /** Resets the connections that are there. */
  reset: () => void
  /** Called with the bytes that the server sent on each connection so far. */
  onBytes: (bytes: number) => void
  connections: number
  close: () => Promise<void>
}

const startProxy = async (): Promise<Proxy> => {
  const sockets = new Set<Socket>()
  const listener: Server = createServer((from) => {
    proxy.connections += 1
    let bytes = 0
    const to = connect(server?.port ?? 0, '127.0.0.1')
    for (const socket of [from, to]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        from.destroy()
        to.destroy()
      })
    }
    from.pipe(to)
    to.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      from.write(chunk)
      proxy.onBytes(bytes)
    })
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as AddressInfo
  const proxy: Proxy = {
    url: (server?.url('ats') ?? '').replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`),
    reset: () => {
      for (const socket of sockets) socket.resetAndDestroy()
      sockets.clear()
    },
    onBytes: () => {},
    connections: 0,
    close: () => new Promise((resolve) => listener.close(() => resolve())),
  }
  return proxy
}

const big = 60_000

describe.skipIf(!server)('a read from a PostgreSQL server', () => {
  const workshop = new Workshop()
  let folder: string
  let proxy: Proxy
  let started: ChildProcess | undefined
  const lines: string[] = []

  beforeAll(async () => {
    await server?.create('ats')
    const client = (await server?.connect('ats')) as Client
    await client.query(`CREATE TABLE person (id text, note text)`)
    await client.query(`INSERT INTO person SELECT n::text, repeat('x', 200) FROM generate_series(1, ${big}) AS n`)
    await client.end()
  })
  afterEach(async () => {
    await proxy?.close()
    await workshop.clear()
    await rm(folder, { recursive: true, force: true })
  })
  afterAll(async () => {
    const again = started
    if (again && again.exitCode === null)
      await new Promise((resolve) => {
        again.once('exit', resolve)
        again.kill('SIGINT')
      })
    await server?.stop()
  })

  const prepare = async (source: { connections?: number; retries?: number } = {}) => {
    folder = await mkdtemp(join(tmpdir(), 'hirescope-retry-'))
    proxy = await startProxy()
    lines.length = 0
    const adapter = await workshop.adapter({
      ...(source.connections && {
        application: `SELECT id AS application_id, id AS candidate_id, 'j' AS job_id, now()::timestamp AS applied_at, note AS source,
          'applied' AS stage, 'active' AS outcome, NULL::timestamp AS outcome_at, false AS is_deleted FROM person`,
      }),
      org: `SELECT 'o' AS org_id, NULL AS name, NULL AS time_zone, NULL::date AS created_at`,
      candidate: `SELECT id AS candidate_id, 'o' AS org_id, NULL AS name, note AS city_raw, NULL::date AS created_at,
        NULL AS merged_into_id, false AS is_deleted FROM person`,
    })
    return parseConfig({
      source: { kind: 'postgres', url: proxy.url, ...source },
      adapter: adapter.folder,
      target: join(folder, 'target'),
      private: join(folder, 'private'),
      maxRejected: 1,
      threads: 1,
    })
  }
  const exporting = (config: ReturnType<typeof parseConfig>) =>
    runExport(config, { reporter: { event: (event) => lines.push(inWords(event)?.text ?? '') } })
  const retries = () => lines.filter((line) => line.includes('reading again in'))

  it.each([1, 3])(
    'begins anew, from a new snapshot, when %i connections are reset in the middle',
    async (connections) => {
      const config = await prepare({ connections })
      let resets = 0
      proxy.onBytes = (bytes) => {
        if (bytes < 2_000_000 || resets === 2) return
        resets += 1
        proxy.reset()
      }
      const { orgs, read } = await exporting(config)
      expect(orgs.map(({ error }) => error)).toEqual([null])
      expect(read.candidate).toBe(big)
      expect(proxy.connections).toBe(3 * connections)
      expect(retries()).toEqual([
        expect.stringMatching(
          /^postgres: the server at 127\.0\.0\.1:\d+ ended the connection; reading again in (0\.[5-9]|1\.0) s \(1 of 5\)$/,
        ),
        expect.stringMatching(/ reading again in (1\.\d|2\.0) s \(2 of 5\)$/),
      ])
      expect(await readdir(join(folder, 'private'))).not.toContain('staging')
    },
  )

  it('begins anew when the connection is cut at every stage before the first row', async () => {
    const config = await prepare()
    const cuts = [1, 400, 2500]
    proxy.onBytes = (bytes) => {
      if (bytes < (cuts[0] ?? Infinity)) return
      cuts.shift()
      proxy.reset()
    }
    expect((await exporting(config)).orgs.map(({ error }) => error)).toEqual([null])
    expect(retries()).toHaveLength(3)
  })

  it('gives up after so many times, in one line, and publishes nothing', async () => {
    const config = await prepare({ retries: 1 })
    proxy.onBytes = (bytes) => {
      if (bytes > 2_000_000) proxy.reset()
    }
    expect(await messageOf(() => exporting(config))).toMatch(
      /^postgres: the server at 127\.0\.0\.1:\d+ ended the connection \(tried 2 times\)$/,
    )
    expect(await readdir(join(folder, 'target'))).toEqual([])
    expect(await readdir(join(folder, 'private'))).toEqual(['secret'])
  })

  it('waits while the server has no connection left', async () => {
    const config = await prepare()
    const client = (await server?.connect('ats')) as Client
    await client.query(`CREATE ROLE few LOGIN PASSWORD 'canary' CONNECTION LIMIT 1; GRANT SELECT ON person TO few`)
    const few = proxy.url.replace(/\/\/.*@/, '//few:canary@')
    const source = { kind: 'postgres' as const, url: few }
    const blocker = (await import('pg')).default
    const one = new blocker.Client({ connectionString: few })
    await one.connect()
    const done = exporting({ ...config, source })
    await vi.waitFor(() => expect(retries()).toHaveLength(1), 10_000)
    await one.end()
    expect((await done).orgs.map(({ error }) => error)).toEqual([null])
    expect(retries()[0]).toMatch(/has no connection left/)
    await client.end()
  })

  it('does not begin anew for a wrong password, a missing database or a missing table', async () => {
    const config = await prepare()
    const failing = async (url: string, adapter = config.adapter) => {
      const error: unknown = await exporting({ ...config, adapter, source: { kind: 'postgres', url } }).catch((e) => e)
      expect(error).toBeInstanceOf(ExportError)
      return (error as Error).message
    }
    expect(await failing(proxy.url.replace(/:[^:@]*@/, ':canary@'))).toMatch(/wrong password/)
    expect(await failing(proxy.url.replace(/ats$/, 'nowhere'))).toMatch(/no database "nowhere"/)
    const { folder: missing } = await workshop.adapter({ org: 'SELECT * FROM nowhere' })
    expect(await failing(proxy.url, missing)).toMatch(/relation "nowhere" does not exist/)
    expect(retries()).toEqual([])
  })

  it('survives a server that is stopped at once and started again', async () => {
    const config = await prepare()
    const client = (await server?.connect('ats')) as Client
    const { rows } = await client.query<{ data: string; program: string }>(
      `SELECT setting AS data, (SELECT setting FROM pg_config WHERE name = 'BINDIR') AS program FROM pg_settings WHERE name = 'data_directory'`,
    )
    await client.end().catch(() => {})
    const { data, program } = rows[0] as { data: string; program: string }
    const { uid, gid } = await stat(data)
    const as = process.getuid?.() === 0 ? { uid, gid } : {}
    let stopped = false
    proxy.onBytes = (bytes) => {
      if (bytes < 2_000_000 || stopped) return
      stopped = true
      const options = { ...as, cwd: dirname(data), stdio: 'pipe' as const }
      execFileSync(join(program, 'pg_ctl'), ['stop', '-D', data, '-m', 'immediate'], options)
      started = spawn(
        join(program, 'postgres'),
        ['-D', data, '-p', String(server?.port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
        { ...as, cwd: dirname(data), stdio: 'ignore' },
      )
    }
    const { orgs, read } = await exporting(config)
    expect(stopped).toBe(true)
    expect(orgs.map(({ error }) => error)).toEqual([null])
    expect(read.candidate).toBe(big)
    expect(retries().length).toBeGreaterThan(0)
  })
})
