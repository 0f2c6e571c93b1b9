import type { SourceRow, SourceRows } from 'hirescope/contract'
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { mkdir, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rowsOf } from '../oracle/case.ts'
import { commandCase, eventsOf, named, type CommandCase } from './command-case.ts'

const rows = (editors: Partial<SourceRow<'app_user'>>[] = [{ user_id: 'editor', role: 'editor' }]): SourceRows =>
  rowsOf({
    org: [{}, { org_id: 'p' }],
    app_user: [{}, ...editors, { user_id: 'u2', org_id: 'p' }],
    job: [{ owner_user_id: 'editor' }, { job_id: 'j2' }, { job_id: 'j3', org_id: 'p' }],
    candidate: [{}, { candidate_id: 'c2' }],
    application: [{}, { application_id: 'a2', candidate_id: 'c2', job_id: 'j2' }, { application_id: 'a3' }],
  })

let source: CommandCase
beforeEach(async () => {
  source = await commandCase(rows())
})
afterEach(() => source.remove())

/** Every path below a folder with its time and what is in it. */
const treeOf = async (folder: string) => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const tree = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name)
    const { mtimeMs, ino } = await stat(path)
    return [
      path,
      ino,
      mtimeMs,
      entry.isFile() &&
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
    ]
  })
  return (await Promise.all(tree)).sort()
}

const lenient = { maxRejected: 1 }

describe('--dry-run', () => {
  it('says what would be read and written before the first run, and leaves no trace', async () => {
    await source.config(lenient)
    const before = await treeOf(source.folder)
    const { code, out, error } = await source.run(lenient, '--dry-run')
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect((await readdir(source.folder)).sort()).toEqual(['adapter', 'config.json', 'data'])
    const withoutConfig = (tree: unknown[][]) => tree.filter(([path]) => !String(path).endsWith('config.json'))
    expect(withoutConfig(await treeOf(source.folder))).toEqual(withoutConfig(before))
    for (const line of [
      'org: 2 rows',
      'application: 3 rows',
      'resume: not available',
      'org o: 2 scopes for 2 users: 2 new, 0 changed, 0 there already, 0 to retire',
      '  1 jobs, 1 users: new',
      '  2 jobs, 1 users: new',
      'org p: 1 scopes for 1 users: 1 new, 0 changed, 0 there already, 0 to retire',
      'as of 2026-01-01 00:00:00.000000 UTC: 2 of 2 orgs would be published, 3 scopes; nothing was written',
    ])
      expect(out.split('\n')).toContain(line)
  })

  it('compares with what is published, and changes nothing of it', async () => {
    await source.run(lenient)
    await source.rows(
      rows([
        { user_id: 'editor', role: 'editor', is_active: false },
        { user_id: 'new', role: 'other' },
      ]),
    )
    const before = { target: await treeOf(source.target), own: await treeOf(source.private) }
    const { code, out } = await source.run(lenient, '--dry-run', '--json')
    expect(code).toBe(0)
    const planned = named(eventsOf(out), 'org_planned')
    expect(planned).toMatchObject([
      { org: 'o', scopes: 2, users: 2, new: 1, changed: 0, there: 1, retired: 1 },
      { org: 'p', scopes: 1, users: 1, new: 0, changed: 0, there: 1, retired: 0 },
    ])
    const others = await source.run({ ...lenient, orgs: { p: { weekStart: 'sunday' } } }, '--dry-run', '--json')
    expect(named(eventsOf(others.out), 'org_planned')[1]).toMatchObject({ org: 'p', changed: 1, there: 0 })
    const names = await source.run(lenient, '--dry-run', '--json', '--names', 'none', '--org', 'o')
    expect(named(eventsOf(names.out), 'org_planned')).toMatchObject([{ org: 'o', new: 1, changed: 1, there: 0 }])
    expect(names.out).not.toMatch(/[a-z2-7]{52}/)
    expect({ target: await treeOf(source.target), own: await treeOf(source.private) }).toEqual(before)

    // What it foretells comes true.
    const run = await source.run(lenient, '--json')
    expect(named(eventsOf(run.out), 'org_published').map(({ org, scopes }) => [org, scopes])).toEqual([
      ['o', 2],
      ['p', 1],
    ])
  })

  it('checks the SELECTs, the limits and the orgs as an export does, with its exit codes', async () => {
    expect((await source.run({ ...lenient, orgs: { gone: {} } }, '--dry-run')).code).toBe(1)
    expect((await source.run(lenient, '--dry-run', '--org', 'gone')).code).toBe(2)
    expect((await source.run({ source: { kind: 'files', folder: '/nowhere' } }, '--dry-run')).code).toBe(3)
    await source.rows({
      ...rows(),
      job: [...(rows().job ?? []), ...(rowsOf({ job: [{ job_id: 'x', title: ' ' }] }).job ?? [])],
    })
    const refused = await source.run({}, '--dry-run')
    expect(refused.code).toBe(1)
    expect(refused.out).toMatch(/^org o: would fail: job: 1 of 3 rows rejected/m)
    expect(refused.out).toContain('1 of 2 orgs would be published')
    await writeFile(join(source.folder, 'adapter', 'application.sql'), 'SELECT 1 AS application_id')
    const wrong = await source.run(lenient, '--dry-run')
    expect(wrong.code).toBe(2)
    expect(wrong.error).toMatch(/application\.sql/)
    expect((await readdir(source.folder)).sort()).toEqual(['adapter', 'config.json', 'data'])
  })

  it('asks a PostgreSQL server for its own reckoning of the big tables', async () => {
    const database = join(source.folder, 'database')
    await mkdir(database)
    const pglite = await PGlite.create({ dataDir: database })
    await pglite.exec(`CREATE TABLE person AS SELECT n::text AS id FROM generate_series(1, 5000) AS n; ANALYZE person`)
    await pglite.close()
    const adapter = join(source.folder, 'adapter')
    for (const [table, sql] of Object.entries({
      org: `SELECT 'o' AS org_id, 'O' AS name, NULL AS time_zone, NULL::timestamp AS created_at`,
      app_user: `SELECT 'u' AS user_id, 'o' AS org_id, NULL AS email, NULL AS name, 'admin' AS role, true AS is_active`,
      job: `SELECT 'j' AS job_id, 'o' AS org_id, NULL AS owner_user_id, 'Cook' AS title, NULL AS department, NULL AS location_raw,
        'open' AS status, NULL::timestamp AS created_at, NULL::timestamp AS closed_at, false AS is_deleted`,
      candidate: `SELECT id AS candidate_id, 'o' AS org_id, NULL AS name, NULL AS city_raw, NULL::timestamp AS created_at,
        NULL AS merged_into_id, false AS is_deleted FROM person`,
      application: `SELECT id AS application_id, id AS candidate_id, 'j' AS job_id, timestamp '2024-01-01' AS applied_at, NULL AS source,
        'applied' AS stage, 'active' AS outcome, NULL::timestamp AS outcome_at, false AS is_deleted FROM person`,
    }))
      await writeFile(join(adapter, `${table}.sql`), sql)
    const { code, out, error } = await source.run({ source: { kind: 'pglite', folder: database } }, '--dry-run')
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toContain('\njob: 1 rows\n')
    expect(out).toContain('\ncandidate: about 5,000 rows\n')
    expect(out).toContain('org o: 1 scopes for 1 users: 1 new')
  })

  it('excludes what else can be asked for instead of an export', async () => {
    const { code, error } = await source.run(lenient, '--dry-run', '--rollback', 'o')
    expect(code).toBe(2)
    expect(error).toContain('--rollback and --dry-run exclude each other')
  })
})
