import { sourceColumns, sourceKeys, sourceRows, sourceTableNames, type SourceRows } from 'hirescope/contract'
import { openStaging, readAdapter, type Source, type Staging } from 'hirescope/export'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { buildDemo, fillPostgres, generateDemo, rates, type Demo } from '../../src/demo/index.ts'
import { pgliteSource } from '../../src/export/sources/pglite.ts'
import { postgresSource } from '../../src/export/sources/postgres.ts'
import { contractLines } from '../export/contract-lines.ts'
import { startPostgres, type TestServer } from '../postgres.ts'

const adapterFolder = new URL('../../src/export/adapters/django', import.meta.url).pathname
const applications = process.env.HIRESCOPE_FULL ? 20_000 : 3_000

const digest = (demo: Demo) => {
  const hash = createHash('sha256')
  for (const { table, csv } of demo.tables()) hash.update(table).update(csv)
  return hash.digest('hex')
}

describe('the demo', () => {
  it('is the same whenever its options are, and another with another seed', () => {
    const first = digest(generateDemo({ applications: 1000 }))
    expect(digest(generateDemo({ applications: 1000 }))).toBe(first)
    expect(digest(generateDemo({ applications: 1000, seed: 7 }))).not.toBe(first)
    expect(generateDemo({ applications: 1000 }).contractRows()).toEqual(
      generateDemo({ applications: 1000 }).contractRows(),
    )
  })

  it('refuses sizes that are none', () => {
    expect(() => generateDemo({ applications: 1.5 })).toThrow('demo: applications 1.5')
    expect(() => generateDemo({ applications: Number('x') })).toThrow('demo: applications NaN')
    expect(() => generateDemo({ jobs: 2 })).toThrow('demo: jobs 2')
    expect(() => generateDemo({ asOf: 'yesterday' })).toThrow('demo: as-of "yesterday"')
  })

  it('may be empty of applications', () => {
    const rows = generateDemo({ applications: 0 }).contractRows()
    expect(rows.application).toEqual([])
    expect(rows.job).toHaveLength(60)
  })
})

