import { parseConfig } from 'hirescope/export'
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { postgresSource, type PostgresConnection } from '../../../src/export/sources/postgres.ts'
import { startPostgres, type TestServer } from '../../postgres.ts'
import { messageOf, Workshop } from './adapter-folder.ts'

const server: TestServer | null = await startPostgres()
const workshop = new Workshop()
const keys = new Workshop()

for (const name of Object.keys(process.env)) if (name.startsWith('PG')) vi.stubEnv(name, undefined)
// No .pgpass of whoever runs the tests.
vi.stubEnv('PGPASSFILE', '/nowhere/pgpass')

let client: Client
beforeAll(async () => {
  if (server) client = await server.connect()
})
afterEach(async () => {
  vi.stubEnv('PGPASSFILE', '/nowhere/pgpass')
  for (const name of ['PGPASSWORD', 'PGSSLMODE']) vi.stubEnv(name, undefined)
  await workshop.clear()
})
afterAll(async () => {
  await client?.end()
  await server?.stop()
  await keys.clear()
})

const bare = (host = '127.0.0.1') => `postgres://hirescope@${host}:${server?.port}/postgres`
const open = async (connection: PostgresConnection, org?: string) =>
  postgresSource(await workshop.adapter(org === undefined ? {} : { org }), connection).open(
    await workshop.staging(),
    null,
  )
/** How the exporter's connection looks to the server. */
const seen = async (connection: PostgresConnection) => {
  const snapshot = await open(connection)
  const { rows } = await client.query<{ ssl: boolean }>(`SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
    WHERE application_name = 'hirescope-export' AND state = 'idle in transaction'`)
  await snapshot.close()
  expect(rows).toHaveLength(1)
  return rows[0]
}
const refused = (connection: PostgresConnection, org?: string) => messageOf(() => open(connection, org))

describe.skipIf(!server)('the password of a PostgreSQL server', () => {
  const password = server?.password ?? ''
  const wants = `postgres: 127.0.0.1:${server?.port} wants a password for "hirescope"; set PGPASSWORD, the config's passwordFile or .pgpass`
  const file = async (name: string, text: string, mode = 0o600) => {
    const path = join(await workshop.folder(), name)
    writeFileSync(path, text, { mode })
    return path
  }

  it('comes from a file, with or without a line break at its end', async () => {
    for (const end of ['', '\n', '\r\n'])
      await (await open({ url: bare(), passwordFile: await file('password', password + end) })).close()
    const wrong = await file('password', 'canary')
    expect(await refused({ url: bare(), passwordFile: wrong })).toMatch(/^postgres: wrong password (?!.*canary)/)
    expect(await refused({ url: bare(), passwordFile: '/nowhere/password' })).toBe(
      'postgres: the passwordFile /nowhere/password cannot be read (ENOENT)',
    )
  })

  it('comes from .pgpass by host, port, database and user, in the order of its lines', async () => {
    const port = server?.port
    const right = [
      `127.0.0.1:${port}:postgres:hirescope:${password}`,
      `*:*:*:*:${password}`,
      `# other:*:*:*:x\n\nother:*:*:*:x\n127.0.0.1:1:*:*:x\n*:*:other:*:x\n*:*:*:other:x\n*:*:*:hire\\scope:${password}\r\n*:*:*:*:x`,
    ]
    for (const text of right) {
      vi.stubEnv('PGPASSFILE', await file('pgpass', text))
      await (await open({ url: bare() })).close()
    }
    for (const text of ['', 'nonsense', `other:*:*:*:${password}`]) {
      vi.stubEnv('PGPASSFILE', await file('pgpass', text))
      expect(await refused({ url: bare() })).toBe(wants)
    }
    vi.stubEnv('PGPASSFILE', await file('pgpass', `*:*:*:*:canary\n*:*:*:*:${password}`))
    expect(await refused({ url: bare() })).toMatch(/^postgres: wrong password (?!.*canary)/)
  })

  it('comes from the home folder where PGPASSFILE names none', async () => {
    vi.stubEnv('PGPASSFILE', undefined)
    const path = await file('.pgpass', `*:*:*:*:${password}`)
    vi.stubEnv('HOME', join(path, '..'))
    await (await open({ url: bare() })).close()
    vi.stubEnv('HOME', undefined)
  })

  it('is not taken from a .pgpass that others can read', async () => {
    const path = await file('pgpass', `*:*:*:*:${password}`)
    chmodSync(path, 0o640)
    vi.stubEnv('PGPASSFILE', path)
    expect(await refused({ url: bare() })).toBe(`postgres: others can read ${path}; chmod 600 it`)
    // The file is not looked at where it is not needed.
    await (await open({ url: server?.url() })).close()
  })

  it('is looked for in this order: configuration, URL, PGPASSWORD, .pgpass', async () => {
    vi.stubEnv('PGPASSFILE', await file('pgpass', '*:*:*:*:canary'))
    vi.stubEnv('PGPASSWORD', password)
    await (await open({ url: bare() })).close()
    vi.stubEnv('PGPASSWORD', 'canary')
    await (await open({ url: server?.url() })).close()
    const url = bare().replace('hirescope@', 'hirescope:canary@')
    await (await open({ url, password })).close()
    await (await open({ url, passwordFile: await file('password', password) })).close()
    expect(await refused({ url })).toMatch(/^postgres: wrong password (?!.*canary)/)
  })

  it('stands in one place of the configuration', () => {
    const source = { kind: 'postgres', password: 'canary', passwordFile: 'x' }
    expect(() => parseConfig({ source, target: 't', private: 'p' })).toThrow(
      /^config: source: password and passwordFile exclude each other; give one$/,
    )
  })
})

