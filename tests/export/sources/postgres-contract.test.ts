import { PGlite } from '@electric-sql/pglite'
import type { Adapter, Source } from 'hirescope/export'
import { join } from 'node:path'
import type { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { pgliteSource } from '../../../src/export/sources/pglite.ts'
import { postgresSource } from '../../../src/export/sources/postgres.ts'
import { startPostgres, type TestServer } from '../../postgres.ts'
import { messageOf, Workshop } from './adapter-folder.ts'

const server: TestServer | null = await startPostgres()
const setUp = `
  CREATE TABLE thing (id bigint, title varchar(100), note text, at timestamptz, day date, plain timestamp, yes boolean, number numeric);
  INSERT INTO thing VALUES
    (1, 'comma, "quote"', E'two\\nlines', '2026-03-01 10:00:00.123456+05:30', '2026-03-01', '2026-03-01 10:00:00', true, 1.50),
    (2, '', NULL, NULL, NULL, NULL, false, NULL),
    (9007199254740993, E'back\\\\slash\\ttab', E'\\\\.', '2026-03-29 01:30:00Z', '1969-12-31', 'infinity', NULL, -0.001),
    (4, ' Jürgen 日本 😀 ', E'cr\\r\\nlf', '0044-03-15 00:00:00Z', NULL, NULL, true, 'NaN'),
    (5, E'\\\\N', 'NULL', NULL, NULL, NULL, NULL, 12345678901234567890);
  CREATE SCHEMA "Land ""1"; CREATE TABLE "Land ""1".thing AS SELECT 'from the schema' AS title; CREATE TABLE "Land ""1"."user" AS SELECT 'u' AS id;`

const orgSql = `SELECT id::text AS org_id, title AS name, note AS time_zone, at AS created_at FROM thing`

interface Kind {
  name: string
  available: boolean
  start: () => Promise<void>
  source: (adapter: Adapter, schema?: string | string[]) => Source
}

const pgliteFolder = new Workshop()
let folder = ''
const kinds: Kind[] = [
  {
    name: 'a PostgreSQL server',
    available: server !== null,
    start: async () => {
      await server?.create('things')
      const client = await server?.connect('things')
      await client?.query(setUp)
      await client?.end()
    },
    source: (adapter, schema) => postgresSource(adapter, { url: server?.url('things'), schema }),
  },
  {
    name: 'PGlite',
    available: true,
    start: async () => {
      folder = join(await pgliteFolder.folder(), 'database')
      const database = await PGlite.create({ dataDir: folder })
      await database.exec(setUp)
      await database.close()
    },
    source: (adapter, schema) => pgliteSource(adapter, folder, schema),
  },
]

afterAll(async () => {
  await server?.stop()
  await pgliteFolder.clear()
})

describe.each(kinds)('a source on $name', ({ available, start, source }) => {
  const workshop = new Workshop()
  beforeAll(async () => {
    if (available) await start()
  })
  afterEach(() => workshop.clear())

  it.skipIf(!available)('carries texts as they are: delimiters, quotes, line breaks, empty and null', async () => {
    const staging = await workshop.staging()
    const snapshot = await source(await workshop.adapter({ org: orgSql })).open(staging, null)
    await snapshot.land('org', staging)
    await snapshot.close()
    expect(await staging.rows('SELECT org_id, name, time_zone FROM raw.org ORDER BY org_id')).toEqual([
      { org_id: '1', name: 'comma, "quote"', time_zone: 'two\nlines' },
      { org_id: '2', name: '', time_zone: null },
      { org_id: '4', name: ' Jürgen 日本 😀 ', time_zone: 'cr\r\nlf' },
      { org_id: '5', name: '\\N', time_zone: 'NULL' },
      { org_id: '9007199254740993', name: 'back\\slash\ttab', time_zone: '\\.' },
    ])
  })

  it.skipIf(!available)('brings instants to UTC, leaves days days and says which is which', async () => {
    const staging = await workshop.staging()
    const application = `SELECT id::text AS application_id, 'c' AS candidate_id, 'j' AS job_id, plain AS applied_at,
      NULL::text AS source, 'applied' AS stage, 'active' AS outcome, day AS outcome_at, yes AS is_deleted
      FROM thing WHERE id < 3`
    const snapshot = await source(await workshop.adapter({ org: orgSql, application })).open(staging, null)
    for (const table of ['org', 'application'] as const) await snapshot.land(table, staging)
    await snapshot.close()
    expect(snapshot.tables.get('org')).toEqual({
      org_id: 'value',
      name: 'value',
      time_zone: 'value',
      created_at: 'timestamp',
    })
    expect(snapshot.tables.get('application')).toMatchObject({ applied_at: 'timestamp', outcome_at: 'date' })
    expect(await staging.rows(`SELECT created_at FROM raw.org WHERE org_id IN ('1', '2') ORDER BY org_id`)).toEqual([
      { created_at: '2026-03-01 04:30:00.123456' },
      { created_at: null },
    ])
    expect(await staging.rows('SELECT applied_at, outcome_at, is_deleted FROM raw.application ORDER BY 1')).toEqual([
      { applied_at: '2026-03-01 10:00:00', outcome_at: '2026-03-01', is_deleted: 't' },
      { applied_at: null, outcome_at: null, is_deleted: 'f' },
    ])
  })

  it.skipIf(!available)('lands rows of two hundred thousand lines with line breaks in them', async () => {
    const staging = await workshop.staging()
    const org = `SELECT n::text AS org_id, repeat(E'a "b",\\n', (n % 7)::integer) AS name, NULL::text AS time_zone,
      NULL::timestamptz AS created_at FROM generate_series(1, 60000) AS n`
    const snapshot = await source(await workshop.adapter({ org })).open(staging, null)
    await snapshot.land('org', staging)
    await snapshot.close()
    expect(
      await staging.rows(`SELECT count(*)::INTEGER AS rows, sum(length(name))::INTEGER AS length,
        count(*) FILTER (WHERE name = '')::INTEGER AS empty FROM raw.org`),
    ).toEqual([{ rows: 60_000, length: 1_259_979, empty: 8571 }])
  })

  it.skipIf(!available)('gives adapters as-of and their lists', async () => {
    const staging = await workshop.staging()
    const org = `SELECT current_setting('hirescope.stages')::json ->> 'a b' AS org_id, current_setting('TimeZone') AS name,
      current_setting('hirescope.as_of') AS time_zone, current_setting('hirescope.as_of')::timestamptz AS created_at`
    const adapter = await workshop.adapter({ org }, { stages: { 'a b': "it's" } })
    const snapshot = await source(adapter).open(staging, new Date('2026-11-20T02:00:00.250+05:30'))
    await snapshot.land('org', staging)
    await snapshot.close()
    expect(snapshot.asOf).toBe('2026-11-19 20:30:00.250000')
    expect(await staging.rows('FROM raw.org')).toEqual([
      {
        org_id: "it's",
        name: 'UTC',
        time_zone: '2026-11-19T20:30:00.250000+00:00',
        created_at: '2026-11-19 20:30:00.25',
      },
    ])
  })

  it.skipIf(!available)('reads the tables of a schema of its own, and no others unless told so', async () => {
    const org = `SELECT title AS org_id, u.id AS name, NULL AS time_zone, NULL::date AS created_at FROM thing, "user" AS u`
    const adapter = await workshop.adapter({ org })
    const staging = await workshop.staging()
    const snapshot = await source(adapter, 'Land "1').open(staging, null)
    await snapshot.land('org', staging)
    await snapshot.close()
    expect(await staging.rows('SELECT org_id, name FROM raw.org')).toEqual([{ org_id: 'from the schema', name: 'u' }])
    const open = async (schema: string | string[]) => source(adapter, schema).open(await workshop.staging(), null)
    expect(await messageOf(() => open('public'))).toMatch(/line 1: relation "user" does not exist$/)
    await (await open(['public', 'Land "1'])).close()
    expect(await messageOf(() => open(['public', 'gone']))).toBe(
      `postgres: no schema "gone" in the database; correct the source's schema`,
    )
  })

  it.skipIf(!available)('takes its own clock where no as-of is given', async () => {
    const staging = await workshop.staging()
    const before = new Date().toISOString().replace('T', ' ').slice(0, 19)
    const snapshot = await source(await workshop.adapter({})).open(staging, null)
    await snapshot.close()
    expect(snapshot.asOf).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/)
    expect(snapshot.asOf >= before).toBe(true)
  })

  it.skipIf(!available)('names file and line of every column that breaks the contract, all at once', async () => {
    const adapter = await workshop.adapter({
      org: `SELECT\n  id AS org_id,\n  title AS name,\n  at AS time_zone,\n  at AS created_at,\n  1 AS extra\nFROM thing`,
      job_share: `-- no user\nSELECT\n  id::text AS job_id\nFROM thing`,
    })
    const message = await messageOf(async () => source(adapter).open(await workshop.staging(), null))
    const file = (name: string) => join(adapter.folder, `${name}.sql`)
    expect(message.split('\n')).toEqual([
      `adapter: ${file('org')}: line 6: column extra: not in the contract's org; remove it`,
      `adapter: ${file('org')}: line 2: column org_id: expected text, got bigint; add a cast (::text)`,
      `adapter: ${file('org')}: line 4: column time_zone: expected text, got timestamp with time zone; add a cast (::text)`,
      `adapter: ${file('job_share')}: line 2: column user_id: missing; select it`,
    ])
  })

  it.skipIf(!available)('tells a null without a type from a time', async () => {
    const adapter = await workshop.adapter({
      org: `SELECT '1' AS org_id, NULL AS name, NULL AS time_zone,\n NULL AS created_at`,
    })
    expect(await messageOf(async () => source(adapter).open(await workshop.staging(), null))).toBe(
      `adapter: ${join(adapter.folder, 'org.sql')}: line 2: column created_at: expected timestamp or date, got text; add a cast (::timestamptz)`,
    )
  })

  it.skipIf(!available)('names file and line of a missing table, a missing column and a slip', async () => {
    const adapter = await workshop.adapter({
      org: `-- ä comment – with more than ASCII\nSELECT\n  *\nFROM no_such_table`,
      app_user: `SELECT\n  id,\n  no_such_column\nFROM thing`,
      job: `SELECT id\nFORM thing ORDER`,
    })
    const message = await messageOf(async () => source(adapter).open(await workshop.staging(), null))
    const file = (name: string) => join(adapter.folder, `${name}.sql`)
    expect(message.split('\n')).toEqual([
      `adapter: ${file('org')}: line 4: relation "no_such_table" does not exist`,
      `adapter: ${file('app_user')}: line 3: column "no_such_column" does not exist`,
      `adapter: ${file('job')}: line 2: syntax error at or near "thing"`,
    ])
  })

  it.skipIf(!available)(
    'names every missing table and column of every SELECT, each once, and no column of a missing table',
    async () => {
      const adapter = await workshop.adapter({
        org: `WITH named AS (
  SELECT g.id, g.gone_title, lower(btrim(g.title)) AS title, t.lost, t.lost_too::numeric AS n
  FROM "Ghost" AS g
  JOIN thing AS t ON t.id = g.thing_id AND g.seen <= current_setting('hirescope.as_of')::timestamptz
)
SELECT
  id::text AS org_id, title AS name, 'ä😀' || absent AS time_zone,
  (SELECT min(happened_at) FROM raw.event WHERE raw.event.id = named.id AND kind -> 'a' IS NOT NULL) AS created_at
FROM named
LEFT JOIN spectre ON spectre.named_id = named.id AND missing_flag
WHERE t.vanished OR absent IS NULL`,
        app_user: `SELECT
  id::text AS user_id, 'o'::text AS org_id, NULL::text AS mail, title AS name, 'admin' AS role, yes AS is_active
FROM thing
JOIN spectre USING (id)
WHERE EXISTS (SELECT FROM phantom WHERE phantom.thing = thing.id)`,
      })
      const message = await messageOf(async () => source(adapter).open(await workshop.staging(), null))
      const file = (name: string) => join(adapter.folder, `${name}.sql`)
      expect(message.split('\n').sort()).toEqual(
        [
          `adapter: ${file('org')}: line 3: relation "Ghost" does not exist`,
          `adapter: ${file('org')}: line 2: column t.lost does not exist`,
          `adapter: ${file('org')}: line 2: column t.lost_too does not exist`,
          `adapter: ${file('org')}: line 8: relation "raw.event" does not exist`,
          `adapter: ${file('org')}: line 10: relation "spectre" does not exist`,
          `adapter: ${file('org')}: line 11: missing FROM-clause entry for table "t"`,
          `adapter: ${file('app_user')}: line 4: relation "spectre" does not exist`,
          `adapter: ${file('app_user')}: line 5: relation "phantom" does not exist`,
          `adapter: ${file('app_user')}: line 2: column mail: not in the contract's app_user; remove it`,
          `adapter: ${file('app_user')}: line 1: column email: missing; select it, or null::text where the source has none`,
        ].sort(),
      )
    },
  )

  it.skipIf(!available)('reports a value that a cast refuses without the value', async () => {
    const staging = await workshop.staging()
    const org = `SELECT id::text AS org_id, title AS name, NULL::text AS time_zone,\n  title::timestamp AS created_at FROM thing`
    const adapter = await workshop.adapter({ org })
    const snapshot = await source(adapter).open(staging, null)
    const message = await messageOf(() => snapshot.land('org', staging))
    await snapshot.close()
    expect(message).toBe(`adapter: ${join(adapter.folder, 'org.sql')}: invalid input syntax for type timestamp: "…"`)
  })

  it.skipIf(!available)('cannot be made to write', async () => {
    const staging = await workshop.staging()
    const org = `SELECT setval('pg_temp.s', 1)::text AS org_id, NULL AS name, NULL AS time_zone, NULL::date AS created_at`
    const adapter = await workshop.adapter({ org })
    expect(await messageOf(() => source(adapter).open(staging, null))).toContain('does not exist')
    const writing = await workshop.adapter({
      org: `WITH gone AS (DELETE FROM thing RETURNING id) SELECT id::text AS org_id, NULL AS name, NULL AS time_zone,
        NULL::date AS created_at FROM gone`,
    })
    expect(await messageOf(() => source(writing).open(staging, null))).toMatch(/data-modifying|read-only/)
  })
})