describe.each([3_000, 30_000])('a demo of %i applications', (size) => {
  const demo = generateDemo({ applications: size })
  const rows = demo.contractRows() as Required<SourceRows>
  const share = (part: number, whole: number) => part / whole

  it('is of the contract, with unique keys', () => {
    for (const table of sourceTableNames) {
      const parsed = z.array(sourceRows[table]).safeParse(rows[table])
      expect(parsed.error?.issues.slice(0, 3) ?? []).toEqual([])
      const keys = rows[table].map((row) =>
        sourceKeys[table].map((key) => (row as Record<string, unknown>)[key]).join('|'),
      )
      expect(new Set(keys).size).toBe(keys.length)
    }
  })

  it('has the proportions that benchmarks rely on', () => {
    expect(rows.org).toHaveLength(3)
    expect(rows.app_user.filter(({ is_active }) => is_active)).toHaveLength(12)
    expect(rows.job).toHaveLength(60)
    expect(rows.application).toHaveLength(size)
    expect(share(rows.candidate.length, size)).toBeCloseTo(0.9, 2)
    expect(share(rows.resume.length, size)).toBeCloseTo(1, 1)
    expect(share(rows.resume_skill.length, size)).toBeCloseTo(3.95, 0)
    expect(share(rows.assessment.length, size)).toBeCloseTo(0.45, 1)
    expect(share(rows.screening.length, size)).toBeCloseTo(0.3, 1)
  })

  it('goes on for two years, right up to as-of', () => {
    const asOf = Date.parse(demo.options.asOf)
    const weeks = new Map<number, number>()
    for (const { applied_at } of rows.application) {
      const week = Math.floor((asOf - Date.parse(`${applied_at.replace(' ', 'T')}Z`)) / (7 * 86_400_000))
      weeks.set(week, (weeks.get(week) ?? 0) + 1)
    }
    expect(Math.min(...weeks.keys())).toBe(0)
    expect(Math.max(...weeks.keys())).toBeGreaterThan(100)
    for (let week = 0; week < 12; week += 1) expect(weeks.get(week) ?? 0).toBeGreaterThan(size / 1000)
    const weekend = rows.application.filter(({ applied_at }) =>
      [0, 6].includes(new Date(`${applied_at.slice(0, 10)}T00:00:00Z`).getUTCDay()),
    )
    expect(share(weekend.length, size)).toBeLessThan(0.2)
  })

  it('hires the better ones', () => {
    const outcome = new Map(rows.application.map((row) => [`${row.candidate_id}|${row.job_id}`, row.outcome]))
    const mean = (wanted: string) => {
      const scores = rows.resume
        .filter((row) => row.overall_score !== null && outcome.get(`${row.candidate_id}|${row.job_id}`) === wanted)
        .map((row) => Number(row.overall_score))
      return scores.reduce((sum, score) => sum + score, 0) / scores.length
    }
    expect(mean('hired')).toBeGreaterThan(mean('rejected') + 0.5)
  })

  it('has a long tail of cities and skills', () => {
    const counts = (values: (string | null)[]) => {
      const found = new Map<string, number>()
      for (const value of values) if (value?.trim()) found.set(value, (found.get(value) ?? 0) + 1)
      return [...found.values()].sort((a, b) => b - a)
    }
    for (const values of [rows.candidate.map((row) => row.city_raw), rows.resume_skill.map((row) => row.skill_raw)]) {
      const sorted = counts(values)
      expect(sorted.length).toBeGreaterThan(120)
      expect(sorted[0]).toBeGreaterThan(10 * (sorted[100] ?? Infinity))
    }
  })

  it('names no domain but example.org', () => {
    for (const { email } of rows.app_user) expect(email).toMatch(/@[a-z]+\.example\.org$/)
  })

  it('is odd at the rates that it names', () => {
    const near = (part: number, whole: number, rate: number) => {
      // Four standard deviations.
      const slack = 4 * Math.sqrt(whole * rate * (1 - rate)) + 2
      expect(Math.abs(part - whole * rate)).toBeLessThan(slack)
    }
    const candidates = rows.candidate.length
    near(
      rows.candidate.filter((row) => BigInt(row.candidate_id) > 2n ** 53n).length,
      candidates,
      rates.candidateIdBeyondDoubles,
    )
    near(rows.candidate.filter((row) => row.name?.trim() === '').length, candidates, rates.nameBlank)
    near(rows.candidate.filter((row) => row.city_raw === null).length, candidates, rates.locationMissing)
    const known = new Set(rows.candidate.map((row) => row.candidate_id))
    near(rows.application.filter((row) => !known.has(row.candidate_id)).length, size, rates.candidateGone)
    near(rows.application.filter((row) => row.stage === 'unknown').length, size, rates.stageUnknown)
    near(rows.application.filter((row) => row.outcome === 'unknown').length, size, rates.statusUnknown)
    const scoreless = rows.resume.filter((row) => row.overall_score === null).length
    near(scoreless, rows.resume.length, rates.scoreMissing + rates.scoreNotANumber)
    const events = new Set(rows.stage_event.map((row) => row.application_id))
    near(
      rows.application.filter((row) => !events.has(row.application_id) && row.stage !== 'applied').length,
      size,
      // What ended has a closing event.
      (rates.applicationWithoutEvent + rates.applicationWithNeither) * 0.22,
    )
    near([...events].filter((id) => id.startsWith('none:')).length, candidates, rates.eventOfNoApplication)
    near(rows.screening.filter((row) => row.revoked).length, rows.screening.length, rates.screeningRevoked)
    near(rows.screening.filter((row) => row.job_id === null).length, rows.screening.length, rates.screeningWithoutJob)
  })

  it('keeps what an exporter must reject below 1 % of each table', () => {
    const asOf = new Date(demo.options.asOf).toISOString().replace('T', ' ')
    const ids = (table: 'candidate' | 'application' | 'job' | 'resume', key: string) =>
      new Set(rows[table].map((row) => (row as Record<string, unknown>)[key]))
    const orgs = new Map([
      ...rows.job.map((row) => [`j${row.job_id}`, row.org_id] as const),
      ...rows.candidate.map((row) => [`c${row.candidate_id}`, row.org_id] as const),
    ])
    const candidates = ids('candidate', 'candidate_id')
    const bad = rows.application.filter(
      (row) => !candidates.has(row.candidate_id) || orgs.get(`j${row.job_id}`) !== orgs.get(`c${row.candidate_id}`),
    )
    const lost = new Set(bad.map((row) => row.application_id))
    const applications = ids('application', 'application_id')
    expect(share(bad.length, size)).toBeLessThan(0.008)
    const events = rows.stage_event.filter(
      (row) => lost.has(row.application_id) || !applications.has(row.application_id) || row.occurred_at > asOf,
    )
    expect(share(events.length, rows.stage_event.length)).toBeLessThan(0.008)
    for (const table of ['resume', 'assessment', 'screening'] as const) {
      const gone = rows[table].filter((row) => !candidates.has(row.candidate_id))
      expect(share(gone.length, rows[table].length)).toBeLessThan(0.008)
    }
  })
})

