import {
  answers as answersSchema,
  manifest as manifestSchema,
  type Manifest,
  type SourceRows,
} from 'hirescope/contract'
import { parseConfig, runExport, type ExportConfigInput } from 'hirescope/export'
import { metrics, run } from 'hirescope/metrics'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pathSegment } from '../../src/export/publish.ts'
import { groupViewers } from '../../src/export/scopes.ts'
import { scopeId } from '../../src/export/secret.ts'
import { rowsOf } from '../oracle/case.ts'
import { writeRows } from '../oracle/index.ts'
import { exportInto, type Exported } from '../truth/exported.ts'
import { openWhole } from './open-whole.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hirescope-publish-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

type Settings = Partial<Omit<ExportConfigInput, 'source' | 'adapter' | 'target'>>

const settingsOf = async (rows: SourceRows, config: Settings) => {
  await rm(join(folder, 'adapter'), { recursive: true, force: true })
  const { adapterFolder, dataFolder } = await writeRows(rows, folder)
  return {
    source: { kind: 'files' as const, folder: dataFolder },
    adapter: adapterFolder,
    asOf: '2026-01-01T00:00:00Z',
    threads: 1,
    ...config,
  }
}

const exportRows = async (rows: SourceRows, config: Settings = {}): Promise<Exported> => {
  const exported = await exportInto(await settingsOf(rows, config), folder)
  expect(exported.summary.orgs.map(({ error }) => error)).toEqual(exported.summary.orgs.map(() => null))
  return exported
}

const readManifest = async (bundle: string, name = 'manifest.json'): Promise<Manifest> =>
  manifestSchema.parse(JSON.parse(await readFile(join(bundle, name), 'utf8')))

const filesOf = ({ tables, answers, views }: Manifest) =>
  [...Object.values(tables), answers, views].map(({ file }) => file)

/** Which file it is and when it was written. */
const identity = async (path: string) => {
  const { ino, mtimeNs, size } = await stat(path, { bigint: true })
  return { ino, mtimeNs, size }
}
const identities = async (bundle: string, names: string[]) =>
  Promise.all(names.map((name) => identity(join(bundle, name))))

const bundleOf = async (exported: Exported, user = 'admin', org = 'o') => (await exported.bundleOf(org, user)) ?? ''

const applicants = (count: number) =>
  rowsOf({
    candidate: Array.from({ length: count }, (_, index) => ({ candidate_id: `c${index}` })),
    application: Array.from({ length: count }, (_, index) => ({
      application_id: `a${index}`,
      candidate_id: `c${index}`,
    })),
  })

/** An admin, and an editor who owns the second of two jobs unless said. */
const twoViewers = (editor: { is_active?: boolean; role?: 'editor' | 'admin' } = {}) =>
  rowsOf({
    app_user: [{}, { user_id: 'editor', role: 'editor', ...editor }],
    job: [{}, { job_id: 'j2', owner_user_id: 'editor' }],
    candidate: [{}],
    application: [{}, { application_id: 'a2', job_id: 'j2' }],
  })

