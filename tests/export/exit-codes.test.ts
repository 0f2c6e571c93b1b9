import { acquireLock, exitCodes } from 'hirescope/export'
import { spawn } from 'node:child_process'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exitCodeOf } from '../../src/export/exit-codes.ts'
import { ExportError } from '../../src/export/errors.ts'
import { rowsOf } from '../oracle/case.ts'
import { command, commandCase, type CommandCase } from './command-case.ts'

let source: CommandCase
beforeEach(async () => {
  source = await commandCase(
    rowsOf({ candidate: [{}], application: [{}, { application_id: 'a2', stage: 'Bogus' as 'offer' }] }),
  )
})
afterEach(() => source.remove())

const lenient = { maxRejected: 1 }
const root = join(import.meta.dirname, '../..')

describe('the exit code', () => {
  it('is 0 where every organisation was published', async () => {
    expect((await source.run(lenient)).code).toBe(0)
  })

  it('is 1 where one was not published or is not there', async () => {
    expect((await source.run({ maxRejected: 0.1 })).code).toBe(1)
    expect((await source.run({ ...lenient, orgs: { missing: {} } })).code).toBe(1)
  })

  it('is 2 for arguments, configuration or adapter', async () => {
    expect((await command(['--colour'])).code).toBe(2)
    expect((await command([])).code).toBe(2)
    expect((await source.run({ names: 'some' })).code).toBe(2)
    expect((await source.run(lenient, '--org', 'nowhere')).code).toBe(2)
    expect((await source.run({ adapter: '/nowhere' })).code).toBe(2)
    await writeFile(join(source.folder, 'adapter', 'job.sql'), 'SELECT 1 AS job_id')
    expect((await source.run(lenient)).code).toBe(2)
  })

  it('is 3 for a source that is not reached or not readable', async () => {
    expect((await source.run({ source: { kind: 'files', folder: '/nowhere' } })).code).toBe(3)
    const postgres = { kind: 'postgres', url: 'postgres://u@127.0.0.1:1/d', password: 'x', retries: 0 }
    expect((await source.run({ source: postgres, adapter: 'django' })).code).toBe(3)
    const denied = 'adapter: x/job.sql: line 3: permission denied for table job; grant SELECT to the role that exports'
    const hidden = 'adapter: x/job.sql: line 3: query would be affected by row-level security policy for table "job"'
    expect(exitCodeOf(new ExportError(`${denied}\n${denied}`))).toBe(3)
    expect(exitCodeOf(new ExportError(`${denied}\n${hidden}`))).toBe(3)
    expect(exitCodeOf(new ExportError(`${denied}\nadapter: x/org.sql: line 1: column name: missing`))).toBe(2)
  })

  it('is 4 for a target or private folder that cannot be written or is in use', async () => {
    await writeFile(join(source.folder, 'file'), '')
    expect((await source.run({ target: join(source.folder, 'file', 'target') })).code).toBe(4)
    expect((await source.run({ private: join(source.folder, 'file', 'private') })).code).toBe(4)
    const lock = await acquireLock(join(source.private, 'staging.lock'))
    expect((await source.run(lenient)).code).toBe(4)
    await lock.release()
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('after %s is %i, and nothing is left behind', async (signal, expected) => {
    const config = await source.config(lenient)
    const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/export.ts', '--json', '--config', config])
    let told = false
    let error = ''
    child.stdout.on('data', () => {
      if (!told) child.kill(signal)
      told = true
    })
    child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()))
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(error).toContain(`export failed: stopped by ${signal}`)
    expect(code).toBe(expected)
    expect((await readdir(source.private)).sort()).toEqual(['reports', 'secret'])
  })

  it('is known for the subject of every message that ends a run', async () => {
    const folder = join(root, 'src/export')
    const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'))
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
    const said = texts.flatMap((text) =>
      [...text.matchAll(/(?:Error|Kind)\(\s*[`'](\w+):/g)].map(([, subject]) => subject),
    )
    expect(new Set(said).size).toBeGreaterThan(8)
    const unknown = [...new Set(said)].filter((subject) => exitCodeOf(new ExportError(`${subject}: x`)) === 1)
    expect(unknown.sort()).toEqual([])
  })
})

describe('the README', () => {
  it('lists every exit code with its meaning', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8')
    const rows = [...readme.matchAll(/^\| (\d+) +\| (.*?) +\|$/gm)].map(([, code, meaning]) => [Number(code), meaning])
    expect(rows).toEqual(Object.entries(exitCodes).map(([code, meaning]) => [Number(code), meaning]))
  })
})
