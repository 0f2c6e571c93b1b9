import { DuckDBInstance } from '@duckdb/node-api'
import type { BundleTableName, Manifest } from 'hirescope/contract'
import { acquireLock } from 'hirescope/export'
import { createHash } from 'node:crypto'
import { appendFile, cp, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rowsOf } from '../oracle/case.ts'
import { commandCase, eventsOf, named, type CommandCase } from './command-case.ts'

let source: CommandCase
let pristine: string
beforeAll(async () => {
  source = await commandCase(
    rowsOf({
      org: [{}, { org_id: 'p' }],
      app_user: [{}, { user_id: 'editor', role: 'editor' }, { user_id: 'u2', org_id: 'p' }],
      job: [{ owner_user_id: 'editor' }, { job_id: 'j2' }, { job_id: 'j3', org_id: 'p' }],
      candidate: [
        { name: 'Ann', city_raw: 'Oslo' },
        { candidate_id: 'c2', name: 'Bo', city_raw: 'Rome' },
      ],
      application: [
        { outcome: 'hired', outcome_at: '2024-04-01 00:00:00', source: 'Referral' },
        { application_id: 'a2', candidate_id: 'c2', source: 'Site' },
        { application_id: 'a3', candidate_id: 'c2', job_id: 'j2' },
      ],
      resume: [{ overall_score: '7' }, { resume_id: 'r2', candidate_id: 'c2' }],
      resume_skill: [{}, { resume_id: 'r2', skill_raw: 'Zig' }],
      assessment: [{}],
      screening: [{}],
      credit_event: [{}],
      stage_event: [{}],
    }),
  )
  pristine = join(source.folder, 'pristine')
  // Two runs, so that there is a previous manifest.
  for (const names of ['none', 'hired']) expect((await source.run({ names })).code).toBe(0)
  for (const folder of ['target', 'private'])
    await cp(join(source.folder, folder), join(pristine, folder), { recursive: true })
})
afterAll(() => source.remove())

let bundle: string
beforeEach(async () => {
  const { users } = JSON.parse(await readFile(join(source.private, 'o', 'access.json'), 'utf8')) as {
    users: Record<string, string>
  }
  bundle = join(source.target, users.editor ?? '')
})
afterEach(async () => {
  for (const folder of ['target', 'private']) {
    await rm(join(source.folder, folder), { recursive: true })
    await cp(join(pristine, folder), join(source.folder, folder), { recursive: true })
  }
})

/** What the command finds wrong, as `where: what`. */
const faults = async (...flags: string[]): Promise<string[]> => {
  const { code, out, error } = await source.run({}, '--verify', '--json', ...flags)
  const events = eventsOf(out)
  const found = named(events, 'fault_found').map(
    ({ org, scope, fault }) => `${org ?? 'target'}${scope === null ? '' : ` ${scope}`}: ${fault}`,
  )
  expect(out + error).not.toMatch(/[a-z2-7]{52}/)
  expect(code).toBe(found.length ? 1 : 0)
  expect(named(events, 'verified')).toMatchObject([{ faults: found.length }])
  return found
}

/** The one fault there is, of the editor's bundle. */
const only = async () => {
  const found = await faults('--org', 'o')
  const scope = bundle.split('/').at(-2)?.slice(0, 8)
  expect(found).toHaveLength(1)
  expect(found[0]?.startsWith(`o ${scope}: `)).toBe(true)
  return found[0]?.split(`${scope}: `)[1]
}

const manifestPath = () => join(bundle, 'manifest.json')
const readManifest = async () => JSON.parse(await readFile(manifestPath(), 'utf8')) as Manifest
const editManifest = async (edit: (manifest: Manifest) => void) => {
  const manifest = await readManifest()
  edit(manifest)
  await writeFile(manifestPath(), JSON.stringify(manifest))
}

const keep = async (bytes: Buffer, extension: string) => {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const file = `${sha256}.${extension}`
  await writeFile(join(bundle, file), bytes)
  return { file, sha256, bytes: bytes.length }
}