describe('a published scope', () => {
  it('counts its runs and keeps the last manifest and its files beside the current one, but nothing older', async () => {
    const bundle = await bundleOf(await exportRows(applicants(1)))
    const first = await readManifest(bundle)
    expect(first.sequence).toBe(1)
    expect((await readdir(bundle)).sort()).toEqual([...new Set(filesOf(first)), 'manifest.json'].sort())

    await exportRows(applicants(2))
    const second = await readManifest(bundle)
    expect(second.sequence).toBe(2)
    expect(await readManifest(bundle, 'manifest.previous.json')).toEqual(first)
    const both = new Set([...filesOf(first), ...filesOf(second), 'manifest.json', 'manifest.previous.json'])
    expect((await readdir(bundle)).sort()).toEqual([...both].sort())

    const left = ['.tmp-1-jobs.parquet', `${'0'.repeat(64)}.parquet`, 'manifest.json.bak']
    for (const name of left) await writeFile(join(bundle, name), 'x')
    await exportRows(applicants(3))
    const third = await readManifest(bundle)
    expect(third.sequence).toBe(3)
    const now = await readdir(bundle)
    expect(now).not.toContain(first.tables.applications.file)
    expect(now).toContain(second.tables.applications.file)
    expect(now.filter((name) => left.includes(name))).toEqual([])
  })

  it('has nothing rewritten but its manifest when nothing changed', async () => {
    const bundle = await bundleOf(await exportRows(applicants(5)))
    const first = await readManifest(bundle)
    const before = await identities(bundle, filesOf(first))
    const { summary } = await exportRows(applicants(5))
    expect(summary.orgs.map(({ scopes, changed }) => ({ scopes, changed }))).toEqual([{ scopes: 1, changed: 0 }])
    const second = await readManifest(bundle)
    expect(second).toEqual({ ...first, sequence: 2, exported_at: second.exported_at })
    expect(second.exported_at > first.exported_at).toBe(true)
    expect(await identities(bundle, filesOf(second))).toEqual(before)
  })

  it('has a data file healed that carries the right name and lacks its end', async () => {
    const bundle = await bundleOf(await exportRows(applicants(5)))
    const { tables } = await readManifest(bundle)
    await truncate(join(bundle, tables.applications.file), tables.applications.bytes - 1)
    await expect(openWhole(bundle)).rejects.toThrow(/bytes, the manifest says/)
    await exportRows(applicants(5))
    const dataset = await openWhole(bundle)
    expect((await run(dataset, metrics['total-applicants'])).body).toEqual({ total_applicants: 5 })
    await dataset.close()
  })

  it('takes the place of one that another version of the contract wrote', async () => {
    const exported = await exportRows(applicants(1))
    const bundle = await bundleOf(exported)
    const file = `${'0'.repeat(64)}.parquet`
    const old = { contract_version: 0, sequence: 41, tables: { people: { file, rows: 1 } } }
    await writeFile(join(bundle, file), 'old')
    await writeFile(join(bundle, 'manifest.json'), JSON.stringify(old))
    await exportRows(applicants(1))
    expect((await readManifest(bundle)).sequence).toBe(42)
    expect(JSON.parse(await readFile(join(bundle, 'manifest.previous.json'), 'utf8'))).toEqual(old)
    expect(await readdir(bundle)).toContain(file)
  })

  it('without any job is an empty bundle that opens and says so', async () => {
    const rows = { ...applicants(1), app_user: twoViewers().app_user } as SourceRows
    const bundle = await bundleOf(await exportRows(rows), 'editor')
    const manifest = await readManifest(bundle)
    expect(manifest.scope.jobs).toBe(0)
    const counts = Object.entries(manifest.tables).filter(([, { rows: count }]) => count > 0)
    expect(counts.map(([table]) => table)).toEqual(['codes'])
    const dataset = await openWhole(bundle)
    expect(dataset.jobs.size).toBe(0)
    const answer = { status: 200, body: { total_applicants: 0 } }
    expect(await run(dataset, metrics['total-applicants'])).toMatchObject(answer)
    await dataset.close()
    const text = gunzipSync(await readFile(join(bundle, manifest.answers.file))).toString()
    expect(answersSchema.parse(JSON.parse(text))['total-applicants']).toMatchObject(answer)
  })

  it('loses its manifests at once when no user needs it, and its data files after the runs of grace', async () => {
    const exported = await exportRows(twoViewers())
    const own = await bundleOf(exported, 'editor')
    const data = filesOf(await readManifest(own))
    expect(own).not.toBe(await bundleOf(exported))

    for (const run of [1, 2]) {
      const { summary } = await exportRows(twoViewers({ is_active: false }), { graceRuns: 2 })
      expect(summary.orgs[0]?.scopes).toBe(1)
      expect(await exported.bundleOf('o', 'editor')).toBe(null)
      expect((await readdir(own)).sort(), `run ${run}`).toEqual([...new Set(data)].sort())
    }
    await exportRows(twoViewers({ is_active: false }), { graceRuns: 2 })
    expect(await readdir(join(exported.target, 'o'))).toHaveLength(1)
  })

  it('comes back whole when it has a user again, also within the grace', async () => {
    const exported = await exportRows(twoViewers())
    const own = await bundleOf(exported, 'editor')
    await exportRows(twoViewers({ is_active: false }))
    await exportRows(twoViewers())
    expect(await bundleOf(exported, 'editor')).toBe(own)
    const dataset = await openWhole(own)
    expect([...dataset.jobs.keys()]).toEqual(['j2'])
    await dataset.close()
    // The count begins anew: without a user again, its files stay for one run more.
    await exportRows(twoViewers({ is_active: false }), { graceRuns: 1 })
    expect(await readdir(own)).not.toContain('manifest.json')
    await exportRows(twoViewers({ is_active: false }), { graceRuns: 1 })
    expect(await readdir(join(exported.target, 'o'))).toHaveLength(1)
  })

  it('goes with its files at once where there is no grace, and what is no scope stays', async () => {
    const exported = await exportRows(twoViewers())
    await writeFile(join(exported.target, 'o', 'index.html'), 'x')
    await mkdir(join(exported.target, 'o', 'notes'))
    await writeFile(join(exported.target, 'o', 'notes', 'manifest.json'), 'x')
    await exportRows(twoViewers({ is_active: false }), { graceRuns: 0 })
    const names = await readdir(join(exported.target, 'o'))
    expect(names.filter((name) => !/^[a-z2-7]{52}$/.test(name)).sort()).toEqual(['index.html', 'notes'])
    expect(names).toHaveLength(3)
    expect(await readdir(join(exported.target, 'o', 'notes'))).toEqual(['manifest.json'])
  })
})

