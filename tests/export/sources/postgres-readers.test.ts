import { DuckDBInstance } from '@duckdb/node-api'
import type { Manifest } from 'hirescope/contract'
import { parseConfig, runExport } from 'hirescope/export'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { postgresSource } from '../../../src/export/sources/postgres.ts'
import { startPostgres, type TestServer } from '../../postgres.ts'
import { Workshop } from './adapter-folder.ts'

const server: TestServer | null = await startPostgres()
for (const name of Object.keys(process.env)) if (name.startsWith('PG')) vi.stubEnv(name, undefined)

const workshop = new Workshop()
afterEach(() => workshop.clear())
afterAll(() => server?.stop())

/** Each has one application and one résumé, for one job. */
const people = 2_000
const jobs = 5

const schema = `
  CREATE TABLE person (id int PRIMARY KEY);
  CREATE TABLE application (id int PRIMARY KEY, person_id int, job_id int);
  CREATE TABLE resume (id int PRIMARY KEY, person_id int, job_id int);
  CREATE TABLE event (id int PRIMARY KEY, application_id int, job_id int);
  INSERT INTO person SELECT n FROM generate_series(1, ${people}) AS n;
  INSERT INTO application SELECT n, n, n % ${jobs} FROM generate_series(1, ${people}) AS n;
  INSERT INTO resume SELECT n, n, n % ${jobs} FROM generate_series(1, ${people}) AS n;
  INSERT INTO event SELECT n, n, n % ${jobs} FROM generate_series(1, ${people}) AS n`

const at = `timestamp '2026-01-01'`
/** Every SELECT takes a while, so that those of two readers lie apart. */
const slow = `(SELECT pg_sleep(0.1)) IS NOT NULL`
const queries = {
  org: `SELECT 'o' AS org_id, 'Organisation' AS name, NULL AS time_zone, NULL::date AS created_at`,
  app_user: `SELECT id::text AS user_id, 'o' AS org_id, NULL AS email, NULL AS name,
    CASE id WHEN 0 THEN 'admin' ELSE 'participant' END AS role, true AS is_active FROM generate_series(0, 1) AS id`,
  job: `SELECT id::text AS job_id, 'o' AS org_id, '1' AS owner_user_id, 'Job' AS title, NULL AS department, NULL AS location_raw,
    'open' AS status, ${at} AS created_at, NULL::timestamp AS closed_at, false AS is_deleted FROM generate_series(0, ${jobs - 1}) AS id`,
  job_share: `SELECT '1' AS job_id, '1' AS user_id`,
  candidate: `SELECT id::text AS candidate_id, 'o' AS org_id, NULL AS name, NULL AS city_raw, ${at} AS created_at,
    NULL AS merged_into_id, false AS is_deleted FROM person WHERE ${slow}`,
  application: `SELECT id::text AS application_id, person_id::text AS candidate_id, job_id::text AS job_id, ${at} AS applied_at, NULL AS source,
    'applied' AS stage, 'active' AS outcome, NULL::timestamp AS outcome_at, false AS is_deleted FROM application WHERE ${slow}`,
  resume: `SELECT id::text AS resume_id, person_id::text AS candidate_id, job_id::text AS job_id, ${at} AS created_at,
    NULL AS city_raw, NULL::numeric AS overall_score, NULL::numeric AS score_max FROM resume WHERE ${slow}`,
  stage_event: `SELECT id::text AS event_id, application_id::text AS application_id, job_id AS seq, 'applied' AS stage, 'active' AS outcome,
    ${at} AS occurred_at FROM event WHERE ${slow}`,
}

/** Writes on until it is stopped: everything about a person in one transaction. Gives how many transactions that were. */
const startWriter = (client: Client) => {
  let going = true
  let written = 0
  const transaction = async (...statements: string[]) => {
    await client.query(`BEGIN; ${statements.join('; ')}; COMMIT`)
    written += 1
  }
  const write = async () => {
    for (let next = people + 1; going; next++) {
      const job = next % jobs
      await transaction(
        `INSERT INTO resume VALUES (${next}, ${next}, ${job})`,
        `INSERT INTO event VALUES (${next}, ${next}, ${job})`,
        `INSERT INTO application VALUES (${next}, ${next}, ${job})`,
        `INSERT INTO person VALUES (${next})`,
      )
      const moved = next - 300
      const other = (moved + next) % jobs
      await transaction(
        ...['application', 'resume', 'event'].map(
          (table) => `UPDATE ${table} SET job_id = ${other} WHERE id = ${moved}`,
        ),
      )
      const gone = next - people + (next % 7)
      await transaction(
        ...['person', 'application', 'resume', 'event'].map((table) => `DELETE FROM ${table} WHERE id = ${gone}`),
      )
    }
  }
  const done = write()
  return {
    written: () => written,
    stop: async () => {
      going = false
      await done
      await client.end()
    },
  }
}