/** Puts other rows into a table of the bundle, as an exporter that is wrong would; nothing else tells of it. */
const plant = async (table: BundleTableName, select: string) => {
  const manifest = await readManifest()
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const old = join(bundle, manifest.tables[table].file)
  const made = join(source.folder, 'made.parquet')
  await connection.run(`CREATE VIEW t AS FROM read_parquet('${old}'); COPY (${select}) TO '${made}' (FORMAT parquet)`)
  const [[rows] = []] = (
    await connection.runAndReadAll(`SELECT count(*)::INTEGER FROM read_parquet('${made}')`)
  ).getRows()
  connection.closeSync()
  instance.closeSync()
  const entry = await keep(await readFile(made), 'parquet')
  await editManifest(({ tables }) => (tables[table] = { ...entry, rows: Number(rows) }))
  const named = JSON.stringify([await readManifest(), await readFile(join(bundle, 'manifest.previous.json'), 'utf8')])
  if (!named.includes(manifest.tables[table].file)) await rm(old)
}

/** Replaces the file of answers or views. */
const replace = async (what: 'answers' | 'views', bytes: Buffer, extension: string) => {
  const { [what]: old } = await readManifest()
  const entry = await keep(bytes, extension)
  await editManifest((manifest) => (manifest[what] = entry))
  const previous = await readFile(join(bundle, 'manifest.previous.json'), 'utf8')
  if (!previous.includes(old.file)) await rm(join(bundle, old.file))
}

describe('--verify', () => {
  it('finds nothing wrong with what was published, and writes nothing', async () => {
    const tree = async (folder: string) => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      const paths = entries.map(({ parentPath, name }) => join(parentPath, name)).sort()
      return Promise.all(paths.map(async (path) => [path, (await stat(path)).mtimeMs]))
    }
    const before = [await tree(source.target), await tree(source.private)]
    const { code, out, error } = await source.run({}, '--verify')
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toMatch(/^org o: 2 scopes, \d+ files, \d+ rows, [\d,]+ bytes: 0 faults$/m)
    expect(out).toMatch(/\nverified 2 orgs, 3 scopes, \d+ rows: 0 faults\n$/)
    expect([await tree(source.target), await tree(source.private)]).toEqual(before)
  })

  it('lists everything that is wrong at once, of all organisations or those asked for', async () => {
    await editManifest((manifest) => (manifest.scope.jobs = 7))
    await appendFile(join(bundle, (await readManifest()).tables.jobs.file), 'x')
    await writeFile(join(source.target, 'p', 'notes.txt'), 'x')
    await writeFile(join(source.target, 'index.html'), 'x')
    const found = await faults()
    expect(found).toHaveLength(3)
    expect(await faults('--org', 'o')).toHaveLength(1)
    expect(await faults('--org', 'p')).toEqual(['p: stray: "notes.txt" is no bundle'])
    const { code } = await source.run({}, '--verify', '--org', 'nobody')
    expect(code).toBe(2)
    await rm(source.target, { recursive: true })
    await rm(source.private, { recursive: true })
    expect((await source.run({}, '--verify')).code).toBe(4)
    await cp(pristine, source.folder, { recursive: true })
  })
})

