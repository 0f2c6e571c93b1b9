import type { SourceRows } from 'hirescope/contract'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refuseDrop } from '../../src/export/drop.ts'
import { rowsOf } from '../oracle/case.ts'
import { nightsIn, type Nights } from './night.ts'

let folder: string
let nights: Nights
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hirescope-drop-'))
  nights = nightsIn(folder)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Two orgs: "big" with so many applications, of which some are deleted, and "small" with one. */
const twoOrgs = (applications: number, deleted = 0): SourceRows =>
  rowsOf({
    org: [{ org_id: 'big' }, { org_id: 'small' }],
    app_user: ['big', 'small'].map((org_id) => ({ org_id, user_id: `admin of ${org_id}` })),
    job: ['big', 'small'].map((org_id) => ({ org_id, job_id: `job of ${org_id}` })),
    candidate: [
      ...Array.from({ length: applications }, (_, n) => ({ org_id: 'big', candidate_id: `c${n}` })),
      { org_id: 'small', candidate_id: 'other' },
    ],
    application: [
      ...Array.from({ length: applications }, (_, n) => ({
        application_id: `a${n}`,
        candidate_id: `c${n}`,
        job_id: 'job of big',
        is_deleted: n < deleted,
      })),
      { application_id: 'other', candidate_id: 'other', job_id: 'job of small' },
    ],
    resume: [{ candidate_id: 'c0', job_id: 'job of big' }],
  })

const manifestOf = async (org: string) => {
  const [scope = ''] = await readdir(join(folder, 'target', org))
  return readFile(join(folder, 'target', org, scope, 'manifest.json'), 'utf8')
}

const stateFile = () => join(folder, 'private', 'big', 'state.json')

describe('an org whose applications fell', () => {
  it('by more than 30 % keeps its dataset and fails alone, unless forced', async () => {
    expect((await nights.run(twoOrgs(10))).code).toBe(0)
    const before = await manifestOf('big')
    const { code, out } = await nights.run(twoOrgs(6))
    expect(code).toBe(1)
    expect(out).toMatch(
      /^org big: failed, its last dataset stays: applications: fell from 10 to 6 \(by 40 %, allowed 30 %\); mend the source, or publish it with --force$/m,
    )
    expect(out).toContain('1 of 2 orgs published')
    expect(await manifestOf('big')).toBe(before)
    expect(JSON.parse(await manifestOf('small'))).toMatchObject({ sequence: 2 })
    // A refusal does not become what the next run compares with.
    expect((await nights.run(twoOrgs(6))).code).toBe(1)

    expect((await nights.run(twoOrgs(6), '--org', 'big', '--force')).code).toBe(0)
    expect(JSON.parse(await manifestOf('big'))).toMatchObject({ sequence: 2, tables: { applications: { rows: 6 } } })
    expect((await nights.run(twoOrgs(5))).code).toBe(0)
  })

  it('because they were deleted in the source is one of them; one with new ones is not', async () => {
    expect((await nights.run(twoOrgs(10))).code).toBe(0)
    expect((await nights.run(twoOrgs(12, 6))).out).toContain('fell from 10 to 6')
    expect((await nights.run(twoOrgs(12, 5))).code).toBe(0)
  })

  it('and whose tables vanished is told both at once', async () => {
    expect((await nights.run(twoOrgs(10))).code).toBe(0)
    const { resume, ...rest } = twoOrgs(1)
    expect(resume).toHaveLength(1)
    const { code, out } = await nights.run(rest)
    expect(code).toBe(1)
    expect(out).toContain('org big: failed, its last dataset stays: applications: fell from 10 to 1')
    expect(out).toContain('(by 90 %, allowed 30 %); resume: was there and is not available any more; mend the source')
    expect(out).toMatch(/^org small: failed, its last dataset stays: resume: was there and is not available/m)
  })

  it('is not compared with a dataset of which nothing is known', async () => {
    expect((await nights.run(twoOrgs(10))).code).toBe(0)
    await writeFile(stateFile(), JSON.stringify({ retired: {}, of: 'another version' }))
    expect((await nights.run(twoOrgs(1))).code).toBe(0)
    await writeFile(stateFile(), '{"retired"')
    expect((await nights.run(twoOrgs(1))).out).toContain(
      `org big: failed, its last dataset stays: private: ${stateFile()} is damaged; restore it or move it away`,
    )
  })
})

describe('the limit of a fall', () => {
  const fall = (from: number, to: number, maxDrop: number) => () =>
    refuseDrop({ applications: from, tables: [], jobs: [] }, { applications: to, tables: [], jobs: [] }, maxDrop)

  it('is itself allowed, whatever the share is in binary', () => {
    for (let percent = 0; percent <= 100; percent++) {
      expect(fall(1000, 1000 - 10 * percent, percent / 100)).not.toThrow()
      if (percent < 100) expect(fall(1000, 999 - 10 * percent, percent / 100)).toThrow(/fell from 1000 to/)
    }
  })

  it('stops no growth, and no org that had nothing', () => {
    expect(fall(10, 11, 0)).not.toThrow()
    expect(fall(0, 0, 0)).not.toThrow()
  })
})