/** How many of the applications of a bundle have what each was written with. */
const counts = async (fileOf: (table: 'jobs' | 'applications' | 'resumes' | 'stage_events') => string) => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const result = await connection.runAndReadAll(`
    WITH applications AS (FROM '${fileOf('applications')}'), jobs AS (FROM '${fileOf('jobs')}'),
    resumes AS (FROM '${fileOf('resumes')}'), events AS (FROM '${fileOf('stage_events')}')
    SELECT count(*)::INTEGER AS applications, count(resume.n)::INTEGER AS with_resume, max(resume.n)::INTEGER AS most_resumes,
      (SELECT count(*) FROM resumes)::INTEGER AS resumes, (SELECT count(*) FROM events)::INTEGER AS events,
      count(*) FILTER (events.seq::VARCHAR = job_id)::INTEGER AS with_event_of_job
    FROM applications JOIN jobs USING (job_key)
    LEFT JOIN (SELECT pair_key, count(*) AS n FROM resumes GROUP BY pair_key) AS resume USING (pair_key)
    LEFT JOIN events USING (application_key)`)
  connection.closeSync()
  instance.closeSync()
  return result.getRowObjects()
}

describe.skipIf(!server)('several readers of a PostgreSQL server', () => {
  let client: Client
  let folder: string
  beforeAll(async () => {
    client = (await server?.connect()) as Client
    await client.query(schema)
    folder = await mkdtemp(join(tmpdir(), 'hirescope-readers-'))
  })
  afterAll(async () => {
    await client?.end()
    await rm(folder, { recursive: true, force: true })
  })

  it('see one and the same snapshot while others write', { timeout: 240_000 }, async () => {
    const { folder: adapter } = await workshop.adapter(queries)
    const writer = startWriter((await server?.connect()) as Client)
    const rounds = []
    try {
      for (let round = 0; round < (process.env.HIRESCOPE_FULL ? 20 : 4); round++) {
        const before = writer.written()
        const { orgs } = await runExport(
          parseConfig({
            source: { kind: 'postgres', url: server?.url(), connections: 4 },
            adapter,
            target: join(folder, 'target'),
            private: join(folder, 'private'),
          }),
        )
        // A row that refers to what is not there would be an issue.
        expect(orgs).toMatchObject([{ error: null, issues: [], scopes: 1 }])
        const [scope = ''] = await readdir(join(folder, 'target', 'o'))
        const { tables } = JSON.parse(
          await readFile(join(folder, 'target', 'o', scope, 'manifest.json'), 'utf8'),
        ) as Manifest
        const rows = await counts((table) => join(folder, 'target', 'o', scope, tables[table].file))
        const n = Number(rows[0]?.applications)
        expect(n).toBeGreaterThan(people / 2)
        expect(rows).toEqual([
          { applications: n, with_resume: n, most_resumes: 1, resumes: n, events: n, with_event_of_job: n },
        ])
        rounds.push({ n, written: writer.written() - before })
      }
    } finally {
      await writer.stop()
    }
    for (const { written } of rounds) expect(written).toBeGreaterThan(50)
  })

  it('are connections with the same settings', async () => {
    const settings = `SELECT current_setting('statement_timeout') AS org_id, current_setting('lock_timeout') AS name,
      concat_ws(' ', current_setting('application_name'), current_setting('transaction_read_only'), current_setting('transaction_isolation'),
        current_setting('TimeZone'), current_setting('hirescope.as_of'), current_setting('hirescope.kinds'), pg_current_snapshot()) AS time_zone,
      NULL::date AS created_at`
    const adapter = await workshop.adapter({ org: settings }, { kinds: ['a'] })
    const snapshot = await postgresSource(adapter, { url: server?.url(), statementTimeout: 60 }, 3).open(
      await workshop.staging(),
      null,
    )
    expect(snapshot.readers).toBe(3)
    const stagings = await Promise.all([1, 2, 3].map(() => workshop.staging()))
    await Promise.all(stagings.map((staging) => snapshot.land('org', staging)))
    const seen = await Promise.all(stagings.map((staging) => staging.rows('SELECT * FROM raw.org')))
    await snapshot.close()
    expect(seen[0]?.[0]?.time_zone).toMatch(/^hirescope-export on repeatable read UTC \d{4}-\S+ \["a"\] \d+:\d+:/)
    expect(seen[1]).toEqual(seen[0])
    expect(seen[2]).toEqual(seen[0])
  })

  it('are as many as the server has connections for', async () => {
    await client.query(`CREATE ROLE two LOGIN PASSWORD 'canary' CONNECTION LIMIT 2`)
    const url = server?.url().replace(/\/\/.*@/, '//two:canary@')
    const adapter = await workshop.adapter({})
    const snapshot = await postgresSource(adapter, { url }, 4).open(await workshop.staging(), null)
    expect(snapshot.readers).toBe(2)
    await snapshot.close()
  })

  it('are one where the server exports no snapshot', async () => {
    await client.query('REVOKE EXECUTE ON FUNCTION pg_export_snapshot() FROM PUBLIC')
    await client.query(`CREATE ROLE alone LOGIN PASSWORD 'canary'`)
    const url = server?.url().replace(/\/\/.*@/, '//alone:canary@')
    const adapter = await workshop.adapter({ org: queries.org })
    const staging = await workshop.staging()
    const snapshot = await postgresSource(adapter, { url }, 4).open(staging, null)
    expect(snapshot.readers).toBe(1)
    await snapshot.land('org', staging)
    await snapshot.close()
    expect(await staging.rows('SELECT org_id FROM raw.org')).toEqual([{ org_id: 'o' }])
  })
})
