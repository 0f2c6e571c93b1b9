import { DuckDBInstance } from '@duckdb/node-api'
import type { SourceRow, SourceRows } from 'hirescope/contract'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest'
import { rowsOf } from '../oracle/case.ts'
import { textsOf } from '../truth/texts.ts'
import { nightsIn, type Nights } from './night.ts'

const instance = await DuckDBInstance.create(':memory:')
const connection = await instance.connect()
afterAll(() => {
  connection.closeSync()
  instance.closeSync()
})

let folder: string
let nights: Nights
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hirescope-erase-'))
  nights = nightsIn(folder)
  nights.set({ names: 'all' })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Applicants of one job, one of them in every table of the source; an editor who sees the job unless said. */
const withApplicants = (ids: string[], editor: Partial<SourceRow<'app_user'>> = {}): SourceRows => {
  const each = <Row>(row: (candidate_id: string) => Row) => ids.map(row)
  return rowsOf({
    app_user: [{}, { user_id: 'editor', role: 'editor', ...editor }],
    job: [{}, { job_id: 'j2' }],
    job_share: [{ user_id: 'editor' }],
    candidate: each((id) => ({ candidate_id: id, name: `name of ${id}`, city_raw: `city of ${id}` })),
    application: each((id) => ({ application_id: `application ${id}`, candidate_id: id, source: `source of ${id}` })),
    stage_event: each((id) => ({ event_id: `event ${id}`, application_id: `application ${id}` })),
    resume: each((id) => ({ resume_id: `resume ${id}`, candidate_id: id })),
    resume_skill: each((id) => ({ resume_id: `resume ${id}`, skill_raw: `skill of ${id}` })),
    assessment: each((id) => ({ assessment_id: `assessment ${id}`, candidate_id: id })),
    screening: each((id) => ({ screening_id: `screening ${id}`, candidate_id: id })),
  })
}

/** The folders under the target that hold a file in which a text can be read. */
const foldersWith = async (text: string) => {
  const found: string[] = []
  for (const scope of await readdir(join(nights.target, 'o')))
    if ((await textsOf(connection, join(nights.target, 'o', scope))).some((each) => each.includes(text)))
      found.push(`o/${scope}/`)
  return found.sort()
}

const publish = async (rows: SourceRows, ...flags: string[]) => {
  const { code, out, error } = await nights.run(rows, ...flags)
  expect({ code, error }, out).toEqual({ code: 0, error: '' })
}

const others = ['c1', 'c2', 'c3', 'c4']

it('an erased applicant is in no file under the target after --erase, and was in many before', async () => {
  await publish(withApplicants([...others, 'canary']))
  const scopes = Object.values(await nights.users()).sort()
  expect(scopes).toHaveLength(2)
  expect(await foldersWith('canary')).toEqual(scopes)
  // The editor's scope ends in a run before: its data files are kept for its grace.
  await publish(withApplicants(others, { is_active: false }))
  expect(await foldersWith('canary')).toEqual(scopes)

  await publish(withApplicants(others, { is_active: false }), '--org', 'o', '--erase')
  expect(await foldersWith('canary')).toEqual([])
  expect(await foldersWith('c4')).toEqual(Object.values(await nights.users()))
  expect(await nights.run(null, '--rollback', 'o')).toMatchObject({
    code: 2,
    error: expect.stringContaining('org: o has no previous dataset') as string,
  })
})

it('--erase does so in the run that publishes the erasure, too, and keeps all when the run is refused', async () => {
  await publish(withApplicants([...others, 'canary']))
  const scopes = Object.values(await nights.users()).sort()
  const refused = await nights.run(withApplicants(['c1']), '--org', 'o', '--erase')
  expect(refused.out).toContain('applications: fell from 5 to 1')
  expect(await foldersWith('canary')).toEqual(scopes)
  await publish(withApplicants(others), '--org', 'o', '--erase')
  expect(await foldersWith('canary')).toEqual([])
})

it('--erase is for single organisations', async () => {
  expect(await nights.run(withApplicants(others), '--erase')).toMatchObject({
    code: 2,
    error: 'export failed: arguments: --erase needs --org: it leaves no dataset to roll back to\n',
  })
})
