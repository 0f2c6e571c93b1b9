import { eventFields } from 'hirescope/export'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rowsOf } from '../oracle/case.ts'
import { command, commandCase, eventsOf, named, type CommandCase } from './command-case.ts'

const canary = 'Canary'

const rows = rowsOf({
  org: [{}, { org_id: 'p' }],
  app_user: [{}, { user_id: 'u2', org_id: 'p', email: `${canary}@example.org`, name: canary }],
  job: [{}, { job_id: 'j2', org_id: 'p', title: canary, department: canary, location_raw: canary }],
  candidate: [
    {},
    { candidate_id: 'c2', org_id: 'p', name: canary, city_raw: canary },
    { candidate_id: 'c3', org_id: canary, name: canary },
  ],
  application: [{}, { application_id: 'a2', stage: canary as 'offer', source: canary }],
  resume: [{ city_raw: canary }, { resume_id: 'r2', candidate_id: canary }],
  resume_skill: [{ skill_raw: canary }],
})

let source: CommandCase
beforeEach(async () => {
  source = await commandCase(rows)
})
afterEach(() => source.remove())

const lenient = { maxRejected: 1 }

const withoutTimes = (text: string) => text.replace(/[\d.]+ s /g, '… s ')

describe('--json', () => {
  it('writes each event as a line that its schema takes, of one run, from its start to its end', async () => {
    const { code, out } = await source.run(lenient, '--json')
    expect(code).toBe(0)
    const events = eventsOf(out)
    expect(new Set(events.map(({ run }) => run)).size).toBe(1)
    expect(events.map(({ time }) => time)).toEqual(events.map(({ time }) => time).sort())
    expect(events[0]).toMatchObject({ event: 'run_started', command: 'export', source: 'files', adapter: 'adapter' })
    expect(events.at(-1)).toMatchObject({ event: 'run_finished', level: 'info', exit_code: 0, error: null })
    expect(named(events, 'table_read').find(({ table }) => table === 'application')).toMatchObject({ rows: 2 })
    expect(named(events, 'stage_finished').map(({ stage }) => stage)).toEqual(['read', 'judge', 'normalise', 'write'])
    expect(named(events, 'org_published')).toMatchObject([
      {
        org: 'o',
        scopes: 1,
        changed: 1,
        read: { application: 2, candidate: 1 },
        written: { jobs: 1, applications: 1 },
      },
      { org: 'p', scopes: 1, changed: 1, read: { candidate: 1, job: 1 }, written: { jobs: 1 } },
    ])
    expect(named(events, 'rows_judged')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ org: null, table: 'candidate', reason: 'dangling org_id', rows: 1, level: 'warn' }),
        expect.objectContaining({ org: 'o', table: 'application', kind: 'rejected', rows: 1, sample: ['a2'] }),
      ]),
    )
    const [exported] = named(events, 'exported')
    expect(exported).toMatchObject({ orgs: 2, published: 2, scopes: 2, changed: 2, rejected: 3 })
  })

  it('puts on stderr what stdout says without it', async () => {
    await source.run(lenient)
    const plain = await source.run(lenient)
    const json = await source.run(lenient, '--json')
    expect(withoutTimes(json.error)).toBe(withoutTimes(plain.out + plain.error))
    expect(plain.out).toContain('org o: 1 scopes (0 changed)')
  })

  it('has no value of a row but ids, and no address of a bundle', async () => {
    const { out, error } = await source.run(lenient, '--json')
    expect(out + error).not.toContain(canary)
    expect(out + error).not.toMatch(/[a-z2-7]{52}/)
  })

  it('says why a run failed, also before there is a configuration', async () => {
    for (const [args, text] of [
      [['--json'], /^arguments: --config is missing/],
      [['--json', '--colour'], /^arguments: Unknown option/],
      [['--json', '--config', await source.config({ adapter: '/nowhere' })], /^adapter: no folder/],
    ] as const) {
      const { code, out, error } = await command(args)
      const last = eventsOf(out).at(-1)
      expect(last).toMatchObject({ event: 'run_finished', level: 'error', exit_code: code })
      expect(last?.event === 'run_finished' && last.error).toMatch(text)
      expect(error).toMatch(/^export failed: /)
    }
  })

  it('says that an organisation failed and why', async () => {
    const { code, out } = await source.run({ maxRejected: 0.1 }, '--json')
    expect(code).toBe(1)
    const failed = named(eventsOf(out), 'org_failed')
    expect(failed.map(({ org, level }) => [org, level])).toContainEqual(['o', 'error'])
    expect(failed[0]?.error).toMatch(/candidate: 1 of 3 rows rejected/)
  })

  it('excludes --print-grants, whose output is SQL', async () => {
    const { code, error } = await source.run({}, '--json', '--print-grants')
    expect(code).not.toBe(0)
    expect(error).toContain('--json and --print-grants exclude each other')
  })
})

describe('the README', () => {
  it('lists every event with its meaning and its fields', async () => {
    const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8')
    const rows = [...readme.matchAll(/^\| `(\w+)` +\| (.*?) +\| (.*?) +\|$/gm)].map(([, ...cells]) => cells)
    const expected = Object.entries(eventFields).map(([name, fields]) => [
      name,
      Object.keys(fields.shape)
        .map((field) => `\`${field}\``)
        .join(', '),
      fields.meta()?.description,
    ])
    expect(rows).toEqual(expect.arrayContaining(expected))
  })
})