describe('scopes', () => {
  const secret = Buffer.alloc(32, 7)
  const viewer = (userId: string, ...jobIds: string[]) => ({ userId, admin: false, jobIds })

  it('are one for each distinct set of visible jobs, whoever sees it and in whatever order', () => {
    const scopes = groupViewers(
      secret,
      'o',
      ['b', 'a', 'é', 'Z'],
      [
        { userId: 'admin', admin: true, jobIds: ['a'] },
        viewer('u1', 'b', 'a', 'gone'),
        viewer('u2', 'a', 'b', 'a'),
        viewer('u3'),
        viewer('u4', 'gone'),
        viewer('u5', 'Z', 'a', 'b', 'é'),
      ],
    )
    const sets = scopes.map(({ jobIds, userIds }) => `${jobIds.join(' ')}: ${userIds.join(' ')}`)
    expect(sets.sort()).toEqual([': u3 u4', 'Z a b é: admin u5', 'a b: u1 u2'])
    expect(new Set(scopes.map(({ id }) => id)).size).toBe(3)
  })

  it('keep their id while secret, org and jobs are the same, and say nothing by it', () => {
    const id = scopeId(secret, 'o', ['a', 'b'])
    expect(id).toMatch(/^[a-z2-7]{52}$/)
    expect(scopeId(Buffer.alloc(32, 7), 'o', ['a', 'b'])).toBe(id)
    const others = [
      scopeId(Buffer.alloc(32, 8), 'o', ['a', 'b']),
      scopeId(secret, 'p', ['a', 'b']),
      scopeId(secret, 'o', ['a']),
      scopeId(secret, 'o', ['ab']),
      scopeId(secret, 'o', ['a","b']),
      scopeId(secret, 'o', []),
    ]
    expect(new Set([id, ...others]).size).toBe(7)
  })

  it('are the same on disk in every run under one secret, and others under another', async () => {
    const here = join(folder, 'here')
    const first = await exportRows(twoViewers(), { private: here })
    const ids = (await readdir(join(first.target, 'o'))).sort()
    const rows = twoViewers()
    rows.job?.reverse()
    await exportRows(rows, { private: here })
    expect((await readdir(join(first.target, 'o'))).sort()).toEqual(ids)
    const elsewhere = join(folder, 'elsewhere')
    await exportRows(twoViewers(), { private: elsewhere, graceRuns: 0 })
    const others = await readdir(join(first.target, 'o'))
    expect(others.filter((id) => ids.includes(id))).toEqual([])
    expect((await stat(join(here, 'secret'))).mode & 0o077).toBe(0)
    expect((await stat(join(here, 'o', 'access.json'))).mode & 0o077).toBe(0)
  })

  it('are shared by users with the same jobs, and inactive users have none', async () => {
    const exported = await exportRows(
      rowsOf({
        app_user: [
          {},
          { user_id: 'second admin' },
          { user_id: 'editor', role: 'editor' },
          { user_id: 'owner', role: 'participant' },
          { user_id: 'other', role: 'other' },
          { user_id: 'gone', is_active: false },
        ],
        job: [{ owner_user_id: 'owner' }, { job_id: 'deleted', is_deleted: true, owner_user_id: 'other' }],
        job_share: [{ user_id: 'editor' }, { user_id: 'gone' }, { job_id: 'deleted', user_id: 'owner' }],
      }),
    )
    const access = JSON.parse(await readFile(join(folder, 'private', 'o', 'access.json'), 'utf8')) as {
      users: Record<string, string>
    }
    expect(Object.keys(access.users).sort()).toEqual(['admin', 'editor', 'other', 'owner', 'second admin'])
    const { admin, editor, other, owner } = access.users
    expect(access.users['second admin']).toBe(admin)
    expect([editor, owner]).toEqual([admin, admin])
    expect(other).not.toBe(admin)
    expect(admin).toMatch(/^o\/[a-z2-7]{52}\/$/)
    expect((await readManifest(join(exported.target, other ?? ''))).scope.jobs).toBe(0)
    expect(await readdir(join(exported.target, 'o'))).toHaveLength(2)
  })
})

