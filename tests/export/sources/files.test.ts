import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { filesSource } from '../../../src/export/sources/files.ts'
import { messageOf, Workshop } from './adapter-folder.ts'

describe('the files source', () => {
  const workshop = new Workshop()
  afterEach(() => workshop.clear())

  const folderWith = async (files: Record<string, string>) => {
    const folder = await workshop.folder()
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    return folder
  }

  it('reads files by names relative to the data folder, and nothing relative afterwards', async () => {
    const data = await folderWith({
      'orgs.csv': 'id,name,seen,day\n1,"a, ""b""\nc",2026-03-01T10:00:00+05:30,2026-03-02\n2,,,\n',
    })
    const adapter = await workshop.adapter({
      org: `SELECT id::VARCHAR AS org_id, name, NULL::VARCHAR AS time_zone, seen::TIMESTAMPTZ AS created_at FROM 'orgs.csv'`,
      job: `SELECT id::VARCHAR AS job_id, '1' AS org_id, NULL::VARCHAR AS owner_user_id, 't' AS title, NULL::VARCHAR AS department,
        NULL::VARCHAR AS location_raw, 'open' AS status, day::DATE AS created_at, NULL::TIMESTAMP AS closed_at,
        false AS is_deleted FROM read_csv('orgs.csv') WHERE id = 1`,
    })
    const staging = await workshop.staging()
    const snapshot = await filesSource(adapter, data).open(staging, null)
    for (const table of ['org', 'job'] as const) await snapshot.land(table, staging)
    await snapshot.close()
    expect(snapshot.tables.get('job')).toMatchObject({ created_at: 'date', closed_at: 'timestamp', title: 'value' })
    expect(
      await staging.rows(
        `SELECT org_id, name, created_at::VARCHAR AS at, typeof(created_at) AS type FROM raw.org ORDER BY 1`,
      ),
    ).toEqual([
      { org_id: '1', name: 'a, "b"\nc', at: '2026-03-01 04:30:00', type: 'TIMESTAMP' },
      { org_id: '2', name: null, at: null, type: 'TIMESTAMP' },
    ])
    expect(await staging.rows(`SELECT created_at::VARCHAR AS day, typeof(created_at) AS type FROM raw.job`)).toEqual([
      { day: '2026-03-02', type: 'DATE' },
    ])
    expect(await messageOf(() => staging.rows(`FROM 'orgs.csv'`))).toContain('orgs.csv')
  })

  it('reads a file as the table of its name: CSV as text, JSON and Parquet as they are', async () => {
    const data = await folderWith({
      'user.csv': 'id,note,"end"\n007,,{"a":"b"}\n8,"","x, ""y"""\n',
      'Job.json': '[{"id": 1, "at": "2026-01-02 03:04:05"}]',
      'not-mine.csv': '',
    })
    const staging = await workshop.staging()
    await staging.run(`COPY (SELECT 7::BIGINT AS n, DATE '2026-01-02' AS day) TO '${join(data, 'part.parquet')}'`)
    const adapter = await workshop.adapter({
      org: `SELECT id AS org_id, note AS name, "end" AS time_zone, NULL::DATE AS created_at FROM user WHERE user.id <> ''`,
      app_user: `SELECT (job.id + part.n)::VARCHAR AS user_id, '007' AS org_id, NULL::VARCHAR AS email, "at"::VARCHAR AS name,
        day::VARCHAR AS role, true AS is_active FROM job, part`,
    })
    const snapshot = await filesSource(adapter, data).open(staging, null)
    for (const table of ['org', 'app_user'] as const) await snapshot.land(table, staging)
    await snapshot.close()
    expect(await staging.rows('SELECT org_id, name, time_zone FROM raw.org ORDER BY 1')).toEqual([
      { org_id: '007', name: null, time_zone: '{"a":"b"}' },
      { org_id: '8', name: '', time_zone: 'x, "y"' },
    ])
    expect(await staging.rows('SELECT user_id, name, role FROM raw.app_user')).toEqual([
      { user_id: '8', name: '2026-01-02 03:04:05', role: '2026-01-02' },
    ])
    await writeFile(join(data, 'user.json'), '[]')
    expect(await messageOf(async () => filesSource(adapter, data).open(await workshop.staging(), null))).toBe(
      `files: user.csv and user.json in ${data} are both the table user; remove one`,
    )
  })

  it('gives adapters as-of and their lists', async () => {
    const adapter = await workshop.adapter(
      {
        org: `SELECT getvariable('stages')::JSON ->> 'a' AS org_id, NULL::VARCHAR AS name, NULL::VARCHAR AS time_zone,
          getvariable('as_of') AS created_at`,
      },
      { stages: { a: "it's" } },
    )
    const staging = await workshop.staging()
    const source = filesSource(adapter, await workshop.folder())
    const snapshot = await source.open(staging, new Date('2026-11-20T02:00:00+05:30'))
    await snapshot.land('org', staging)
    expect(snapshot.asOf).toBe('2026-11-19 20:30:00.000000')
    expect(await staging.rows('SELECT org_id, created_at::VARCHAR AS at FROM raw.org')).toEqual([
      { org_id: "it's", at: '2026-11-19 20:30:00' },
    ])
  })

  it('names file and line of a wrong column, a missing file, a missing column and a slip, all at once', async () => {
    const data = await folderWith({ 'orgs.csv': 'id,name\n1,x\n' })
    const adapter = await workshop.adapter({
      org: `SELECT\n  id AS org_id,\n  name,\n  NULL::VARCHAR AS time_zone,\n  NULL::TIMESTAMP AS created_at\nFROM 'orgs.csv'`,
      app_user: `SELECT *\nFROM 'users.csv'`,
      job: `SELECT\n  id,\n  no_such_column\nFROM 'orgs.csv'`,
      job_share: `SELECT id,\n  name\nFORM 'orgs.csv' 1`,
    })
    const message = await messageOf(async () => filesSource(adapter, data).open(await workshop.staging(), null))
    const [org, user, job, share, ...others] = message.split('\n')
    const file = (name: string) => join(adapter.folder, `${name}.sql`)
    expect(others).toEqual([])
    const sorted = [org, user, job, share].sort()
    expect(sorted[0]).toMatch(`adapter: ${file('app_user')}: line 2: IO Error: No files found`)
    expect(sorted[1]).toMatch(
      `adapter: ${file('job')}: line 3: Binder Error: Referenced column "no_such_column" not found`,
    )
    expect(sorted[2]).toMatch(`adapter: ${file('job_share')}: line 3: Parser Error: syntax error`)
    expect(sorted[3]).toBe(
      `adapter: ${file('org')}: line 2: column org_id: expected text, got BIGINT; add a cast (::text)`,
    )
  })

  it('names every missing file, table and column, each once, and no column of a missing file', async () => {
    const data = await folderWith({ 'orgs.csv': 'id,name,day\n1,x,2026-01-01\n' })
    const adapter = await workshop.adapter({
      org: `WITH g AS (
  SELECT ghost.id, date_trunc('day', ghost.seen) AS seen, o.lost, lower(trim(o.lost_too)) AS low
  FROM read_csv('ghost.csv', all_varchar = TRUE, types = {'id': 'VARCHAR'}) AS ghost
  JOIN 'orgs.csv' AS o ON o.id = ghost.number AND ghost.seen <= getvariable('as_of')
)
SELECT
  id::VARCHAR AS org_id, low AS name, 'ä😀' || absent AS mail, (SELECT min(happened) FROM 'event.json' WHERE event.id = g.id) AS created_at
FROM g
LEFT JOIN spectre USING (id)
WHERE g.vanished OR absent IS NULL`,
      app_user: `SELECT
  id::VARCHAR AS user_id, 'o' AS org_id, NULL::VARCHAR AS mail, name, 'admin' AS role, flag AS is_active
FROM 'orgs.csv' JOIN 'phantom.parquet' USING (id)`,
    })
    const message = await messageOf(async () => filesSource(adapter, data).open(await workshop.staging(), null))
    const file = (name: string) => join(adapter.folder, `${name}.sql`)
    expect(message.split('\n').sort()).toEqual(
      [
        `adapter: ${file('org')}: line 3: IO Error: No files found that match the pattern "ghost.csv"`,
        `adapter: ${file('org')}: line 2: Binder Error: Table "o" does not have a column named "lost"`,
        `adapter: ${file('org')}: line 2: Binder Error: Table "o" does not have a column named "lost_too"`,
        `adapter: ${file('org')}: line 7: IO Error: No files found that match the pattern "event.json"`,
        `adapter: ${file('org')}: line 9: Catalog Error: Table with name spectre does not exist!`,
        `adapter: ${file('org')}: line 10: Binder Error: Table "g" does not have a column named "vanished"`,
        `adapter: ${file('app_user')}: line 3: IO Error: No files found that match the pattern "phantom.parquet"`,
        `adapter: ${file('app_user')}: line 2: column mail: not in the contract's app_user; remove it`,
        `adapter: ${file('app_user')}: line 1: column email: missing; select it, or null::text where the source has none`,
      ].sort(),
    )
  })

  it('reports a value that a cast refuses without the value', async () => {
    const data = await folderWith({ 'orgs.csv': `id,name\n1,"secret 'person' ""x"" canary"\n` })
    const adapter = await workshop.adapter({
      org: `SELECT id::VARCHAR AS org_id, name, NULL::VARCHAR AS time_zone,\n name::TIMESTAMP AS created_at FROM 'orgs.csv'`,
    })
    const staging = await workshop.staging()
    const snapshot = await filesSource(adapter, data).open(staging, null)
    const message = await messageOf(() => snapshot.land('org', staging))
    expect(message).toContain(`adapter: ${join(adapter.folder, 'org.sql')}: `)
    expect(message).not.toMatch(/secret|person|canary/)
    expect(message).not.toContain('\n')
  })

  it('says that a data folder is not there', async () => {
    const adapter = await workshop.adapter({})
    const missing = join(await workshop.folder(), 'none')
    expect(await messageOf(async () => filesSource(adapter, missing).open(await workshop.staging(), null))).toBe(
      `files: no folder ${missing}`,
    )
  })
})
