import { PGlite } from '@electric-sql/pglite'
import { openFolder } from 'hirescope/engine/native'
import { sourceTableNames, type SourceTableName } from 'hirescope/contract'
import { readAdapter, type Source } from 'hirescope/export'
import { metrics, run } from 'hirescope/metrics'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fillPglite, generateDemo } from '../../src/demo/index.ts'
import { filesSource } from '../../src/export/sources/files.ts'
import { pgliteSource } from '../../src/export/sources/pglite.ts'
import { rowsSql } from '../demo/hostile-rows.ts'
import { exportInto } from '../truth/exported.ts'
import { contractLines } from './contract-lines.ts'
import { messageOf, Workshop } from './sources/adapter-folder.ts'

const seeds = resolve('../shared/data/fivetran-greenhouse')
const invented = resolve('tests/fixtures/greenhouse')
const adapters = resolve('src/export/adapters')
const applications = process.env.HIRESCOPE_FULL ? 5000 : 500

/** Fivetran's types, by the names of its columns. */
const greenhouseType = (column: string): string => {
  if (/^(?:id|index|.*_id)$/.test(column) && !/^(?:employee|external|requisition|opening)_id$/.test(column))
    return 'bigint'
  if (/_at$|^start$|^end$|_synced$|^last_activity/.test(column)) return 'timestamptz'
  return /deleted$|^(?:prospect|confidential|disabled|site_admin|is_private|active)$/.test(column) ? 'boolean' : 'text'
}

/** Loads a folder of CSV files into a schema, each as a table with Fivetran's types. */
const load = async (database: PGlite, schema: string, folder: string, tables: readonly string[]) => {
  await database.exec(`CREATE SCHEMA ${schema}`)
  for (const table of tables) {
    const csv = await readFile(join(folder, `${table}.csv`))
    const columns = csv.toString().split('\n', 1).join().replaceAll('"', '').split(',')
    const types = columns.map((column) => `"${column}" ${greenhouseType(column)}`)
    await database.exec(`CREATE TABLE ${schema}."${table}" (${types.join(', ')})`)
    await database.query(`COPY ${schema}."${table}" FROM '/dev/blob' (FORMAT csv, HEADER)`, [], {
      blob: new Blob([csv]),
    })
  }
}

