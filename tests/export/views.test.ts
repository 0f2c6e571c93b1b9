import { createDuckDB, NODE_RUNTIME, VoidLogger } from '@duckdb/duckdb-wasm/blocking'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import {
  bundleColumns,
  bundleDescription,
  bundleTableNames,
  manifest as manifestSchema,
  type BundleTableName,
  type Manifest,
} from 'hirescope/contract'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { initSync, readParquet } from 'parquet-wasm/esm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rowsOf } from '../oracle/case.ts'
import { writeRows } from '../oracle/index.ts'
import { exportInto } from '../truth/exported.ts'

// Asha was hired as a Cook; Bela's second application is to the hidden job of a Driver.
const rows = rowsOf({
  org: [{ time_zone: 'Asia/Kolkata' }],
  app_user: [
    { email: 'canary@example.org', name: 'Canary User' },
    { user_id: 'editor', email: 'canary@example.org', role: 'editor' },
  ],
  job: [
    { owner_user_id: 'editor', department: 'Kitchen' },
    { job_id: 'hidden', title: 'Driver' },
  ],
  candidate: [
    { candidate_id: 'c1', name: 'Asha', city_raw: 'pune' },
    { candidate_id: 'c2', name: 'Bela' },
    { candidate_id: 'c3', name: 'Chen' },
  ],
  application: [
    {
      application_id: 'b',
      candidate_id: 'c1',
      stage: 'offer',
      outcome: 'hired',
      source: 'Fair',
      outcome_at: '2024-04-01 00:00:00.25',
    },
    { application_id: 'aa', candidate_id: 'c2', applied_at: '2024-03-01 20:00:00' },
    { application_id: 'h', candidate_id: 'c2', job_id: 'hidden', outcome: 'hired' },
    { application_id: 'i', candidate_id: 'c3', job_id: 'hidden' },
  ],
  stage_event: [{ application_id: 'b', stage: 'interview', occurred_at: '2024-03-02 00:00:00' }],
  resume: [{ candidate_id: 'c1', created_at: '2024-02-29 23:59:59.9', city_raw: 'Pune', overall_score: '7.425' }],
  resume_skill: [{}],
  assessment: [
    { candidate_id: 'c1', assigned_at: '2024-03-03 00:00:00', completed_at: '2024-03-04 00:00:01', score_pct: '87.5' },
  ],
  screening: [{ candidate_id: 'c2', revoked: true }],
  credit_event: [{ credits: '1.25' }],
})

/** The visible applications as a bundle holds them: shorter ids first. */
const naturally = ['b', 'aa']

let folder: string
let connection: DuckDBConnection
let instance: DuckDBInstance
/** By setting of names: the editor's bundle. */
const bundles = new Map<Manifest['names'], string>()

const manifestOf = async (names: Manifest['names'] = 'hired') =>
  manifestSchema.parse(JSON.parse(await readFile(join(bundles.get(names) ?? '', 'manifest.json'), 'utf8')))
const fileOf = async (table: BundleTableName, names: Manifest['names'] = 'hired') =>
  join(bundles.get(names) ?? '', (await manifestOf(names)).tables[table].file)
const viewsOf = async () => readFile(join(bundles.get('hired') ?? '', (await manifestOf()).views.file), 'utf8')
const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hirescope-views-'))
  const { adapterFolder, dataFolder } = await writeRows(rows, folder)
  for (const names of ['none', 'hired', 'all'] as const) {
    const exported = await exportInto(
      {
        source: { kind: 'files', folder: dataFolder },
        adapter: adapterFolder,
        asOf: '2026-01-01T00:00:00Z',
        threads: 1,
        names,
      },
      join(folder, names),
    )
    bundles.set(names, (await exported.bundleOf('o', 'editor')) ?? '')
  }
  instance = await DuckDBInstance.create(':memory:')
  connection = await instance.connect()
})
afterAll(async () => {
  connection.closeSync()
  instance.closeSync()
  await rm(folder, { recursive: true, force: true })
})