describe('an org id', () => {
  it('is one path segment, and never one that means another folder or a file of the exporter', () => {
    const ids = [
      '.',
      '..',
      '...',
      'a/b',
      '%2e',
      'a\\b',
      'ü',
      'secret',
      'staging',
      'staging.lock',
      'nginx',
      'nginx.lock',
      'reports',
    ]
    const segments = ids.map(pathSegment)
    expect(segments.slice(0, 7)).toEqual(['%2E', '%2E%2E', '...', 'a%2Fb', '%252e', 'a%5Cb', '%C3%BC'])
    for (const reserved of ids.slice(7)) expect(segments).not.toContain(reserved)
    expect(segments.map(decodeURIComponent)).toEqual(ids)
  })

  it('however odd keeps its bundles inside the target and its state inside the private folder', async () => {
    const ids = ['.', '..', 'a/b', '%2e', 'secret', 'staging', '../../up']
    const exported = await exportRows(
      rowsOf({
        org: ids.map((org_id) => ({ org_id })),
        app_user: ids.map((org_id, index) => ({ org_id, user_id: `u${index}` })),
        job: ids.map((org_id, index) => ({ org_id, job_id: `j${index}` })),
      }),
    )
    const own = (await readdir(exported.target)).sort()
    expect(own.map(decodeURIComponent).sort()).toEqual([...ids].sort())
    expect((await readdir(folder)).sort()).toEqual(['adapter', 'data', 'private', 'target'])
    expect((await readdir(join(folder, 'private'))).sort()).toEqual([...own, 'secret'].sort())
    for (const [index, org] of ids.entries()) {
      const segment = own.find((name) => decodeURIComponent(name) === org) ?? ''
      const text = await readFile(join(folder, 'private', segment, 'access.json'), 'utf8')
      const { users } = JSON.parse(text) as { users: Record<string, string> }
      expect(Object.keys(users)).toEqual([`u${index}`])
      const manifest = await readManifest(join(exported.target, users[`u${index}`] ?? ''))
      expect(manifest.org.id).toBe(org)
    }
  })
})

