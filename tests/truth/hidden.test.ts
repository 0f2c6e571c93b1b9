import { DuckDBInstance } from '@duckdb/node-api'
import { sourceColumns, sourceKeys, type SourceRow, type SourceRows, type SourceTableName } from 'hirescope/contract'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { generateDemo } from '../../src/demo/index.ts'
import { createOracle, writeRows, type Oracle } from '../oracle/index.ts'
import { exportInto, type Exported } from './exported.ts'
import { textsOf } from './texts.ts'

const full = Boolean(process.env.HIRESCOPE_FULL)

/** The roles of the demo's users. */
const roles = ['admin', 'editor', 'participant']

type AnyRow = Record<string, unknown>

const tablesOf = (rows: SourceRows) => Object.entries(rows) as [SourceTableName, AnyRow[]][]
const keyOf = (table: SourceTableName, row: AnyRow) => sourceKeys[table].map((column) => row[column]).join(' ')

/**
 * Gives each row a canary of its own and puts it into all of its texts, also those that are null, and into its id wherever
 * that stands.
 */
const mark = (rows: SourceRows) => {
  const canaries = new Map<string, string>()
  for (const [table, list] of tablesOf(rows))
    for (const row of list) canaries.set(`${table} ${keyOf(table, row)}`, `c4n4ry${canaries.size}.`)
  const reference = (table: SourceTableName, id: unknown) =>
    id === null ? null : `${canaries.get(`${table} ${String(id)}`) ?? ''}${String(id)}`
  const markRow = (table: SourceTableName, row: AnyRow): AnyRow =>
    Object.fromEntries(
      sourceColumns(table).map(({ name, type, values, references }) => {
        const value = row[name]
        if (references) return [name, reference(references.table, value)]
        if (name === 'merged_into_id') return [name, reference('candidate', value)]
        if ((sourceKeys[table] as readonly string[]).includes(name) && type === 'TEXT')
          return [name, reference(table, value)]
        const free = type === 'TEXT' && !values && name !== 'time_zone'
        return [name, free ? `${canaries.get(`${table} ${keyOf(table, row)}`)} ${String(value ?? '')}` : value]
      }),
    )
  return {
    rows: Object.fromEntries(
      tablesOf(rows).map(([table, list]) => [table, list.map((row) => markRow(table, row))]),
    ) as SourceRows,
    /** Table and key of the row behind each canary. */
    owners: new Map([...canaries].map(([owner, canary]) => [canary.slice(0, -1), owner])),
  }
}

const canariesIn = (text: string) => text.match(/c4n4ry\d+(?=\.)/g) ?? []

interface Viewer {
  org: string
  userId: string
  role: string
  jobIds: string[]
}

/**
 * Takes away what belongs to no job of the viewer; a record for a job that is not there is one for no job, and belongs
 * to its candidate. The other users stay, but none of them is active.
 */
const without = (rows: SourceRows, { userId, jobIds }: Viewer): SourceRows => {
  const visible = new Set(jobIds)
  const jobs = new Set((rows.job ?? []).map(({ job_id }) => job_id))
  const seen = new Set(
    (rows.application ?? []).flatMap((row) => (row.job_id && visible.has(row.job_id) ? [row.candidate_id] : [])),
  )
  const belongs = (row: { job_id: string | null; candidate_id: string | null }) =>
    row.job_id !== null && jobs.has(row.job_id)
      ? visible.has(row.job_id)
      : row.candidate_id !== null && seen.has(row.candidate_id)
  const hidden = <Row extends SourceRow<'application'> | SourceRow<'resume'>>(list: Row[] = []) =>
    list.filter((row) => !belongs(row))
  const applications = new Set(hidden(rows.application).map((row) => row.application_id))
  const resumes = new Set(hidden(rows.resume).map((row) => row.resume_id))
  return {
    ...rows,
    app_user: rows.app_user?.map((row) => ({ ...row, is_active: row.user_id === userId })),
    job: rows.job?.filter((row) => visible.has(row.job_id)),
    job_share: rows.job_share?.filter((row) => visible.has(row.job_id)),
    candidate: rows.candidate?.filter((row) => seen.has(row.candidate_id)),
    application: rows.application?.filter(belongs),
    stage_event: rows.stage_event?.filter((row) => !applications.has(row.application_id)),
    resume: rows.resume?.filter(belongs),
    resume_skill: rows.resume_skill?.filter((row) => !resumes.has(row.resume_id)),
    assessment: rows.assessment?.filter(belongs),
    screening: rows.screening?.filter(belongs),
    credit_event: rows.credit_event?.filter(belongs),
  } as SourceRows
}

