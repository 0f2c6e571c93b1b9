import type { SourceRow, SourceRows } from 'hirescope/contract'
import { localFileSystem, parseConfig, rollBack, type FileSystem } from 'hirescope/export'
import { metrics, run } from 'hirescope/metrics'
import { mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { acquireLock } from '../../src/export/lock.ts'
import { rowsOf } from '../oracle/case.ts'
import { nightsIn, type Nights } from './night.ts'
import { openWhole } from './open-whole.ts'

let folder: string
let nights: Nights
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hirescope-rollback-'))
  nights = nightsIn(folder)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

interface Night {
  /** Jobs with one applicant each; j1 is shared with the editor unless said. */
  jobs: string[]
  shared?: string[]
  users?: Partial<SourceRow<'app_user'>>[]
  names?: string
}

const editor = { user_id: 'editor', role: 'editor' as const, email: 'Editor@example.org' }

const night = ({ jobs, shared = ['j1'], users = [editor] }: Night): SourceRows =>
  rowsOf({
    app_user: [{ email: 'admin@example.org' }, ...users],
    job: jobs.map((job_id) => ({ job_id })),
    job_share: shared.map((job_id) => ({ job_id, user_id: 'editor' })),
    candidate: jobs.map((job) => ({ candidate_id: `c of ${job}` })),
    application: jobs.map((job_id) => ({ application_id: `a of ${job_id}`, candidate_id: `c of ${job_id}`, job_id })),
  })

const publish = async (rows: SourceRows, ...flags: string[]) => {
  const { code, out, error } = await nights.run(rows, ...flags)
  expect({ code, error }, out).toEqual({ code: 0, error: '' })
}

const rollback = async (org = 'o') => {
  // A rollback asks no source.
  await rm(join(folder, 'data'), { recursive: true, force: true })
  return nights.run(null, '--rollback', org)
}

/** The ids of the jobs that a bundle shows, every file of it checked. */
const jobsIn = async (bundle: string) => {
  const dataset = await openWhole(join(nights.target, bundle))
  const ids = [...dataset.jobs.keys()].sort()
  await run(dataset, metrics['total-applicants'])
  await dataset.close()
  return ids
}

const filesBelow = async (path: string) =>
  Object.fromEntries(
    await Promise.all(
      (await readdir(path, { recursive: true, withFileTypes: true }))
        // Every run leaves a report.
        .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('reports'))
        .map(async (entry) => {
          const file = join(entry.parentPath, entry.name)
          return [file, (await readFile(file)).toString('base64')] as const
        }),
    ),
  )