describe.skipIf(!server)('a statement on a PostgreSQL server', () => {
  const slow = `SELECT '1' AS org_id, pg_sleep(20)::text AS name, NULL AS time_zone, NULL::date AS created_at`

  it('is given up after the configured time, in one line', async () => {
    const adapter = await workshop.adapter({ org: slow })
    const staging = await workshop.staging()
    const snapshot = await postgresSource(adapter, { url: server?.url(), statementTimeout: 1 }).open(staging, null)
    expect(await messageOf(() => snapshot.land('org', staging))).toBe(
      `adapter: ${join(adapter.folder, 'org.sql')}: canceling statement due to statement timeout; raise statementTimeout if it needs that long`,
    )
    await snapshot.close()
  })

  it('waits for a lock no longer than configured', async () => {
    await client.query('CREATE TABLE locked (id text)')
    await client.query('BEGIN; LOCK TABLE locked')
    const org = `SELECT id AS org_id, id AS name, id AS time_zone, NULL::date AS created_at FROM locked`
    expect(await refused({ url: server?.url(), lockTimeout: 1 }, org)).toMatch(
      /org\.sql: (line 1: )?canceling statement due to lock timeout; another session holds the table; try again later, or raise lockTimeout$/,
    )
    await client.query('ROLLBACK; DROP TABLE locked')
  })

  it('has an hour, a lock a minute, where nothing is said, and for ever where 0 is', async () => {
    const org = `SELECT current_setting('statement_timeout') AS org_id, current_setting('lock_timeout') AS name,
      current_setting('application_name') AS time_zone, NULL::date AS created_at`
    const settings = async (connection: PostgresConnection) => {
      const staging = await workshop.staging()
      const snapshot = await postgresSource(await workshop.adapter({ org }), connection).open(staging, null)
      await snapshot.land('org', staging)
      await snapshot.close()
      return Object.values((await staging.rows('SELECT org_id, name, time_zone FROM raw.org'))[0] ?? {})
    }
    const url = server?.url()
    expect(await settings({ url })).toEqual(['1h', '1min', 'hirescope-export'])
    expect(await settings({ url, statementTimeout: 0, lockTimeout: 0 })).toEqual(['0', '0', 'hirescope-export'])
  })
})

const openssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
})()

// An address that leads to this machine and yet is not one of those that are known to.
const remote = '0.0.0.0'