/** A viewer of each bundle, with its folder. */
const viewersOf = async (oracle: Oracle, exported: Exported) => {
  const bundles = new Map<string, Viewer & { folder: string }>()
  for (const org of oracle.orgs)
    for (const viewer of oracle.viewers(org)) {
      const folder = (await exported.bundleOf(org, viewer.userId))!
      if (!bundles.has(folder)) bundles.set(folder, { ...viewer, org, folder })
      expect(bundles.get(folder)?.jobIds).toEqual(viewer.jobIds)
    }
  return [...bundles.values()]
}

describe('what belongs to jobs that a viewer does not see', { timeout: 300_000 }, () => {
  const demo = generateDemo({ applications: 1500 })
  const asOf = new Date(demo.options.asOf).toISOString()
  const folders: string[] = []
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

  const exportRows = async (source: SourceRows, secretOf?: Exported) => {
    const folder = await mkdtemp(join(tmpdir(), 'hirescope-hidden-'))
    folders.push(folder)
    const { adapterFolder, dataFolder } = await writeRows(source, folder)
    return exportInto(
      {
        source: { kind: 'files', folder: dataFolder },
        adapter: adapterFolder,
        asOf,
        maxRejected: 1,
        maxDrop: 1,
        names: 'all',
        ...(secretOf && { private: join(secretOf.folder, 'private') }),
      },
      folder,
    )
  }
  const oracleOf = (source: SourceRows) => createOracle(source, { asOf: asOf.replace('T', ' ').replace('Z', '') })

  it('is in none of the bytes of the bundle of any viewer, after decompression, and all else is', async () => {
    const { rows, owners } = mark(demo.contractRows())
    const oracle = oracleOf(rows)
    const viewers = await viewersOf(oracle, await exportRows(rows))
    expect(new Set(viewers.map(({ org }) => org)).size).toBe(3)
    expect(new Set(viewers.map(({ role }) => role))).toEqual(new Set(roles))
    /** Whose canaries are in the first set and not in the second. */
    const beyond = (some: ReadonlySet<string>, others: ReadonlySet<string>) =>
      [...some].filter((canary) => !others.has(canary)).map((canary) => owners.get(canary))
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    for (const { org, userId, jobIds, folder } of viewers) {
      const { ids } = oracle.bundle(org, jobIds)
      const resumes = new Set(ids.resumes)
      const skills = rows.resume_skill!.filter((row) => resumes.has(row.resume_id)).map((row) => row.skill_raw)
      const expected = new Set([org, ...Object.values(ids).flat(), ...skills].flatMap(canariesIn))
      const found = new Set((await textsOf(connection, folder)).flatMap(canariesIn))
      expect(beyond(found, expected), `hidden from ${userId}`).toEqual([])
      expect(beyond(expected, found), `visible to ${userId}`).toEqual([])
    }
    connection.closeSync()
    instance.closeSync()
  })

  it(`leaves no trace: without those rows the bundle is the same to the byte, for ${full ? 'every viewer' : 'one of each role'}`, async () => {
    const rows = demo.contractRows()
    const whole = await exportRows(rows)
    const viewers = await viewersOf(oracleOf(rows), whole)
    const read = async (folder: string) => {
      const { exported_at, sequence, ...manifest } = JSON.parse(
        await readFile(join(folder, 'manifest.json'), 'utf8'),
      ) as Record<string, unknown>
      expect([typeof exported_at, sequence]).toEqual(['string', 1])
      return { manifest, files: (await readdir(folder)).sort() }
    }
    const asked = full
      ? viewers
      : roles.map((each) => viewers.findLast(({ role, jobIds }) => role === each && jobIds.length > 0)!)
    for (const viewer of asked) {
      const bare = await exportRows(without(rows, viewer), whole)
      const folder = (await bare.bundleOf(viewer.org, viewer.userId))!
      expect(await read(folder), viewer.userId).toEqual(await read(viewer.folder))
    }
  })
})