describe('--verify finds that', () => {
  it('a file is gone', async () => {
    await rm(join(bundle, (await readManifest()).tables.rollup_job.file))
    expect(await only()).toMatch(/^rollup_job: file [0-9a-f]{8}….parquet is not there$/)
  })

  it('a file has another size', async () => {
    await appendFile(join(bundle, (await readManifest()).tables.rollup_job.file), 'x')
    expect(await only()).toMatch(/^rollup_job: file .* has \d+ bytes, the manifest says \d+$/)
  })

  it('a file has other bytes', async () => {
    const file = join(bundle, (await readManifest()).tables.rollup_job.file)
    const bytes = await readFile(file)
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(file, bytes)
    expect(await only()).toMatch(/^rollup_job: file .* its SHA-256 is not that of the manifest$/)
  })

  it('a file is not named by its hash', async () => {
    const { file } = (await readManifest()).tables.rollup_job
    const other = `${'0'.repeat(64)}.parquet`
    await rename(join(bundle, file), join(bundle, other))
    await editManifest(({ tables }) => (tables.rollup_job.file = other))
    expect(await only()).toMatch(/^rollup_job: file 00000000….parquet: its name is not its SHA-256$/)
  })

  it('a file of the previous dataset is gone or has other bytes', async () => {
    const now = await readFile(manifestPath(), 'utf8')
    const previous = await readFile(join(bundle, 'manifest.previous.json'), 'utf8')
    const [file = ''] = previous.match(/[0-9a-f]{64}\.parquet/g)?.filter((each) => !now.includes(each)) ?? []
    await appendFile(join(bundle, file), 'x')
    expect(await only()).toMatch(/^manifest.previous.json: file .* its SHA-256 is not that of its name$/)
    await rm(join(bundle, file))
    expect(await only()).toMatch(/^manifest.previous.json: file .* is not there$/)
  })

  it('a table has another number of rows than the manifest says', async () => {
    await editManifest(({ tables }) => (tables.applications.rows += 1))
    expect(await faults()).toContainEqual(expect.stringMatching(/applications: 2 rows, the manifest says 3$/))
  })

  it.each([
    ['is missing', 'SELECT * EXCLUDE title FROM t', /^jobs: column 3: expected title VARCHAR, got title_rank INTEGER$/],
    ['is too many', 'SELECT *, 1 AS more FROM t', /^jobs: column 10: expected no column, got more INTEGER$/],
    [
      'has another type',
      'SELECT * REPLACE (title_rank::BIGINT AS title_rank) FROM t',
      /^jobs: column 4: expected title_rank INTEGER, got title_rank BIGINT$/,
    ],
  ])('a column %s', async (_, select, expected) => {
    await plant('jobs', select)
    expect(await only()).toMatch(expected)
  })

  it('a file is no Parquet', async () => {
    const entry = await keep(Buffer.from('not Parquet'), 'parquet')
    await editManifest(({ tables }) => (tables.source_ids_resumes = { ...entry, rows: 2 }))
    expect((await faults()).join('\n')).toMatch(/source_ids_resumes: file .* is no Parquet file that can be read/)
  })

  /** What else is wrong in the rows of a table: said, planted and found. Those of one round are planted together. */
  const plants: [what: string, table: BundleTableName, select: string, fault: string][][] = [
    [
      [
        'a row hangs on a job that the scope does not see',
        'applications',
        'SELECT * REPLACE (CASE application_key WHEN 1 THEN 1 ELSE job_key END AS job_key) FROM t',
        'applications: 1 rows have a job_key that is not in jobs',
      ],
      [
        'a row hangs on an application that is not there',
        'stage_events',
        'SELECT * REPLACE (5::INTEGER AS application_key) FROM t',
        'stage_events: 1 rows have an application_key that is not in applications',
      ],
      [
        'a row hangs on a candidate who is not there',
        'source_ids_candidates',
        `FROM t UNION ALL SELECT 7::INTEGER, 'hidden'`,
        'source_ids_candidates: 1 rows have a candidate_key that is not in candidates',
      ],
      [
        'an assessment hangs on an application that is not there',
        'assessments',
        'SELECT * REPLACE (9::INTEGER AS pair_key) FROM t',
        'assessments: 1 rows have a pair_key that is not in applications',
      ],
      [
        'a screening hangs on an application that is not there',
        'screenings',
        'SELECT * REPLACE (9::INTEGER AS pair_key) FROM t',
        'screenings: 1 rows have a pair_key that is not in applications',
      ],
      [
        'credits hang on a job that the scope does not see',
        'credit_events',
        'SELECT * REPLACE (1::INTEGER AS job_key) FROM t',
        'credit_events: 1 rows have a job_key that is not in jobs',
      ],
      [
        'a city is named by nobody in the bundle',
        'cities',
        `FROM t UNION ALL SELECT 2::INTEGER, 'Hidden'`,
        'cities: 1 rows are used by nothing in the bundle',
      ],
      [
        'a skill is listed by nobody in the bundle',
        'skills',
        `FROM t UNION ALL SELECT 2::INTEGER, 'Hidden'`,
        'skills: 1 rows are used by nothing in the bundle',
      ],
      [
        'a source is used by nobody in the bundle',
        'sources',
        `FROM t UNION ALL SELECT 2::INTEGER, 'Hidden'`,
        'sources: 1 rows are used by nothing in the bundle',
      ],
      [
        'a service is used by nothing in the bundle',
        'codes',
        `FROM t UNION ALL SELECT 'service', 1::SMALLINT, 'Hidden'`,
        'codes: 1 rows are used by nothing in the bundle',
      ],
      [
        'a candidate applied to no job of the scope',
        'candidates',
        'FROM t UNION ALL SELECT 2::INTEGER, NULL, NULL, NULL',
        'candidates: 1 rows are used by nothing in the bundle',
      ],
      [
        'a value that must be there is null',
        'jobs',
        'SELECT * REPLACE (NULL::VARCHAR AS status) FROM t',
        'jobs: 1 rows have no status',
      ],
    ],
    [
      [
        'a skill is not named',
        'skills',
        'SELECT * FROM t WHERE skill_key = 0',
        'applications: 1 rows list a skill that is not in skills',
      ],
      [
        'keys have a gap, which would tell of what is elsewhere',
        'cities',
        'SELECT * REPLACE (3 * city_key AS city_key) FROM t',
        'cities: 1 rows have a city_key that is not one of 0, 1, 2 …, each once',
      ],
      [
        'a name is there that may not be',
        'candidates',
        `SELECT * REPLACE (coalesce(name, 'Bo') AS name) FROM t`,
        'candidates: 1 rows have a name and were not hired, and names are hired',
      ],
      [
        'an answer is not what the tables give',
        'rollup_job',
        'SELECT * REPLACE (CASE job_key WHEN -1 THEN applicants + 1 ELSE applicants END AS applicants) FROM t',
        'answers: total-applicants is not what the tables give',
      ],
      [
        'the jobs are those of another scope',
        'jobs',
        `SELECT * REPLACE ('j2' AS job_id) FROM t`,
        'jobs: they are not the jobs of this scope',
      ],
    ],
    [
      [
        'a rollup is not what the rows give',
        'rollup_job',
        'SELECT * REPLACE (CASE job_key WHEN 0 THEN applicants + 1 ELSE applicants END AS applicants) FROM t',
        'rollup_job: 2 rows are not what the rows of the other tables give',
      ],
      [
        'an id is there of who was not hired',
        'candidates',
        `SELECT * REPLACE (coalesce(candidate_id, 'c2') AS candidate_id) FROM t`,
        'candidates: 1 rows have an id and were not hired',
      ],
    ],
  ]
  it.each(plants.map((round) => [round.map(([what]) => what).join('; '), round] as const))('%s', async (_, round) => {
    for (const [, table, select] of round) await plant(table, select)
    const scope = bundle.split('/').at(-2)?.slice(0, 8)
    const found = await faults('--org', 'o')
    for (const [, , , fault] of round) expect(found).toContain(`o ${scope}: ${fault}`)
  })

  it('names are there, and names are none', async () => {
    await editManifest((manifest) => (manifest.names = 'none'))
    const found = (await faults()).join('\n')
    expect(found).toContain('candidates: 1 rows have a name, and names are none')
    expect(found).toContain('rollup_job: 2 rows have a name, and names are none')
  })

  it('rows are there of a table that the source does not have', async () => {
    await editManifest(({ source_tables }) => (source_tables.assessment = false))
    expect((await faults()).join('\n')).toContain('assessments: 1 rows are there, and the source had no assessment')
  })

  it('an answer was changed', async () => {
    const { answers } = await readManifest()
    const text = gunzipSync(await readFile(join(bundle, answers.file))).toString()
    const changed = text.replace('"total_applicants":2', '"total_applicants":3')
    expect(changed).not.toBe(text)
    await replace('answers', gzipSync(changed), 'json.gz')
    expect((await faults()).join('\n')).toMatch(/answers: (total-applicants|details) is not what the tables give/)
    await replace('answers', gzipSync('{}'), 'json.gz')
    expect(await only()).toMatch(/^answers: total-applicants: /)
    await replace('answers', Buffer.from('x'), 'json.gz')
    expect(await only()).toBe('answers: not JSON in gzip')
  })

  it('views.sql was changed', async () => {
    await replace('views', Buffer.from('SELECT 1;'), 'sql')
    expect(await only()).toBe('views: views.sql is not what this version writes; export anew')
  })

  it('a manifest is not as the contract says, or of another place', async () => {
    await editManifest((manifest) => (manifest.scope.jobs = 2))
    expect(await only()).toBe('jobs: 1 jobs, the manifest says 2')
    await editManifest((manifest) => (manifest.scope.jobs = 1))
    await editManifest((manifest) => (manifest.org.id = 'p'))
    expect((await faults()).join('\n')).toContain('manifest.json: org: not that of the folder')
    await editManifest((manifest) => (manifest.org.id = 'o'))
    await editManifest((manifest) => (manifest.scope.id = 'x'))
    expect((await faults()).join('\n')).toContain('manifest.json: scope: not that of the folder')
    await editManifest((manifest) => Object.assign(manifest, { week_start: 'friday' }))
    expect(await only()).toMatch(/^manifest.json: week_start: /)
    await writeFile(manifestPath(), '<html>')
    expect((await faults()).join('\n')).toContain('manifest.json: not JSON')
  })

  it('an access map leads to no bundle, or nowhere to one that is published, or is not there', async () => {
    const path = join(source.private, 'o', 'access.json')
    const access = JSON.parse(await readFile(path, 'utf8')) as { users: Record<string, string> }
    const { editor, ...others } = access.users
    const elsewhere = `o/${'a'.repeat(52)}/`
    await writeFile(path, JSON.stringify({ ...access, users: { ...others, editor: elsewhere } }))
    const scope = editor?.slice(2, 10)
    expect(await faults()).toEqual([
      `o ${scope}: published, and access.json has nobody who sees it`,
      'o aaaaaaaa: access.json: 1 entries lead to it, and no bundle is there',
    ])
    await writeFile(path, '{ "users": 1 }')
    expect((await faults()).join('\n')).toMatch(/^o: private: .*access\.json is damaged/)
    await rm(path)
    expect(await faults()).toEqual(['o: access.json is not there, so nobody is known to see its bundles'])
  })

  it('the secret is gone or another one', async () => {
    await rm(join(source.private, 'secret'))
    expect(await faults()).toEqual([
      'target: the private folder has no secret, so that jobs cannot be held against their scope',
    ])
    await writeFile(join(source.private, 'secret'), '0'.repeat(64))
    expect(await faults()).toHaveLength(3)
  })

  it('files lie about that nothing names, but not while the organisation is exported', async () => {
    await writeFile(join(bundle, `${'0'.repeat(64)}.parquet`), 'x')
    expect(await only()).toBe('1 stray files that no manifest names, 0000000000000000… for one')
    const lock = await acquireLock(join(source.private, 'o', 'lock'))
    expect(await faults()).toEqual([])
    await lock.release()
    await rm(join(bundle, `${'0'.repeat(64)}.parquet`))
    await mkdir(join(source.target, 'o', 'b'.repeat(52)))
    await writeFile(join(source.target, 'o', 'b'.repeat(52), `${'0'.repeat(64)}.parquet`), 'x')
    await mkdir(join(source.target, 'elsewhere'))
    expect(await faults()).toEqual([
      'target: stray: "elsewhere" is no organisation',
      'o bbbbbbbb: files without a manifest',
    ])
  })
})
