import { runReport, type RunReport } from 'hirescope/export'
import { spawn } from 'node:child_process'
import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { StoppedError } from '../../src/export/exit-codes.ts'
import { rowsOf } from '../oracle/case.ts'
import { command, commandCase, type CommandCase } from './command-case.ts'

let source: CommandCase
beforeEach(async () => {
  source = await commandCase(
    rowsOf({
      org: [{}, { org_id: 'p' }],
      app_user: [{}, { user_id: 'u2', org_id: 'p' }],
      job: [{}, { job_id: 'j2', org_id: 'p' }],
      candidate: [{ city_raw: ' ' }, { candidate_id: 'c2', org_id: 'p' }, { candidate_id: 'c3', org_id: 'nowhere' }],
      application: [
        {},
        { application_id: 'a2', stage: 'Bogus' as 'offer' },
        { application_id: 'a3', applied_at: '2027-01-01 00:00:00' },
        { application_id: 'a4', candidate_id: 'c2', job_id: 'j2' },
      ],
    }),
  )
})
afterEach(() => source.remove())

const lenient = { maxRejected: 1 }

const folder = () => join(source.private, 'reports')

const reports = async (): Promise<RunReport[]> => {
  const names = (await readdir(folder())).sort()
  return Promise.all(
    names.map(async (name) => {
      const report = runReport.parse(JSON.parse(await readFile(join(folder(), name), 'utf8')))
      expect(name).toBe(`${report.run}.json`)
      return report
    }),
  )
}

describe('the report of a run', () => {
  it('says what was read, judged and written, by organisation and in all, and how long it took', async () => {
    expect((await source.run(lenient)).code).toBe(0)
    const [report] = await reports()
    expect(report).toMatchObject({
      command: 'export',
      version: packageJson.version,
      source: 'files',
      exit_code: 0,
      error: null,
      as_of: '2026-01-01 00:00:00.000000',
      published: 2,
      failed: 0,
      scopes: 2,
      changed: 2,
      tables: {
        org: { read: 2, rejected: {} },
        candidate: { read: 3, rejected: { 'dangling org_id': 1 }, odd: { 'blank city_raw': 1 } },
        application: { read: 4, rejected: { 'unknown stage': 1 }, left_out: { future: 1 } },
      },
      no_org: { candidate: { read: 0, rejected: { 'dangling org_id': 1 } } },
      written: { jobs: 2, candidates: 2, applications: 2 },
    })
    expect(report?.orgs).toMatchObject([
      {
        org: 'o',
        error: null,
        tables: { application: { read: 3, rejected: { 'unknown stage': 1 }, left_out: { future: 1 } } },
        written: { applications: 1 },
      },
      { org: 'p', error: null, tables: { application: { read: 1, rejected: {} } }, written: { applications: 1 } },
    ])
    const sum = (pick: (org: RunReport['orgs'][number]) => number) =>
      report?.orgs.reduce((total, org) => total + pick(org), 0)
    expect(report?.bytes).toBe(sum(({ bytes }) => bytes))
    expect(report?.rows).toBe(sum(({ rows }) => rows))
    expect(Object.keys(report?.seconds ?? {}).sort()).toEqual(['judge', 'normalise', 'read', 'run', 'write'])
    await source.run(lenient)
    expect((await reports())[1]).toMatchObject({ scopes: 2, changed: 0 })
  })

  it('is for the exporter alone, and the target has none', async () => {
    await source.run(lenient)
    const [name = ''] = await readdir(folder())
    expect((await stat(join(folder(), name))).mode & 0o077).toBe(0)
    expect((await stat(folder())).mode & 0o077).toBe(0)
    expect((await readdir(source.target)).sort()).toEqual(['o', 'p'])
    await source.run({ ...lenient, private: join(source.target, 'private') })
    expect((await readdir(source.target)).sort()).toEqual(['o', 'p'])
  })

  it('is there for a run that failed, with the reason', async () => {
    await source.run({ ...lenient, source: { kind: 'files', folder: '/nowhere' } })
    await source.run({ maxRejected: { candidate: 1, application: 0.3 } })
    const [unread, refused] = await reports()
    expect(unread).toMatchObject({ exit_code: 3, error: 'files: no folder /nowhere', orgs: [], seconds: {} })
    expect(refused).toMatchObject({ exit_code: 1, error: null, published: 1, failed: 1 })
    expect(refused?.orgs.map(({ org, error }) => [org, error])).toEqual([
      ['o', expect.stringMatching(/^application: 1 of 3 rows rejected/)],
      ['p', null],
    ])
  })

  it('is there for a run that was told to stop, as far as it got', async () => {
    const stop = new AbortController()
    const args = ['--json', '--config', await source.config(lenient)]
    const { code, error } = await command(args, stop.signal, (text) => {
      if (text.includes('"org_published"')) stop.abort(new StoppedError('SIGTERM'))
    })
    expect(code).toBe(143)
    expect(error).toContain('export failed: stopped by SIGTERM')
    const [report] = await reports()
    expect(report).toMatchObject({ exit_code: 143, published: 1, as_of: null })
    expect(report?.orgs.map(({ org }) => org)).toEqual(['o'])
  })

  it('is there for a run that was killed, and has no exit code', async () => {
    const config = await source.config(lenient)
    const args = ['--import', 'tsx', 'scripts/export.ts', '--json', '--config', config]
    const child = spawn(process.execPath, args)
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('"scope_started"')) child.kill('SIGKILL')
    })
    const signal = await new Promise((resolve) => child.on('close', (_, killed) => resolve(killed)))
    expect(signal).toBe('SIGKILL')
    expect(await reports()).toMatchObject([{ exit_code: null, error: null }])
    expect((await source.run(lenient)).code).toBe(0)
    expect((await reports()).map(({ exit_code }) => exit_code)).toEqual([null, 0])
  })

  it('pushes out the oldest ones, and what a killed run left of them, but nothing else', async () => {
    await mkdir(folder(), { recursive: true })
    const old = [
      '20200101T000000000Z-00000001.json',
      '20200102T000000000Z-00000002.json',
      '20200103T000000000Z-00000003.json',
    ]
    for (const name of [...old, `.tmp-1-${old[0]}`, 'notes.txt']) await writeFile(join(folder(), name), '{}')
    await source.run({ ...lenient, keepReports: 2 })
    const names = (await readdir(folder())).sort()
    expect(names.slice(0, 1)).toEqual([old[2]])
    expect(names.slice(2)).toEqual(['notes.txt'])
    expect(names).toHaveLength(3)
  })

  it('that cannot be written is said, and the run is what it was', async () => {
    await mkdir(source.private, { mode: 0o700 })
    await writeFile(folder(), 'in the way')
    await chmod(folder(), 0o600)
    const { code, error } = await source.run(lenient)
    expect(code).toBe(0)
    expect(error).toMatch(/^report: not written: cannot write or read .*reports.*: a file is in the way of a folder\n$/)
  })
})
