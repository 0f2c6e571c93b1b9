import { PGlite } from '@electric-sql/pglite'
import { requiredSourceTables, sourceColumns, type SourceTableName } from 'hirescope/contract'
import { adapterCommand } from 'hirescope/export'
import { rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Workshop } from './sources/adapter-folder.ts'

const check = async (...args: string[]) => {
  const said = { out: '', error: '' }
  const code = await adapterCommand(['check', ...args], {
    live: false,
    out: (text) => (said.out += text),
    error: (text) => (said.error += text),
  })
  return { code, out: said.out.trimEnd().split('\n'), error: said.error.trimEnd().split('\n').filter(Boolean) }
}

/** A SELECT over the table or file `thing`, whose columns have the contract's names, with some of them written otherwise. */
const select = (table: SourceTableName, other: Record<string, string> = {}, end = '') =>
  `SELECT\n${sourceColumns(table)
    .map(({ name, type }) => `  ${other[name] ?? `CAST(NULL AS ${type})`} AS ${name}`)
    .join(',\n')}\nFROM thing${end}`

const good: Record<(typeof requiredSourceTables)[number], Record<string, string>> = {
  org: { org_id: 'id' },
  app_user: { user_id: 'id', org_id: `'1'`, is_active: 'true' },
  job: { job_id: 'id', org_id: `'1'`, title: 'title', status: `'open'`, is_deleted: 'false' },
  candidate: { candidate_id: 'id', org_id: `'1'`, is_deleted: 'false' },
  application: {
    application_id: 'id',
    candidate_id: 'id',
    job_id: 'id',
    applied_at: `CAST('2026-01-02' AS DATE)`,
    stage: `'applied'`,
    outcome: `'active'`,
    is_deleted: 'false',
  },
}