describe('a rollback', () => {
  it('publishes the dataset before again, under a new number, once', async () => {
    await publish(night({ jobs: ['j1', 'j2'] }))
    const { admin = '', editor = '' } = await nights.users()
    const first = await nights.manifest(admin)
    await publish(rowsOf({ ...night({ jobs: ['j1', 'j2'] }), candidate: [], application: [] }), '--force')
    const second = await nights.manifest(admin)
    expect(second).toMatchObject({ sequence: 2, tables: { applications: { rows: 0 } } })

    const { code, out, error } = await rollback()
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toBe(`org o: rolled back to the dataset exported at ${String(first.exported_at)}, 2 scopes\n`)
    expect(await nights.manifest(admin)).toEqual({ ...first, sequence: 3 })
    expect(await nights.manifest(admin, 'manifest.previous.json')).toEqual(second)
    expect(await nights.users()).toEqual({ admin, editor })
    expect(await jobsIn(admin)).toEqual(['j1', 'j2'])

    const files = await filesBelow(folder)
    expect(await rollback()).toMatchObject({
      code: 2,
      error:
        'rollback failed: org: o has no previous dataset: published once only, rolled back already, or erased; export it anew\n',
    })
    expect(await filesBelow(folder)).toEqual(files)

    // What the next run compares with is what stands again.
    const { out: refused } = await nights.run(rowsOf({ ...night({ jobs: ['j1', 'j2'] }), application: [] }))
    expect(refused).toContain('applications: fell from 2 to 0')
    await publish(night({ jobs: ['j1', 'j2'] }))
    expect(await nights.manifest(admin)).toMatchObject({ sequence: 4 })
  })

  it('brings back scopes that the last run took away, and takes away those that it made', async () => {
    await publish(night({ jobs: ['j1', 'j2', 'j3', 'j4'] }))
    const before = await nights.users()
    const first = await nights.manifest(before.admin ?? '')
    // A broken source that maxDrop lets through: the scope of all jobs is another one.
    await publish(night({ jobs: ['j1', 'j2', 'j3'] }))
    const between = await nights.users()
    expect(between.admin).not.toBe(before.admin)
    expect(between.editor).toBe(before.editor)
    await expect(nights.manifest(before.admin ?? '')).rejects.toThrow('ENOENT')

    expect((await rollback()).code).toBe(0)
    expect(await nights.users()).toEqual(before)
    expect(await nights.manifest(before.admin ?? '')).toEqual({ ...first, sequence: 2 })
    expect(await jobsIn(before.admin ?? '')).toEqual(['j1', 'j2', 'j3', 'j4'])
    expect(await nights.manifest(before.editor ?? '')).toMatchObject({ sequence: 3 })
    await expect(nights.manifest(between.admin ?? '')).rejects.toThrow('ENOENT')
  })

  it('gives nobody access again that has ended, neither to the organisation nor to a job', async () => {
    const gone = { user_id: 'gone', role: 'admin' as const, email: 'gone@example.org' }
    await publish(night({ jobs: ['j1', 'j2', 'j3'], shared: ['j1', 'j2'], users: [editor, gone] }))
    const before = await nights.users()
    expect(Object.keys(before).sort()).toEqual(['admin', 'editor', 'gone'])
    // The editor loses j2, which is still there; j3 is deleted; j4 and a user are new.
    const young = { user_id: 'young', role: 'admin' as const }
    await publish(night({ jobs: ['j1', 'j2', 'j4'], shared: ['j1'], users: [editor, young] }))
    const between = await nights.users()

    const { out } = await rollback()
    expect(out).toMatch(/, 1 scopes; 2 scopes that were not there then keep theirs$/m)
    const after = await nights.users()
    expect(Object.keys(after).sort()).toEqual(['admin', 'editor', 'young'])
    expect(await jobsIn(after.admin ?? '')).toEqual(['j1', 'j2', 'j3'])
    expect(after.admin).toBe(before.admin)
    expect(after.editor).toBe(between.editor)
    expect(await jobsIn(after.editor ?? '')).toEqual(['j1'])
    expect(after.young).toBe(between.young)
    await expect(nights.manifest(before.editor ?? '')).rejects.toThrow('ENOENT')
    const { emails } = JSON.parse(await readFile(join(nights.private, 'o', 'access.json'), 'utf8')) as {
      emails: Record<string, string>
    }
    expect(Object.values(emails).sort()).toEqual([after.admin, after.editor].sort())
  })

  it('gives a viewer the earlier scope when all that it lacks now is new or gone from the source', async () => {
    await publish(night({ jobs: ['j1', 'j2', 'j3', 'j4'], shared: ['j1', 'j2'] }))
    const before = await nights.users()
    await publish(night({ jobs: ['j1', 'j3', 'j4', 'j5'], shared: ['j1', 'j5'] }))
    await rollback()
    expect(await nights.users()).toEqual(before)
  })
})

