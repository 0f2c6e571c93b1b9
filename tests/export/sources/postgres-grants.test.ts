import { exportCommand } from 'hirescope/export'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { fillPostgres, generateDemo } from '../../../src/demo/index.ts'
import { postgresGrants } from '../../../src/export/sources/postgres-grants.ts'
import { startPostgres, type TestServer } from '../../postgres.ts'
import { messageOf, Workshop } from './adapter-folder.ts'

const server: TestServer | null = await startPostgres()
for (const name of Object.keys(process.env)) if (name.startsWith('PG')) vi.stubEnv(name, undefined)
afterAll(() => server?.stop())

describe.skipIf(!server)('the grants that an export needs', () => {
  let folder: string
  let client: Client
  const workshop = new Workshop()
  const url = (user: string, database: string) => `postgres://${user}:canary@127.0.0.1:${server?.port}/${database}`

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hirescope-grants-'))
    await server?.create('ats')
    client = (await server?.connect('ats')) as Client
    await client.query(
      `CREATE ROLE exporter LOGIN PASSWORD 'canary'; CREATE ROLE "Odd ""one""" LOGIN PASSWORD 'canary'`,
    )
    // A database that lets nobody in and shows nobody anything by itself.
    await client.query('REVOKE ALL ON DATABASE ats FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC')
  })
  afterEach(() => workshop.clear())
  afterAll(async () => {
    await client?.end()
    await rm(folder, { recursive: true, force: true })
  })

  const command = async (settings: object, ...flags: string[]) => {
    const config = join(folder, 'config.json')
    await writeFile(
      config,
      JSON.stringify({ target: join(folder, 'target'), private: join(folder, 'private'), ...settings }),
    )
    let out = ''
    let error = ''
    const terminal = {
      live: false,
      out: (text: string) => (out += text),
      error: (text: string) => (error += text),
    }
    const code = await exportCommand(['--config', config, ...flags], terminal)
    expect(out + error).not.toContain('canary')
    return { code, out, error }
  }

  it('let a role that has nothing else export with the django adapter', async () => {
    await fillPostgres(client, { applications: 300 })
    const demo = generateDemo({ applications: 300 })
    await client.query(`CREATE TABLE payroll (salary int)`)
    const settings = { ...demo.config, source: { kind: 'postgres', url: url('exporter', 'ats') }, threads: 1 }
    expect((await command(settings)).error).toMatch(/may not connect to database "ats"/)
    // The owner asks for the role that exports.
    const asOwner = await command(
      settings,
      '--print-grants',
      '--role',
      'exporter',
      '--database',
      server?.url('ats') ?? '',
    )
    expect(asOwner).toMatchObject({ code: 0, error: '' })
    const lines = asOwner.out.trimEnd().split('\n')
    expect(lines.slice(0, 2)).toEqual([
      'GRANT CONNECT ON DATABASE ats TO exporter;',
      'GRANT USAGE ON SCHEMA public TO exporter;',
    ])
    const tables = lines.slice(2).map((line) => /^GRANT SELECT ON public\.(\w+) TO exporter;$/.exec(line)?.[1])
    expect(tables).toEqual([
      'accounts_myuser',
      'accounts_organization',
      'accounts_roles',
      'assessments_testlog',
      'candidates_candidate',
      'candidates_candidate_applied_jobs',
      'candidates_candidate_resumes',
      'candidates_candidatestageevent',
      'credits_creditusage',
      'jobs_job',
      'jobs_job_users_shared_with',
      'jobs_jobuniversalstatus',
      'resumes_resume',
      'screenings_personalityscreening',
    ])
    await client.query(asOwner.out)
    expect(await command(settings)).toMatchObject({ code: 0, error: '' })
    expect(await readdir(join(folder, 'target'))).toHaveLength(3)
    // The role can make no temporary table, and cannot ask itself then.
    expect((await command(settings, '--print-grants')).error).toMatch(
      /^print-grants failed: postgres: "exporter" may not create temporary views in ats; name another account with --database, and --role exporter\n$/,
    )
    await client.query('GRANT TEMPORARY ON DATABASE ats TO exporter')
    expect(await command(settings, '--print-grants')).toEqual(asOwner)
    // All that it may do is to read these tables.
    const { rows } = await client.query<{ n: string }>(
      `SELECT table_name || ' ' || privilege_type AS n FROM information_schema.role_table_grants WHERE grantee = 'exporter' ORDER BY 1`,
    )
    expect(rows.map(({ n }) => n)).toEqual(tables.map((table) => `${table} SELECT`))
  })

  it('are for what a SELECT names: views instead of what is behind them, functions, odd names, every schema', async () => {
    await client.query(`CREATE SCHEMA "Odd schema"; CREATE SCHEMA inner_part;
      CREATE TABLE inner_part.secret (id int, x text);
      CREATE VIEW "Odd schema"."A ""view""" AS SELECT id FROM inner_part.secret;
      CREATE FUNCTION "Odd schema".twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2 * n';
      CREATE TABLE inner_part.parts (id int) PARTITION BY LIST (id);
      CREATE TABLE inner_part.part_1 PARTITION OF inner_part.parts FOR VALUES IN (1)`)
    const org = `WITH v AS (SELECT id FROM "Odd schema"."A ""view""")
      SELECT "Odd schema".twice(id)::text AS org_id, NULL::text AS name, NULL::text AS time_zone, NULL::date AS created_at
      FROM v WHERE false AND EXISTS (SELECT FROM inner_part.parts)`
    const adapter = await workshop.adapter({ org })
    const role = 'Odd "one"'
    const statements = await postgresGrants(adapter, { url: server?.url('ats') }, role)
    expect(statements).toEqual([
      'GRANT CONNECT ON DATABASE ats TO "Odd ""one""";',
      'GRANT USAGE ON SCHEMA "Odd schema" TO "Odd ""one""";',
      'GRANT USAGE ON SCHEMA inner_part TO "Odd ""one""";',
      'GRANT SELECT ON "Odd schema"."A ""view""" TO "Odd ""one""";',
      'GRANT SELECT ON inner_part.parts TO "Odd ""one""";',
      'GRANT EXECUTE ON FUNCTION "Odd schema".twice(integer) TO "Odd ""one""";',
    ])
    await client.query('REVOKE ALL ON FUNCTION "Odd schema".twice FROM PUBLIC')
    await client.query(statements.join('\n'))
    await client.query(`SET SESSION AUTHORIZATION "Odd ""one"""`)
    await client.query(org)
    await client.query('RESET SESSION AUTHORIZATION')
  })

  it('name each SELECT that is wrong, and leave nothing in the database', async () => {
    const org = 'SELECT\n nothing, jobs_job.wrong\nFROM nowhere, jobs_job,\nnowhere_else'
    const adapter = await workshop.adapter({ org, job: 'SELECT 1 +' })
    const message = await messageOf(() => postgresGrants(adapter, { url: server?.url('ats') }))
    const inOrg = (what: string) => `adapter: ${join(adapter.folder, 'org.sql')}: ${what}`
    expect(message.split('\n').sort()).toEqual([
      `adapter: ${join(adapter.folder, 'job.sql')}: line 1: syntax error at or near ")"`,
      inOrg('line 2: column jobs_job.wrong does not exist'),
      inOrg('line 3: relation "nowhere" does not exist'),
      inOrg('line 4: relation "nowhere_else" does not exist'),
    ])
    const { rows } = await client.query(`SELECT FROM pg_class WHERE relname = 'hirescope_grants'`)
    expect(rows).toEqual([])
  })

  it('are for PostgreSQL servers', async () => {
    expect(await command({ source: { kind: 'files', folder: 'x' } }, '--print-grants')).toEqual({
      code: 2,
      out: '',
      error: `print-grants failed: arguments: --print-grants is for a postgres source, and the configuration's is files\n`,
    })
  })
})