describe('npm run adapter -- check', () => {
  const workshop = new Workshop()
  let files = ''
  let database = ''

  beforeAll(async () => {
    files = await workshop.folder()
    await writeFile(join(files, 'thing.csv'), 'id,title,note\n1,a canary title,x\n2,b,\n3,,y\n')
    database = join(await workshop.folder(), 'database')
    const pglite = await PGlite.create({ dataDir: database })
    await pglite.exec(`CREATE SCHEMA land; CREATE TABLE land.thing (id text, title text, note text);
      INSERT INTO land.thing VALUES ('1', 'a canary title', 'x'), ('2', 'b', NULL), ('3', NULL, 'y')`)
    await pglite.close()
  })
  afterAll(() => workshop.clear())

  const folderOf = async (queries: Partial<Record<SourceTableName, string>> = {}) => {
    const folder = await workshop.folder()
    const all = Object.fromEntries(requiredSourceTables.map((table) => [table, select(table, good[table])]))
    // A title is missing in one row, which is more than may be.
    all.job = select('job', good.job, ' WHERE title IS NOT NULL')
    for (const [table, sql] of Object.entries({ ...all, ...queries }))
      await writeFile(join(folder, `${table}.sql`), sql)
    return folder
  }
  const sources = () => [
    { name: 'files', args: ['--source', files] },
    { name: 'a database', args: ['--source', database, '--schema', 'land'] },
  ]

  it('finds nothing wrong with an adapter that is right, and says what was looked at', async () => {
    const folder = await folderOf()
    for (const { args } of sources()) {
      const { code, out, error } = await check(folder, ...args)
      expect(error).toEqual([])
      expect(out.slice(0, 4)).toEqual([
        'org: 3 rows looked at',
        'app_user: 3 rows looked at',
        'job: 2 rows looked at',
        'job_share: not available, its file is absent',
      ])
      expect(out.at(-1)).toBe(`${folder}: nothing wrong`)
      expect(code).toBe(0)
    }
    expect((await check(folder, '--source', files, '--rows', '2')).out[0]).toBe('org: 2 rows looked at')
  })

  it('reports everything wrong at once: names, columns, types, casts, values and keys, with file and line', async () => {
    const folder = await folderOf({
      org: select('org', { org_id: 'id', name: 'absent' }),
      app_user: `SELECT * FROM nothing`,
      job: select('job', { ...good.job, status: 'note', title: 'title' }),
      job_share: select('job_share', { job_id: 'id', user_id: '1' }).replace(' AS user_id', ' AS user'),
      candidate: select('candidate', { ...good.candidate, candidate_id: `'same'` }),
      application: select('application', { ...good.application, applied_at: 'CAST(title AS TIMESTAMP)' }),
      stage_event: `SELECT\n  1\nFORM thing x y`,
      screening: select('screening', {
        screening_id: 'id',
        candidate_id: `' '`,
        assigned_at: `'2026'`,
        revoked: 'false',
      }),
    })
    for (const { name, args } of sources()) {
      const { code, out, error } = await check(folder, ...args)
      const of = (table: string) =>
        error
          .filter((line) => line.startsWith(`adapter: ${join(folder, `${table}.sql`)}: `))
          .map((line) => line.slice(`adapter: ${join(folder, `${table}.sql`)}: `.length))
      expect(of('org').join(), name).toMatch(/^line 3: .*column "?absent"? /)
      expect(of('app_user').join(), name).toMatch(/^line 1: .*nothing"? does not exist/)
      expect(of('job'), name).toEqual([
        'line 5: column title: 1 of 3 rows have no value, and the contract wants one',
        'line 8: column status: 1 of 3 rows have no value, and the contract wants one',
        'line 8: column status: 2 of 3 rows are none of draft, open, on_hold, closed',
      ])
      expect(of('job_share'), name).toEqual([
        `line 3: column user: not in the contract's job_share; remove it`,
        'line 1: column user_id: missing; select it',
      ])
      expect(of('candidate'), name).toEqual([
        'line 2: column candidate_id: 3 of 3 rows share their key (candidate_id) with another',
      ])
      expect(of('application').join(), name).toMatch(/(?:invalid input syntax for type timestamp|Conversion Error)/)
      expect(of('stage_event').join(), name).toMatch(/^line 3: .*syntax error at or near "(?:y|thing)"/)
      expect(of('screening'), name).toEqual([
        expect.stringMatching(
          /^line 5: column assigned_at: expected timestamp or date, got (?:text|VARCHAR); add a cast/,
        ),
      ])
      expect(error, name).toHaveLength(11)
      expect(error.join(), name).not.toMatch(/canary/)
      expect(out.at(-1), name).toBe(`${folder}: 11 problems`)
      expect(code, name).toBe(1)
    }
  })

  it('reports a required table that is missing, and a file that is of none, with all the rest', async () => {
    const folder = await folderOf({ org: select('org', { org_id: 'id', name: 'absent' }) })
    await writeFile(join(folder, 'orgs.sql'), 'SELECT 1')
    await rm(join(folder, 'application.sql'))
    const { code, out, error } = await check(folder, '--source', files)
    expect(error).toEqual([
      `adapter: ${join(folder, 'orgs.sql')} names no table of the source contract`,
      `adapter: ${folder} lacks application.sql`,
      expect.stringContaining(`${join(folder, 'org.sql')}: line 3: `) as string,
    ])
    expect(out).toContain('application: its file is absent, and it must be there')
    expect(out).toContain('job: 2 rows looked at')
    expect(code).toBe(1)
  })

  it('leaves a few bad rows to the exporter, as the configuration allows', async () => {
    const folder = await folderOf({ job: select('job', good.job) })
    const config = join(await workshop.folder(), 'config.json')
    const settings = { source: { kind: 'files', folder: files }, target: 't', private: 'p', maxRejected: 0.5 }
    await writeFile(config, JSON.stringify(settings))
    expect((await check(folder, '--config', config)).code).toBe(0)
    await writeFile(config, JSON.stringify({ ...settings, maxRejected: 0.01 }))
    expect((await check(folder, '--config', config)).error).toHaveLength(1)
  })

  it('knows the ready-made adapters by name', async () => {
    const { code, error } = await check('greenhouse', '--source', resolve('tests/fixtures/greenhouse'))
    expect({ code, error }).toEqual({ code: 0, error: [] })
  })

  it('says in one line what it cannot do', async () => {
    const folder = await folderOf()
    const failure = async (...args: string[]) => {
      const { code, error } = await check(...args)
      return `${code} ${error.join('\n').replace('adapter check failed: ', '')}`
    }
    expect(await failure(folder)).toBe('2 arguments: give either --source or --config; see --help')
    expect(await failure(folder, 'more', '--source', files)).toBe('2 arguments: expected check <folder>; see --help')
    expect(await failure(folder, '--source', files, '--rows', '0')).toMatch(/--rows must be a whole number from 1$/)
    expect(await failure(folder, '--sauce', files)).toMatch(/^2 arguments: Unknown option '--sauce'/)
    expect(await failure(folder, '--source', join(folder, 'none'))).toMatch(/^3 files: no folder /)
    expect(await failure(join(folder, 'none'), '--source', files)).toMatch(/^2 adapter: no folder /)
  })
})