describe('views.sql', () => {
  beforeAll(async () => {
    for (const table of bundleTableNames)
      await connection.run(`CREATE TABLE ${table} AS FROM read_parquet('${await fileOf(table)}')`)
    await connection.run(await viewsOf())
  })

  it('comments every table that is loaded, every column of it and every view', async () => {
    const comments = await ask(`SELECT table_name AS name, comment FROM duckdb_tables() WHERE schema_name = 'main'
      AND table_name NOT LIKE 'source_ids_%' ORDER BY name`)
    const described = bundleTableNames.filter((table) => !table.startsWith('source_ids_')).sort()
    expect(comments).toEqual(described.map((name) => ({ name, comment: bundleDescription(name) })))
    for (const table of described)
      expect(
        await ask(`SELECT column_name AS name, comment FROM duckdb_columns() WHERE table_name = '${table}'`),
      ).toEqual(bundleColumns(table).map(({ name, description }) => ({ name, comment: description })))
    expect(await ask(`SELECT view_name FROM duckdb_views() WHERE NOT internal AND coalesce(comment, '') = ''`)).toEqual(
      [],
    )
  })

  it('has a view of every table of records, and every view selects', async () => {
    const views = await ask(`SELECT view_name AS name FROM duckdb_views() WHERE NOT internal ORDER BY name`)
    expect(views.map(({ name }) => name)).toEqual([
      'v_applications',
      'v_assessments',
      'v_candidates',
      'v_credit_events',
      'v_jobs',
      'v_resume_skills',
      'v_resumes',
      'v_screenings',
      'v_stage_events',
    ])
    // Skills stand on the application of who has one résumé, else on the résumé.
    const skills = `(SELECT unnest(skills) FROM applications UNION ALL SELECT unnest(skills) FROM resumes)`
    for (const { name } of views) {
      const table = name === 'v_resume_skills' ? skills : String(name).slice(2)
      const [{ n: inView } = {}] = await ask(`SELECT count(*)::INTEGER AS n FROM ${String(name)}`)
      const [{ n: inTable } = {}] = await ask(`SELECT count(*)::INTEGER AS n FROM ${table}`)
      expect({ name, rows: inView }).toEqual({ name, rows: inTable })
    }
  })

  it('says by name what the tables say by key and code', async () => {
    expect(
      await ask(
        `SELECT candidate_key, job_title, source, stage, outcome, applied_on, applied_at, outcome_at, city, score
        FROM v_applications ORDER BY 1`,
      ),
    ).toEqual([
      {
        candidate_key: 0,
        job_title: 'Cook',
        source: 'Fair',
        stage: 'offer',
        outcome: 'hired',
        applied_on: '2024-03-01',
        applied_at: '2024-03-01 00:00:00',
        outcome_at: '2024-04-01 00:00:00',
        city: 'Pune',
        score: 7,
      },
      {
        candidate_key: 1,
        job_title: 'Cook',
        source: null,
        stage: 'applied',
        outcome: 'active',
        applied_on: '2024-03-02',
        applied_at: '2024-03-01 20:00:00',
        outcome_at: null,
        city: null,
        score: null,
      },
    ])
    // Each spelling occurs once: the first by code point.
    expect(await ask('SELECT candidate_key, candidate_id, name, city FROM v_candidates ORDER BY 1')).toEqual([
      { candidate_key: 0, candidate_id: 'c1', name: 'Asha', city: 'Pune' },
      { candidate_key: 1, candidate_id: null, name: null, city: null },
    ])
    expect(await ask('SELECT candidate_key, job_id, city, score, score_exact, created_at FROM v_resumes')).toEqual([
      { candidate_key: 0, job_id: 'j', city: 'Pune', score: 7, score_exact: 7.425, created_at: '2024-02-29 23:59:59' },
    ])
    expect(await ask('SELECT candidate_key, skill FROM v_resume_skills')).toEqual([{ candidate_key: 0, skill: 'SQL' }])
    expect(await ask('SELECT candidate_key, score_percent, assigned_at, completed_at FROM v_assessments')).toEqual([
      {
        candidate_key: 0,
        score_percent: 87.5,
        assigned_at: '2024-03-03 00:00:00',
        completed_at: '2024-03-04 00:00:01',
      },
    ])
    expect(await ask('SELECT candidate_key, revoked FROM v_screenings')).toEqual([{ candidate_key: 1, revoked: true }])
    expect(await ask('SELECT job_id, service, credits, occurred_at FROM v_credit_events')).toEqual([
      { job_id: 'j', service: 'parsing', credits: 1.25, occurred_at: '2024-03-01 00:00:00' },
    ])
    expect(await ask('SELECT application_key, seq, stage, outcome, occurred_at FROM v_stage_events')).toEqual([
      { application_key: 1, seq: 1, stage: 'interview', outcome: 'active', occurred_at: '2024-03-02 00:00:00' },
    ])
    expect(await ask('SELECT job_id, title, department FROM v_jobs')).toEqual([
      { job_id: 'j', title: 'Cook', department: 'Kitchen' },
    ])
  })

  it('makes the same views in DuckDB-WASM', async () => {
    // The engine port runs questions alone, and gives their rows only: the views are made beside it.
    const { resolve } = createRequire(import.meta.url)
    initSync({ module: await readFile(resolve('parquet-wasm/esm/parquet_wasm_bg.wasm')) })
    const files = { mainModule: resolve('@duckdb/duckdb-wasm/dist/duckdb-eh.wasm'), mainWorker: '' }
    const bindings = await createDuckDB({ mvp: files, eh: files }, new VoidLogger(), NODE_RUNTIME)
    await bindings.instantiate(() => {})
    bindings.open({})
    const wasm = bindings.connect()
    wasm.query('SET autoload_known_extensions = false')
    for (const table of bundleTableNames) {
      const stream = readParquet(await readFile(await fileOf(table))).intoIPCStream()
      wasm.insertArrowFromIPCStream(stream, { name: table, create: true })
    }
    wasm.query(await viewsOf())
    const views = await ask(`SELECT view_name AS name FROM duckdb_views() WHERE NOT internal`)
    expect(views.length).toBeGreaterThan(0)
    for (const { name } of views) {
      const sql = `SELECT CAST(t AS VARCHAR) AS row FROM ${String(name)} AS t ORDER BY 1`
      const rows = wasm.query(sql).toArray() as { row: string }[]
      expect(rows.map(({ row }) => ({ row }))).toEqual(await ask(sql))
    }
    const commented = `SELECT count(*)::INTEGER AS n FROM duckdb_columns() WHERE schema_name = 'main' AND comment <> ''`
    const [count] = wasm.query(commented).toArray() as { n: number }[]
    expect({ n: count?.n }).toEqual((await ask(commented))[0])
    wasm.close()
  })
})