describe.skipIf(!server)('the PostgreSQL source', () => {
  const workshop = new Workshop()
  const open = async (url: string | undefined, password?: string) =>
    postgresSource(await workshop.adapter({}), { url, password }).open(await workshop.staging(), null)
  const at = `127.0.0.1:${server?.port}`
  afterEach(() => workshop.clear())

  it('reads all tables as they were when it began', async () => {
    const client = (await server?.connect('things')) as Client
    const count = `SELECT count(*)::text AS org_id, NULL AS name, NULL AS time_zone, NULL::timestamptz AS created_at FROM thing`
    const user = `SELECT count(*)::text AS user_id, 'o' AS org_id, NULL AS email, NULL AS name, 'admin' AS role, true AS is_active FROM thing`
    const staging = await workshop.staging()
    const source = postgresSource(await workshop.adapter({ org: count, app_user: user }), {
      url: server?.url('things'),
    })
    const snapshot = await source.open(staging, null)
    await snapshot.land('org', staging)
    await client.query(`INSERT INTO thing (id) VALUES (77)`)
    await snapshot.land('app_user', staging)
    await snapshot.close()
    await client.query('DELETE FROM thing WHERE id = 77')
    await client.end()
    expect(await staging.rows('SELECT org_id AS n FROM raw.org UNION ALL SELECT user_id FROM raw.app_user')).toEqual([
      { n: '5' },
      { n: '5' },
    ])
  })

  it('says in one line what is wrong with the address, and never the password', async () => {
    const { password } = server as TestServer
    expect(await messageOf(() => open(server?.url('nowhere')))).toBe(`postgres: no database "nowhere" on ${at}`)
    expect(await messageOf(() => open(`postgres://hirescope:wrong-canary@${at}/things`))).toBe(
      `postgres: wrong password for "hirescope" on ${at}; set PGPASSWORD or the config's password`,
    )
    expect(await messageOf(() => open(`postgres://hirescope@${at}/things`))).toBe(
      `postgres: ${at} wants a password for "hirescope"; set PGPASSWORD, the config's passwordFile or .pgpass`,
    )
    expect(await messageOf(() => open(`postgres://hirescope:${password}@127.0.0.1:1/things`))).toBe(
      'postgres: nothing listens on 127.0.0.1:1',
    )
    for (const url of [`mysql://u:${password}@h/d`, `postgres://u:${password}@h:port/d`])
      expect(await messageOf(() => open(url))).toMatch(/^postgres: url (?!.*canary)/)
  })

  it('takes the password from the configuration or from PGPASSWORD', async () => {
    const { password } = server as TestServer
    const bare = `postgres://hirescope@${at}/things`
    await (await open(bare, password)).close()
    process.env.PGPASSWORD = password
    try {
      await (await open(bare)).close()
    } finally {
      delete process.env.PGPASSWORD
    }
  })

  it('says which table a role may not read', async () => {
    const client = (await server?.connect('things')) as Client
    await client.query(`CREATE ROLE reader LOGIN PASSWORD 'reader-canary'`)
    const adapter = await workshop.adapter({ org: `-- org\n${orgSql}` })
    const source = postgresSource(adapter, { url: `postgres://reader:reader-canary@${at}/things` })
    expect(await messageOf(async () => source.open(await workshop.staging(), null))).toBe(
      `adapter: ${join(adapter.folder, 'org.sql')}: line 2: permission denied for table thing; grant SELECT to the role that exports`,
    )
    await client.query('GRANT SELECT ON thing TO reader')
    await (await source.open(await workshop.staging(), null)).close()
    await client.end()
  })

  it('says of every table that a role may not read', async () => {
    const client = (await server?.connect('things')) as Client
    await client.query(`CREATE SCHEMA hidden; CREATE TABLE hidden.second (id bigint, at timestamptz); CREATE TABLE third (day date);
      CREATE ROLE stranger LOGIN PASSWORD 'stranger-canary'; GRANT USAGE ON SCHEMA hidden TO stranger; CREATE SCHEMA closed;
      CREATE TABLE closed.fourth (id bigint)`)
    const adapter = await workshop.adapter({
      org: `SELECT id::text AS org_id, title AS name, third.day::text AS time_zone, at AS created_at
FROM thing AS t
JOIN hidden.second USING (id, at)
JOIN third ON third.day < second.at AND t.nothing
JOIN closed.fourth USING (id)`,
    })
    const source = postgresSource(adapter, { url: `postgres://stranger:stranger-canary@${at}/things` })
    const message = await messageOf(async () => source.open(await workshop.staging(), null))
    const grant = 'grant SELECT to the role that exports'
    expect(message.split('\n').sort()).toEqual(
      [
        `adapter: ${join(adapter.folder, 'org.sql')}: line 4: column t.nothing does not exist`,
        `adapter: ${join(adapter.folder, 'org.sql')}: line 5: permission denied for schema closed; ${grant}`,
        `adapter: ${join(adapter.folder, 'org.sql')}: line 2: permission denied for table thing; ${grant}`,
        `adapter: ${join(adapter.folder, 'org.sql')}: line 3: permission denied for table second; ${grant}`,
        `adapter: ${join(adapter.folder, 'org.sql')}: line 4: permission denied for table third; ${grant}`,
      ].sort(),
    )
    await client.end()
  })

  it('refuses a table of which a policy would hide rows', async () => {
    const client = (await server?.connect('things')) as Client
    await client.query(`CREATE TABLE guarded (id bigint, tenant text); INSERT INTO guarded VALUES (1, 'a'), (2, 'b');
      ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON guarded USING (tenant = 'a');
      CREATE ROLE tenant LOGIN PASSWORD 'tenant-canary'; GRANT SELECT ON guarded TO tenant`)
    const adapter = await workshop.adapter({
      org: `SELECT id::text AS org_id, tenant AS name, NULL::text AS time_zone, NULL::timestamptz AS created_at\nFROM guarded`,
    })
    const source = postgresSource(adapter, { url: `postgres://tenant:tenant-canary@${at}/things` })
    expect(await messageOf(async () => source.open(await workshop.staging(), null))).toBe(
      `adapter: ${join(adapter.folder, 'org.sql')}: line 2: query would be affected by row-level security policy for table "guarded"; export with a role that sees all its rows (BYPASSRLS, or the owner)`,
    )
    await client.query('ALTER ROLE tenant BYPASSRLS')
    const staging = await workshop.staging()
    const snapshot = await source.open(staging, null)
    await snapshot.land('org', staging)
    await snapshot.close()
    expect(await staging.rows('SELECT org_id FROM raw.org ORDER BY 1')).toEqual([{ org_id: '1' }, { org_id: '2' }])
    await client.end()
  })

  it('says that the server went away', async () => {
    const client = (await server?.connect('things')) as Client
    const staging = await workshop.staging()
    const snapshot = await postgresSource(await workshop.adapter({ org: orgSql }), {
      url: server?.url('things'),
    }).open(staging, null)
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hirescope-export'`,
    )
    await client.end()
    expect(await messageOf(() => snapshot.land('org', staging))).toBe(
      `postgres: the server at ${at} ended the connection`,
    )
    await snapshot.close()
  })

  it('stops a long COPY when it is told to', async () => {
    const staging = await workshop.staging()
    const org = `SELECT n::text AS org_id, repeat('x', 1000) AS name, NULL AS time_zone, NULL::timestamptz AS created_at
      FROM generate_series(1, 100000000) AS n`
    const snapshot = await postgresSource(await workshop.adapter({ org }), { url: server?.url('things') }).open(
      staging,
      null,
    )
    const controller = new AbortController()
    const landing = snapshot.land('org', staging, controller.signal)
    setImmediate(() => controller.abort(new Error('enough')))
    await expect(landing).rejects.toThrow()
    await snapshot.close()
  })
})

describe('the PGlite source', () => {
  const workshop = new Workshop()
  afterEach(() => workshop.clear())

  it('says that there is no database in a folder, and makes none', async () => {
    const empty = await workshop.folder()
    const source = pgliteSource(await workshop.adapter({}), empty)
    expect(await messageOf(async () => source.open(await workshop.staging(), null))).toBe(
      `pglite: no database in ${empty}`,
    )
  })

  it('lets nobody else in while it is open', async () => {
    const adapter = await workshop.adapter({})
    const first = await pgliteSource(adapter, folder).open(await workshop.staging(), null)
    expect(await messageOf(async () => pgliteSource(adapter, folder).open(await workshop.staging(), null))).toMatch(
      /^lock: held by process/,
    )
    await first.close()
    await (await pgliteSource(adapter, folder).open(await workshop.staging(), null)).close()
  })
})
