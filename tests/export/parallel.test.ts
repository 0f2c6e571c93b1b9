import { parseConfig, runExport, type ExportConfigInput, type ExportOptions } from 'hirescope/export'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStaging } from '../../src/export/staging.ts'
import { rowsOf } from '../oracle/case.ts'
import { writeRows } from '../oracle/index.ts'
import { openWhole } from './open-whole.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hirescope-parallel-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const orgs = ['a', 'b', 'c', 'd']

/** So many applicants of each organisation, each of which has an admin and one job. */
const source = async (applicants: (org: string) => number) => {
  const each = orgs.flatMap((org) => Array.from({ length: applicants(org) }, (_, n) => ({ org, id: `${org}${n}` })))
  await rm(join(folder, 'adapter'), { recursive: true, force: true })
  const { adapterFolder, dataFolder } = await writeRows(
    rowsOf({
      org: orgs.map((org_id) => ({ org_id })),
      app_user: orgs.map((org_id) => ({ user_id: org_id, org_id })),
      job: orgs.map((org_id) => ({ job_id: org_id, org_id })),
      candidate: each.map(({ org, id }) => ({ candidate_id: id, org_id: org })),
      application: each.map(({ org, id }) => ({ application_id: id, candidate_id: id, job_id: org })),
    }),
    folder,
  )
  return { source: { kind: 'files', folder: dataFolder }, adapter: adapterFolder } as const
}

const exportNow = (from: Pick<ExportConfigInput, 'source' | 'adapter'>, options: ExportOptions = {}) =>
  runExport(
    parseConfig({
      ...from,
      target: join(folder, 'target'),
      private: join(folder, 'private'),
      asOf: '2026-01-01T00:00:00Z',
      threads: 3,
    }),
    options,
  )

const applicantsOf = async (org: string) => {
  const [scope = ''] = await readdir(join(folder, 'target', org))
  const dataset = await openWhole(join(folder, 'target', org, scope))
  await dataset.close()
  return dataset.manifest.tables.applications.rows
}

it('an organisation that fails keeps its last dataset and stops none of those that are made at the same time', async () => {
  await exportNow(await source(() => 10))
  const { orgs: done } = await exportNow(await source((org) => (org === 'b' ? 2 : 11)))
  expect(done.map(({ org, error }) => [org, error === null])).toEqual(orgs.map((org) => [org, org !== 'b']))
  for (const org of orgs) expect(await applicantsOf(org)).toBe(org === 'b' ? 10 : 11)
})

it('a run that is stopped while several bundles are made leaves whole datasets, no lock and nothing of its own', async () => {
  await exportNow(await source(() => 10))
  const stop = new AbortController()
  const reason = new Error('stop')
  let begun = 0
  const reporter = {
    event: ({ event }: { event: string }) => {
      if (event === 'scope_started' && ++begun === 2) stop.abort(reason)
    },
  }
  const stopped = exportNow(await source(() => 11), { signal: stop.signal, reporter })
  await expect(stopped).rejects.toBe(reason)
  expect(begun).toBeLessThan(orgs.length)
  for (const org of orgs) {
    expect([10, 11]).toContain(await applicantsOf(org))
    expect(await readdir(join(folder, 'private', org))).not.toContain('lock')
  }
  expect(await readdir(join(folder, 'private'))).not.toContain('staging')
  const { orgs: done } = await exportNow(await source(() => 11))
  expect(done.map(({ error }) => error)).toEqual(orgs.map(() => null))
})

it('a signal interrupts the statement that runs, and lets no other begin', async () => {
  const stop = new AbortController()
  const reason = new Error('stop')
  const staging = await openStaging({ folder: join(folder, 's'), memory: '256MB', threads: 1, signal: stop.signal })
  const other = await staging.fork()
  const hours = 'SELECT sum(hash(a.range, b.range)) FROM range(10000000) AS a, range(10000000) AS b'
  const running = Promise.allSettled([staging.run(`CREATE TABLE slow AS ${hours}`), other.rows(hours)])
  setTimeout(() => stop.abort(reason), 200)
  expect(await running).toEqual([
    { status: 'rejected', reason },
    { status: 'rejected', reason },
  ])
  await expect(staging.run('SELECT 1')).rejects.toBe(reason)
  await other.close()
  await staging.close()
  expect(await readdir(folder)).toEqual([])
})

it('what does not fit into memory goes to the spill folder, and makes the same bytes', async () => {
  // Names are staged and, of applicants who were not hired, not exported.
  const count = 100_000
  const { adapter, source: files } = await source(() => 1)
  const candidates = `SELECT 'c' || n AS candidate_id, 'a' AS org_id, md5(n::VARCHAR) || repeat(md5(hash(n)::VARCHAR), 19) AS name, 'City ' || n % 50 AS city_raw,
    NULL::TIMESTAMP AS created_at, NULL::VARCHAR AS merged_into_id, false AS is_deleted FROM range(${count}) AS r(n)`
  await writeFile(join(adapter, 'candidate.sql'), candidates)
  const applications = `SELECT 'a' || n AS application_id, 'c' || n AS candidate_id, 'a' AS job_id, TIMESTAMP '2024-01-01' AS applied_at,
    NULL::VARCHAR AS source, 'applied' AS stage, 'active' AS outcome, NULL::TIMESTAMP AS outcome_at, false AS is_deleted FROM range(${count}) AS r(n)`
  await writeFile(join(adapter, 'application.sql'), applications)
  // A résumé of everybody, some of them for no job: lists of skills and joins of more than a slice.
  const resumes = `SELECT 'r' || n AS resume_id, 'c' || n AS candidate_id, CASE WHEN n % 7 > 0 THEN 'a' END AS job_id, TIMESTAMP '2024-01-02' AS created_at,
    'City ' || n % 40 AS city_raw, CAST(n % 11 AS DECIMAL(18, 3)) AS overall_score, CAST(10 AS DECIMAL(18, 3)) AS score_max FROM range(${count}) AS r(n)`
  await writeFile(join(adapter, 'resume.sql'), resumes)
  const skills = `SELECT 'r' || n AS resume_id, ordinal::INTEGER AS ordinal, 'Skill ' || (n + 3 * ordinal) % 30 AS skill_raw
    FROM range(${count}) AS r(n), range(2) AS s(ordinal)`
  await writeFile(join(adapter, 'resume_skill.sql'), skills)
  const run = async (name: string, memory: string) => {
    const spill = join(folder, `${name}-spill`)
    let most = 0
    const look = setInterval(() => {
      readdir(spill, { recursive: true }).then(
        (found) => (most = Math.max(most, found.filter((file) => file.includes('duckdb_temp')).length)),
        () => {},
      )
    }, 20)
    const config = { adapter, source: files, target: join(folder, name), private: join(folder, `${name}-private`) }
    const { orgs: done } = await runExport(
      parseConfig({ ...config, memory, spill, asOf: '2026-01-01T00:00:00Z', threads: 1, maxRejected: 1 }),
    )
    clearInterval(look)
    expect(done.map(({ error }) => error)).toEqual(orgs.map(() => null))
    expect(await readdir(spill)).toEqual([])
    const [scope = ''] = await readdir(join(folder, name, 'a'))
    const made = (await readdir(join(folder, name, 'a', scope))).filter((file) => !file.startsWith('manifest'))
    return { most, files: made.sort() }
  }
  const roomy = await run('roomy', '2GB')
  const tight = await run('tight', '160MB')
  expect(roomy.most).toBe(0)
  expect(tight.most).toBeGreaterThan(0)
  expect(tight.files).toEqual(roomy.files)
})