describe('a Parquet file', () => {
  it('has exactly the columns of the contract, of types that need no extension, and describes them', async () => {
    for (const table of bundleTableNames) {
      const file = await fileOf(table)
      const columns = await ask(
        `SELECT column_name AS name, column_type AS type FROM (DESCRIBE FROM read_parquet('${file}'))`,
      )
      expect(columns).toEqual(bundleColumns(table).map(({ name, type }) => ({ name, type })))
      for (const { type } of columns)
        expect(type).toMatch(/^(BOOLEAN|TINYINT|SMALLINT|INTEGER(\[\])?|BIGINT|VARCHAR|TIMESTAMP|DATE)$/)
      const metadata = await ask(
        `SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata('${file}')`,
      )
      const said = new Map(metadata.map(({ key, value }) => [String(key), String(value)]))
      expect(said.get('hirescope')).toBe('contract 2')
      expect(said.get('description')).toBe(bundleDescription(table))
      expect(JSON.parse(said.get('columns') ?? '')).toEqual(
        Object.fromEntries(bundleColumns(table).map(({ name, description }) => [name, description])),
      )
    }
  })

  it('is written with zstd and the encodings of version 2', async () => {
    const found = new Set<unknown>()
    for (const table of bundleTableNames)
      for (const { compression, encodings } of await ask(
        `SELECT DISTINCT compression, encodings FROM parquet_metadata('${await fileOf(table)}')`,
      )) {
        expect(compression).toBe('ZSTD')
        for (const encoding of String(encodings).split(', ')) found.add(encoding)
      }
    expect([...found]).toContain('DELTA_BINARY_PACKED')
    // Version 1 would say so of a dictionary.
    expect([...found]).not.toContain('PLAIN_DICTIONARY')
  })

  it('has keys without a gap, and its rows in their order or in the natural order of source ids', async () => {
    for (const table of bundleTableNames) {
      const [{ name } = { name: '' }] = bundleColumns(table)
      const values = (await ask(`SELECT ${name} AS value FROM read_parquet('${await fileOf(table)}')`)).map(
        ({ value }) => value as string | number,
      )
      const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
      const references = ['stage_events', 'source_ids_stage_events', 'codes']
      if (!references.includes(table) && !table.startsWith('rollup_'))
        expect(sorted).toEqual(values.map((_, index) => index))
      if (['jobs', 'cities', 'skills', 'sources', 'codes', 'rollup_job'].includes(table)) expect(values).toEqual(sorted)
    }
    expect(await ask(`SELECT application_id FROM read_parquet('${await fileOf('source_ids_applications')}')`)).toEqual(
      naturally.map((application_id) => ({ application_id })),
    )
    expect(await ask(`SELECT application_key FROM read_parquet('${await fileOf('applications')}')`)).toEqual(
      naturally.map((id) => ({ application_key: [...naturally].sort().indexOf(id) })),
    )
  })
})

describe('privacy', () => {
  /** Everything that the bundle says, and its bytes. */
  const allOf = async (names: Manifest['names']) => {
    const bundle = bundles.get(names) ?? ''
    const { answers } = await manifestOf(names)
    const texts = [gunzipSync(await readFile(join(bundle, answers.file))).toString()]
    for (const table of bundleTableNames)
      texts.push(JSON.stringify(await ask(`FROM read_parquet('${await fileOf(table, names)}')`)))
    for (const file of await readdir(bundle)) texts.push((await readFile(join(bundle, file))).toString('latin1'))
    return texts.join('\n')
  }

  it.each([
    ['none', []],
    ['hired', ['Asha']],
    ['all', ['Asha', 'Bela']],
  ] as const)('with names: %s the names of %j are there, and no e-mail, user or hidden job', async (names, there) => {
    expect(
      await ask(`SELECT name FROM read_parquet('${await fileOf('candidates', names)}') WHERE name IS NOT NULL`),
    ).toEqual(there.map((name) => ({ name })))
    const text = await allOf(names)
    for (const name of ['Asha', 'Bela', 'Chen'])
      expect(text.includes(name)).toBe((there as readonly string[]).includes(name))
    expect(text).not.toMatch(/canary|@example|Driver|"hidden"|"c3"/i)
    expect((await manifestOf(names)).names).toBe(names)
  })
})