describe.skipIf(!server || !openssl || process.platform !== 'linux')('TLS to a PostgreSQL server', () => {
  const password = server?.password
  const url = bare(remote)
  let authority: string

  /** Gives the server a certificate for an address, signed by itself. */
  const certify = async (address: string) => {
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory')
    const data = rows[0]?.data_directory ?? ''
    const folder = await keys.folder()
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
    // prettier-ignore
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', '/CN=test', '-addext', `subjectAltName=IP:${address}`, '-keyout', key, '-out', certificate], { stdio: 'pipe' })
    const { uid, gid } = statSync(data)
    for (const [name, from] of Object.entries({ 'server.key': key, 'server.crt': certificate })) {
      writeFileSync(join(data, name), readFileSync(from), { mode: 0o600 })
      chownSync(join(data, name), uid, gid)
    }
    await client.query('ALTER SYSTEM SET ssl = on')
    const before = await client.query<{ t: string }>('SELECT pg_conf_load_time()::text AS t')
    await client.query('SELECT pg_reload_conf()')
    await vi.waitFor(async () => {
      const after = await client.query<{ t: string }>('SELECT pg_conf_load_time()::text AS t')
      expect(after.rows[0]?.t).not.toBe(before.rows[0]?.t)
    })
    return certificate
  }

  it('is demanded of a host that is not this machine', async () => {
    expect(await refused({ url, password })).toBe(
      `postgres: ${remote}:${server?.port} offers no TLS; switch it on there, or set tls to "disable" where the network between is trusted`,
    )
    expect(await seen({ url, password, tls: 'disable' })).toEqual({ ssl: false })
    expect(await seen({ url: `${url}?sslmode=disable`, password })).toEqual({ ssl: false })
    vi.stubEnv('PGSSLMODE', 'disable')
    expect(await seen({ url, password })).toEqual({ ssl: false })
    expect(await seen({ url: bare(), password })).toEqual({ ssl: false })
  })

  it('is verify-full there: a known authority, and the name of the host', async () => {
    authority = await certify(remote)
    expect(await refused({ url, password })).toMatch(
      /^postgres: 0\.0\.0\.0:\d+ shows a certificate that nobody known vouches for \(\w+\); name the file of its authority in tlsCa$/,
    )
    expect(await seen({ url, password, tlsCa: authority })).toEqual({ ssl: true })
    expect(await seen({ url: `${url}?sslrootcert=${authority}`, password })).toEqual({ ssl: true })
    const other = await keys.folder().then((folder) => join(folder, 'none.pem'))
    expect(await refused({ url, password, tlsCa: other })).toBe(
      `postgres: the file of authorities ${other} cannot be read (ENOENT)`,
    )
  })

  it('is as the configuration says, before the URL, before the environment', async () => {
    const local = bare()
    expect(await refused({ url: local, password, tls: 'verify-full', tlsCa: authority })).toBe(
      `postgres: 127.0.0.1:${server?.port} shows a certificate for another host; connect by the name in it, or set tls to "verify-ca"`,
    )
    expect(await seen({ url: local, password, tls: 'verify-ca', tlsCa: authority })).toEqual({ ssl: true })
    expect(await refused({ url: local, password, tls: 'verify-ca' })).toMatch(/nobody known vouches for/)
    expect(await seen({ url: local, password, tls: 'require' })).toEqual({ ssl: true })
    expect(await seen({ url: `${local}?sslmode=require`, password })).toEqual({ ssl: true })
    expect(await seen({ url: `${local}?sslmode=require`, password, tls: 'disable' })).toEqual({ ssl: false })
    expect(await seen({ url: local, password })).toEqual({ ssl: false })
    vi.stubEnv('PGSSLMODE', 'require')
    expect(await seen({ url: local, password })).toEqual({ ssl: true })
    expect(await refused({ url: `${local}?sslmode=verify-full`, password })).toMatch(/nobody known vouches for/)
  })

  it('is never one that falls back to plain text by itself', async () => {
    expect(await refused({ url: `${url}?sslmode=prefer`, password })).toBe(
      'postgres: unknown sslmode prefer; choose one of disable, require, verify-ca, verify-full',
    )
  })
})