const server: TestServer | null = await startPostgres()

describe(`the django adapter on a demo of ${applications} applications`, () => {
  const demo = generateDemo({ applications })
  const expected = demo.contractRows() as Required<SourceRows>
  let folder: string
  let staging: Staging
  let database: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hirescope-demo-'))
    const built = await buildDemo(join(folder, 'demo'), { applications })
    expect(built.reused).toBe(false)
    database = built.database
    if (server) {
      await server.create('demo')
      const client = await server.connect('demo')
      await fillPostgres(client, { applications })
      await client.query(`CREATE ROLE exporter LOGIN PASSWORD 'exporter'`)
      await client.query('GRANT SELECT ON ALL TABLES IN SCHEMA public TO exporter')
      await client.end()
    }
  })
  afterAll(async () => {
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const compare = async (source: Source) => {
    staging = await openStaging({ folder: join(folder, 'staging'), memory: '1GB', threads: 2 })
    try {
      const snapshot = await source.open(staging, new Date(demo.options.asOf))
      await staging.run('CREATE SCHEMA expected')
      for (const table of sourceTableNames) {
        await snapshot.land(table, staging)
        const columns = sourceColumns(table).map(({ name }) => `"${name}" VARCHAR`)
        await staging.run(`CREATE TABLE expected.${table} (${columns.join(', ')})`)
        const appender = await staging.connection.createAppender(table, 'expected')
        for (const row of expected[table] as Record<string, unknown>[]) {
          for (const { name } of sourceColumns(table)) {
            const value = row[name]
            if (value === null) appender.appendNull()
            else appender.appendVarchar(String(value))
          }
          appender.endRow()
        }
        appender.closeSync()
        const got = await contractLines(staging, table, `raw.${table}`)
        expect(got.length).toBe(expected[table].length)
        expect(got.length).toBeGreaterThan(2)
        expect(got).toEqual(await contractLines(staging, table, `expected.${table}`))
      }
      await snapshot.close()
    } finally {
      await staging.close()
    }
  }

  it('delivers from PGlite exactly what the demo remembers', async () => {
    await compare(pgliteSource(await readAdapter(adapterFolder), database))
  })

  it.skipIf(!server)(
    'delivers the same from a PostgreSQL server, as a role that may do nothing but SELECT',
    async () => {
      const url = `postgres://exporter:exporter@127.0.0.1:${server?.port}/demo`
      await compare(postgresSource(await readAdapter(adapterFolder), { url }))
    },
  )

  it('is built once for the same options, and anew for others', async () => {
    const again = await buildDemo(join(folder, 'demo'), { applications })
    expect(again.reused).toBe(true)
    const other = await buildDemo(join(folder, 'demo'), { applications: 100 })
    expect(other.reused).toBe(false)
    expect(await readdir(join(folder, 'demo'))).toEqual(['database'])
  })
})