/** Writes every table of a schema as CSV, as psql's \copy does. */
const dump = async (database: PGlite, schema: string, folder: string) => {
  await mkdir(folder)
  const { rows } = await database.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_catalog.pg_tables WHERE schemaname = '${schema}'`,
  )
  for (const { name } of rows) {
    const { blob } = await database.query(`COPY ${schema}.${name} TO '/dev/blob' (FORMAT csv, HEADER)`)
    await writeFile(join(folder, `${name}.csv`), Buffer.from(await (blob as Blob).arrayBuffer()))
  }
}

const greenhouseTables = (await readdir(invented)).map((file) => file.replace('.csv', '')).sort()

describe('the ready-made adapters', () => {
  const workshop = new Workshop()
  let database = ''
  let dumped = ''

  beforeAll(async () => {
    const folder = await workshop.folder()
    database = join(folder, 'database')
    dumped = join(folder, 'dumped')
    await mkdir(dumped)
    const pglite = await PGlite.create({ dataDir: database, relaxedDurability: true })
    await pglite.exec('CREATE SCHEMA demo; SET search_path = demo')
    await fillPglite(pglite, { applications })
    await pglite.exec('CREATE SCHEMA hostile; SET search_path = hostile')
    await pglite.exec(rowsSql)
    for (const schema of ['demo', 'hostile']) await dump(pglite, schema, join(dumped, schema))
    await load(pglite, 'greenhouse', invented, greenhouseTables)
    if (existsSync(seeds)) await load(pglite, 'seeds', seeds, greenhouseTables)
    await pglite.close()
  })
  afterAll(() => workshop.clear())

  const rowsOf = async (source: Source, asOf: string): Promise<Partial<Record<SourceTableName, string[]>>> => {
    const staging = await workshop.staging()
    const snapshot = await source.open(staging, new Date(asOf))
    const rows: Partial<Record<SourceTableName, string[]>> = {}
    try {
      for (const table of sourceTableNames.filter((each) => snapshot.tables.has(each))) {
        await snapshot.land(table, staging)
        rows[table] = await contractLines(staging, table, `raw.${table}`)
      }
    } finally {
      await snapshot.close()
    }
    return rows
  }
  const both = async (adapter: string, schema: string, folder: string, asOf: string) => {
    const postgres = await readAdapter(join(adapters, adapter), 'postgres')
    const files = await readAdapter(join(adapters, adapter), 'files')
    expect([...files.queries.keys()].sort()).toEqual([...postgres.queries.keys()].sort())
    return {
      postgres: await rowsOf(pgliteSource(postgres, database, schema), asOf),
      files: await rowsOf(filesSource(files, folder), asOf),
    }
  }

  it('django gives the same rows from a database and from its dump', async () => {
    const { asOf } = generateDemo({ applications }).options
    const { postgres, files } = await both('django', 'demo', join(dumped, 'demo'), asOf)
    for (const table of sourceTableNames) expect(`${table} ${postgres[table]?.length}`).not.toMatch(/ (?:0|undefined)$/)
    expect(files).toEqual(postgres)
  })

  it('django gives the same rows where text is hardly JSON', async () => {
    const { postgres, files } = await both('django', 'hostile', join(dumped, 'hostile'), '2026-06-01T00:00:00Z')
    expect(postgres.candidate?.length).toBeGreaterThan(15)
    expect(postgres.resume_skill?.length).toBeGreaterThan(15)
    expect(files).toEqual(postgres)
  })

  it('greenhouse gives the rows that its tables tell of, the same from a database and from files', async () => {
    const { postgres, files } = await both('greenhouse', 'greenhouse', invented, '2026-03-01T00:00:00Z')
    expect(files).toEqual(postgres)
    const rows = (table: SourceTableName) => files[table]?.map((line) => JSON.parse(line) as (string | null)[])
    expect(rows('org')).toEqual([['greenhouse', 'Greenhouse', null, null]])
    expect(rows('app_user')).toEqual([
      ['11', 'greenhouse', 'a@example.org', 'Ada Admin', 'admin', 'true'],
      ['12', 'greenhouse', null, 'Hari Manager', 'editor', 'true'],
      ['13', 'greenhouse', null, 'Gone', 'editor', 'false'],
    ])
    const at = (day: string, time = '09:00:00') => `2026-${day} ${time}`
    expect(rows('job')).toEqual([
      ['101', 'greenhouse', '12', 'Engineer, senior', 'Product', null, 'open', at('01-01'), null, 'false'],
      ['102', 'greenhouse', null, 'Seller', null, 'Pune', 'closed', at('01-05'), at('02-20', '12:00:00'), 'false'],
      ['103', 'greenhouse', null, 'Deleted', null, null, 'open', at('01-05'), null, 'true'],
    ])
    expect(rows('job_share')).toEqual([
      ['101', '12'],
      ['102', '13'],
    ])
    expect(rows('candidate')?.map(([id, , name, , , merged, deleted]) => [id, name, merged, deleted])).toEqual([
      ['1001', 'Anu Rao', null, 'false'],
      ['1002', 'Bo "B"', null, 'false'],
      ['1003', 'Cem Dal', '1002', 'false'],
      ['1004', 'Del Eted', null, 'true'],
      ['1005', 'Prospect Only', null, 'false'],
    ])
    const eight = (day: string, fraction = '') => `2026-01-${day} 08:00:00${fraction}`
    expect(rows('application')).toEqual([
      ['5001', '1001', '101', eight('10', '.5'), 'Referral', 'offer', 'hired', '2026-01-25 10:00:00', 'false'],
      ['5002', '1002', '102', eight('11'), 'Job board', 'resume_screening', 'rejected', '2026-01-20 10:00:00', 'false'],
      ['5003', '1003', '101', eight('12'), null, 'assessment_test', 'active', null, 'false'],
      ['5004', '1004', '101', eight('13'), null, 'video_interview', 'active', null, 'false'],
      ['5005', '1005', null, eight('14'), null, 'applied', 'unknown', null, 'false'],
      ['5006', '1001', '102', eight('15'), 'Referral', 'unknown', 'active', null, 'false'],
      ['5007', '1002', '102', eight('16'), null, 'applied', 'active', null, 'true'],
    ])
    expect(rows('stage_event')?.map(([id, , seq, stage, outcome]) => [id, seq, stage, outcome])).toEqual([
      ['5001:1', '1', 'video_interview', 'active'],
      ['5001:2', '2', 'offer', 'hired'],
      ['5002:1', '1', 'resume_screening', 'active'],
      ['5002:2', '2', 'unknown', 'rejected'],
      ['5006:1', '1', 'unknown', 'unknown'],
    ])
    expect(rows('resume')?.map(([id, candidate, job, created]) => [id, candidate, job, created])).toEqual([
      ['1001:0', '1001', null, eight('10', '.5')],
      ['1002:0', '1002', null, eight('11')],
    ])
    expect(rows('screening')).toEqual([
      ['8001', '1001', '101', at('01-14'), at('01-16', '11:00:00'), 'false'],
      ['8002', '1003', '101', at('01-15'), null, 'false'],
      ['8003', '1002', '102', at('01-15'), at('01-17', '11:00:00'), 'true'],
    ])
  })

  it('greenhouse exports whole, to the same bytes from either source, under the name that is set', async () => {
    const config = {
      adapter: 'greenhouse',
      asOf: '2026-03-01T00:00:00Z',
      settings: { org_id: 'acme', org_name: 'Acme', time_zone: 'Asia/Kolkata' },
    }
    const secret = await workshop.folder()
    const fromFiles = await exportInto({ ...config, private: secret, source: { kind: 'files', folder: invented } })
    const files = await manifests(fromFiles.target)
    const dataset = await openFolder((await fromFiles.bundleOf('acme', '11')) ?? '')
    expect(dataset.manifest).toMatchObject({ org: { id: 'acme', name: 'Acme' }, time_zone: 'Asia/Kolkata' })
    // Of the candidates one was merged into another, one deleted, and one is a prospect.
    expect((await run(dataset, metrics['total-applicants'])).body).toEqual({ total_applicants: 2 })
    await dataset.close()
    await fromFiles.remove()
    const fromDatabase = await exportInto({
      ...config,
      private: secret,
      source: { kind: 'pglite', folder: database, schema: 'greenhouse' },
    })
    expect(fromDatabase.summary.orgs).toMatchObject([{ org: 'acme', error: null, scopes: 2, issues: [] }])
    expect(await manifests(fromDatabase.target)).toEqual(files)
    await fromDatabase.remove()
  })

  it('say what they lack: a table of the adapter that is not in the schema', async () => {
    const adapter = await readAdapter(join(adapters, 'greenhouse'), 'postgres')
    const message = await messageOf(async () =>
      pgliteSource(adapter, database, 'demo').open(await workshop.staging(), null),
    )
    const lines = message.split('\n')
    expect(lines.length).toBeGreaterThan(15)
    for (const line of lines)
      expect(line).toMatch(/^adapter: \S+greenhouse\/postgres\/\w+\.sql: line \d+: relation "\w+" does not exist$/)
  })

  it.skipIf(!existsSync(seeds))("greenhouse gives the same rows from Fivetran's own seeds", async () => {
    const { postgres, files } = await both('greenhouse', 'seeds', seeds, '2021-03-01T00:00:00Z')
    expect(files).toEqual(postgres)
    const counts = Object.fromEntries(Object.entries(files).map(([table, rows]) => [table, rows.length]))
    expect(counts).toEqual({
      ...{
        org: 1,
        app_user: 2,
        job: 2,
        job_share: 2,
        candidate: 2,
        application: 2,
        stage_event: 2,
        resume: 1,
        screening: 2,
      },
    })
  })
})

/** The data files of every bundle below a target, by table. */
const manifests = async (target: string): Promise<Record<string, unknown>> => {
  const paths = (await readdir(target, { recursive: true })).filter((path) => path.endsWith('/manifest.json')).sort()
  return Object.fromEntries(
    await Promise.all(
      paths.map(async (path) => {
        const { tables } = JSON.parse(await readFile(join(target, path), 'utf8')) as { tables: unknown }
        return [path, tables]
      }),
    ),
  )
}