describe('a rollback is refused, and changes nothing, when', () => {
  const refused = async (expected: RegExp, org?: string) => {
    const files = await filesBelow(join(folder, 'target'))
    const own = await filesBelow(join(folder, 'private'))
    const { code, out, error } = await rollback(org)
    expect(code).toBeGreaterThan(1)
    expect(out).toBe('')
    expect(error).toMatch(expected)
    expect(await filesBelow(join(folder, 'target'))).toEqual(files)
    expect(await filesBelow(join(folder, 'private'))).toEqual(own)
  }

  it('the organisation is not known, was published once only, or is being exported', async () => {
    await publish(night({ jobs: ['j1'] }))
    await refused(/^rollback failed: org: nobody has no dataset of this private folder\n$/, 'nobody')
    await refused(/^rollback failed: org: o has no previous dataset: published once only/)
    const lock = await acquireLock(join(nights.private, 'o', 'lock'))
    await refused(/^rollback failed: lock: held by process \d+ on /)
    await lock.release()
  })

  it('a file of it is gone or damaged', async () => {
    await publish(night({ jobs: ['j1', 'j2'] }))
    const { admin = '' } = await nights.users()
    const { tables } = (await nights.manifest(admin)) as unknown as { tables: Record<string, { file: string }> }
    await publish(rowsOf({ ...night({ jobs: ['j1', 'j2'] }), candidate: [], application: [] }), '--force')
    const file = join(nights.target, admin, tables.applications?.file ?? '')
    const bytes = await readFile(file)
    await truncate(file, bytes.length - 1)
    await refused(/^rollback failed: target: .*\.parquet is damaged, and the previous dataset with it; export anew\n$/)
    await rm(file)
    await refused(/^rollback failed: target: .*\.parquet is gone, and the previous dataset with it; export anew\n$/)
    await writeFile(file, bytes)
    await rm(join(nights.target, admin, 'manifest.previous.json'))
    await refused(/^rollback failed: target: .*manifest\.previous\.json is gone; export anew\n$/)
  })

  it('the data files of a scope did not stay for a run', async () => {
    nights.set({ graceRuns: 0 })
    await publish(night({ jobs: ['j1', 'j2', 'j3', 'j4'] }))
    await publish(night({ jobs: ['j1', 'j2', 'j3'] }))
    await refused(/^rollback failed: target: .*\.parquet is gone, and the previous dataset with it; export anew\n$/)
  })

  it('it holds names that the configuration does not allow any more', async () => {
    nights.set({ names: 'all' })
    await publish(night({ jobs: ['j1'] }))
    nights.set({ names: 'hired' })
    await publish(night({ jobs: ['j1'] }))
    await refused(/^rollback failed: org: o: its previous dataset has names \(all\), and names is hired now\n$/)
  })
})

it('a rollback changes nothing any more once its lock was taken away', async () => {
  for (const jobs of [['j1'], ['j1', 'j2']]) await publish(night({ jobs }))
  const lock = join(nights.private, 'o', 'lock')
  const before = [await filesBelow(nights.target), await filesBelow(nights.private)]
  // It sleeps after it has read all that it needs, before it writes anything.
  const files: FileSystem = {
    ...localFileSystem,
    write: async (...args) => {
      await rm(lock, { force: true })
      await localFileSystem.write(...args)
    },
  }
  const config = parseConfig(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')))
  await expect(rollBack(config, 'o', { files })).rejects.toThrow(/^lock: .* was taken away while this run held it/)
  const [target, own] = [await filesBelow(nights.target), await filesBelow(nights.private)]
  expect(target).toEqual(before[0])
  const lasting = Object.entries(own).filter(([path]) => !path.includes('.tmp-'))
  expect(Object.fromEntries(lasting)).toEqual(before[1])
})

it('a rollback that ended halfway is completed by the next', async () => {
  await publish(night({ jobs: ['j1', 'j2'] }))
  const [one = '', two = ''] = Object.values(await nights.users())
  const manifests = [await nights.manifest(one), await nights.manifest(two)]
  await publish(rowsOf({ ...night({ jobs: ['j1', 'j2'] }), candidate: [], application: [] }), '--force')
  // The second of the two manifests cannot be swapped.
  const stuck = join(nights.target, two, 'manifest.json')
  const text = await readFile(stuck)
  await writeFile(stuck, '{}')
  expect((await rollback()).error).toMatch(/^rollback failed: target: .* is not a manifest; move it away\n$/)
  expect(await nights.manifest(one)).toEqual({ ...manifests[0], sequence: 3 })
  await writeFile(stuck, text)
  expect((await rollback()).error).toBe('')
  expect(await nights.manifest(one)).toEqual({ ...manifests[0], sequence: 4 })
  expect(await nights.manifest(two)).toEqual({ ...manifests[1], sequence: 3 })
})