describe('folders', () => {
  const attempt = async (config: Partial<ExportConfigInput>) => {
    const settings = { ...(await settingsOf(applicants(1), {})), private: join(folder, 'private') }
    return runExport(parseConfig({ ...settings, target: join(folder, 'target'), ...config }))
  }

  it('for secret, access maps and working database must not lie under the target', async () => {
    for (const own of ['target', 'target/private', 'target/../target/x'])
      await expect(attempt({ private: join(folder, own) })).rejects.toThrow(
        'config: private lies under target, where it would be served; choose another folder',
      )
    await expect(attempt({ staging: join(folder, 'target', 'staging') })).rejects.toThrow(
      'config: staging lies under target, where it would be served; choose another folder',
    )
    await expect(readdir(join(folder, 'target'))).rejects.toThrow('ENOENT')
  })

  it('for the working database keep what else is in them', async () => {
    const shared = join(folder, 'shared')
    await mkdir(shared)
    await writeFile(join(shared, 'precious'), 'x')
    await attempt({ staging: shared })
    expect(await readdir(shared)).toEqual(['precious'])
  })

  it('that cannot be written are named, and nothing is published', async () => {
    await writeFile(join(folder, 'target'), 'a file')
    await expect(attempt({})).rejects.toMatchObject({ code: 'EEXIST' })
    await rm(join(folder, 'target'))
    await mkdir(join(folder, 'target'))
    await writeFile(join(folder, 'target', 'o'), 'a file')
    const { orgs } = await attempt({})
    expect(orgs.map(({ error }) => error)).toEqual([
      expect.stringMatching(/^cannot write or read .*target\/o.*: a file is in the way/),
    ])
  })

  const mount = (path: string) =>
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'none', path], { stdio: 'pipe' })
  const unmount = (path: string) => execFileSync('umount', [path], { stdio: 'pipe' })
  const mountable = (() => {
    const probe = mkdtempSync(join(tmpdir(), 'hirescope-mount-'))
    try {
      mount(probe)
      unmount(probe)
      return true
    } catch {
      return false
    } finally {
      rmdirSync(probe)
    }
  })()

  it.skipIf(!mountable)(
    'that are full fail the org with a reason, and the dataset that is there stays whole',
    async () => {
      const target = join(folder, 'full')
      await mkdir(target)
      mount(target)
      try {
        const first = await attempt({ target })
        expect(first.orgs.map(({ error }) => error)).toEqual([null])
        const bundle = join(target, 'o', (await readdir(join(target, 'o')))[0] ?? '')
        execFileSync('sh', ['-c', `head -c 1000000 /dev/zero > ${target}/fill || true`], { stdio: 'pipe' })
        const settings = { ...(await settingsOf(applicants(50), {})), private: join(folder, 'private'), target }
        const second = await runExport(parseConfig(settings))
        expect(second.orgs.map(({ error }) => error)).toEqual([
          expect.stringMatching(/no space left on (the )?device/i),
        ])
        const dataset = await openWhole(bundle)
        expect((await run(dataset, metrics['total-applicants'])).body).toEqual({ total_applicants: 1 })
        await dataset.close()
        await rm(join(target, 'fill'))
        const third = await runExport(parseConfig(settings))
        expect(third.orgs.map(({ error }) => error)).toEqual([null])
        expect((await readManifest(bundle)).tables.applications.rows).toBe(50)
        expect((await readdir(bundle)).filter((name) => name.startsWith('.tmp-'))).toEqual([])
      } finally {
        unmount(target)
      }
    },
  )
})
