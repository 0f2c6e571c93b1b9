import { acquireLock, exportCommand } from 'hirescope/export'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { rowsOf } from '../oracle/case.ts'
import { writeRows } from '../oracle/index.ts'
import { startPostgres, type TestServer } from '../postgres.ts'

const server: TestServer | null = await startPostgres()
afterAll(() => server?.stop())

// The drivers take what is not said from there.
for (const name of Object.keys(process.env)) if (name.startsWith('PG')) vi.stubEnv(name, undefined)

let folder: string
let files: object
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hirescope-command-'))
  const rows = rowsOf({
    candidate: [{}],
    application: [{}, { application_id: 'a2', stage: 'Bogus' as 'offer' }],
  })
  const { adapterFolder, dataFolder } = await writeRows(rows, folder)
  files = {
    source: { kind: 'files', folder: dataFolder },
    adapter: adapterFolder,
    target: join(folder, 'target'),
    private: join(folder, 'private'),
    asOf: '2026-01-01T00:00:00Z',
    maxRejected: 0.5,
    threads: 1,
  }
})
afterEach(() => rm(folder, { recursive: true, force: true }))

interface Ended {
  code: number | null
  out: string
  error: string
}

/** Runs the command as npm would, in a process of its own. */
const spawned = (...args: string[]) =>
  new Promise<Ended>((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/export.ts', ...args])
    let out = ''
    let error = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()))
    child.on('close', (code) => resolve({ code, out, error }))
  })

/** Runs it in this process, which is quicker. */
const command = async (...args: string[]): Promise<Ended> => {
  let out = ''
  let error = ''
  const code = await exportCommand(args, {
    live: false,
    out: (text) => (out += text),
    error: (text) => (error += text),
  })
  return { code, out, error }
}

const writeConfig = async (config: object) => {
  const file = join(folder, 'config.json')
  await writeFile(file, JSON.stringify({ ...files, ...config }))
  return file
}
const withConfig = async (config: object, ...flags: string[]) =>
  command('--config', await writeConfig(config), ...flags)

/** The one line on stderr of a command that failed; nothing of a stack anywhere. */
const lineOf = ({ code, out, error }: Ended): string => {
  expect(code).toBeGreaterThan(0)
  expect(out).not.toMatch(/ {4}at |node:internal/)
  expect(error).toMatch(/^export failed: [^\n]+\n$/)
  return error.slice('export failed: '.length, -1)
}

describe('the command', () => {
  it('exports and ends with a summary in plain lines', async () => {
    const { code, out, error } = await spawned('--config', await writeConfig({}))
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).not.toContain('\r')
    expect(out).not.toContain('\u001b')
    expect(out).toMatch(/^read application: 2 rows$/m)
    expect(out).toMatch(/^org o: scope 1 of 1, 1 jobs$/m)
    expect(out).toMatch(/^org o: 1 scopes \(1 changed\), 20 rows, [\d,]+ bytes$/m)
    expect(out).toMatch(/^ {2}application: 1 rejected, unknown stage \("a2"\)$/m)
    expect(out).toMatch(
      /\nas of 2026-01-01 00:00:00\.000000 UTC: 1 of 1 orgs published, 1 scopes, 20 rows, [\d,]+ bytes, 1 rejected; [\d.]+ s reading, [\d.]+ s judging, [\d.]+ s normalising, [\d.]+ s writing\n$/,
    )
    expect(await readdir(join(folder, 'private'))).toEqual(expect.arrayContaining(['o', 'secret']))
    expect(await readdir(join(folder, 'private'))).not.toContain('staging')
  })

  it('takes a TypeScript configuration from anywhere, and flags before it', async () => {
    const file = join(folder, 'config.ts')
    await writeFile(file, `export default ${JSON.stringify(files)} satisfies object\n`)
    const { code, error, out } = await spawned(
      '--config',
      file,
      '--as-of',
      '2025-06-01T02:00:00+05:30',
      '--names',
      'none',
    )
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toContain('as of 2025-05-31 20:30:00.000000 UTC')
    const [scope = ''] = await readdir(join(folder, 'target', 'o'))
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'target', 'o', scope, 'manifest.json'), 'utf8'))
    expect(manifest).toMatchObject({ as_of: '2025-05-31T20:30:00.000000Z', names: 'none' })
  })

  it('explains itself', async () => {
    const { code, out, error } = await spawned('--help')
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toMatch(/^usage: npm run export -- --config/)
  })
})

describe('one clear line says', () => {
  it.each([
    ['an unknown setting', { tarrget: 'x' }, 'config: Unrecognized key: "tarrget"'],
    ['a setting of the wrong type', { graceRuns: 'two' }, /^config: graceRuns: .*expected (number|int)/],
    ['a setting of a source', { source: { kind: 'files', foldr: 'x' } }, /^config: source\.folder: .*"foldr"/],
    ['a time zone that is none', { defaultTimeZone: 'Mars/Base' }, 'config: defaultTimeZone: not an IANA time zone'],
    ['a table of a limit', { maxRejected: { aplication: 1 } }, /^config: maxRejected: /],
    ['a missing adapter', { adapter: '/nowhere/adapter' }, 'adapter: no folder /nowhere/adapter'],
    ['a missing data folder', { source: { kind: 'files', folder: '/nowhere/data' } }, 'files: no folder /nowhere/data'],
    [
      'a missing PGlite folder',
      { source: { kind: 'pglite', folder: '/nowhere/db' } },
      'pglite: no database in /nowhere/db',
    ],
  ])('%s', async (_, config, expected) => {
    expect(lineOf(await withConfig(config))).toMatch(expected)
    expect(await readdir(folder)).not.toContain('secret')
  })

  it.each([
    ['a flag that does not exist', ['--colour'], /^arguments: Unknown option '--colour'.*see --help/],
    ['an organisation that does not exist', ['--org', 'x', '--org', 'o'], 'org: x is not in the source'],
    ['an instant that is none', ['--as-of', 'yesterday'], /^config: asOf: Invalid ISO datetime/],
    ['a day that is no instant', ['--as-of', '2026-01-01'], /^config: asOf: Invalid ISO datetime/],
    ['a share that is no number', ['--max-rejected', 'some'], /^config: maxRejected: /],
    ['a share that is left blank', ['--max-rejected', ''], /^config: maxRejected: /],
    ['a share with a sign', ['--max-rejected', '1%'], /^config: maxRejected: /],
    ['a share above the whole', ['--max-rejected', '2'], /^config: maxRejected: /],
    ['a setting of names', ['--names', 'some'], /^config: names: Invalid option/],
  ])('%s', async (_, flags, expected) => {
    expect(lineOf(await withConfig({}, ...flags))).toMatch(expected)
    await expect(readdir(join(folder, 'target', 'o'))).rejects.toThrow('ENOENT')
  })

  it('that the configuration names an organisation that is not there, when the others are published', async () => {
    const ended = await withConfig({ orgs: { o: { weekStart: 'sunday' }, O1: {}, O2: {} } })
    expect(ended.code).toBe(1)
    expect(ended.error).toBe('export failed: config: orgs: O1, O2 is not in the source; correct or remove it\n')
    expect(ended.out).toContain('1 of 1 orgs published')
    const [scope = ''] = await readdir(join(folder, 'target', 'o'))
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'target', 'o', scope, 'manifest.json'), 'utf8'))
    expect(manifest).toMatchObject({ week_start: 'sunday' })
  })

  it('after how many hours newer numbers should be there, to whoever reads the manifest', async () => {
    const ended = await withConfig({ expectedIntervalHours: 26 })
    expect(ended.code).toBe(0)
    const [scope = ''] = await readdir(join(folder, 'target', 'o'))
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'target', 'o', scope, 'manifest.json'), 'utf8'))
    expect(manifest).toMatchObject({ expected_interval_hours: 26 })
    expect(lineOf(await withConfig({ expectedIntervalHours: 0 }))).toMatch(/^config: expectedIntervalHours: /)
  })

  it('that there is no configuration, or none that can be read', async () => {
    expect(lineOf(await spawned())).toBe('arguments: --config is missing; see --help')
    const missing = join(folder, 'none.json')
    expect(lineOf(await command('--config', missing))).toBe(`config: no file ${missing}`)
    const file = join(folder, 'broken.json')
    await writeFile(file, '{ "source": { "kind": "postgres", "password": "canary" "url": "x" } }')
    const line = lineOf(await command('--config', file))
    expect(line).toMatch(`config: ${file} is not JSON`)
    expect(line).not.toContain('can')
    const script = join(folder, 'broken.ts')
    await writeFile(script, `import './not-there.ts'\nexport default {}\n`)
    expect(lineOf(await spawned('--config', script))).toMatch(/^config: .*broken\.ts cannot be read: .*not-there/)
    await writeFile(script, 'export const config = {}\n')
    expect(lineOf(await spawned('--config', script))).toMatch(/^config: /)
  })

  it('which file an adapter lacks, and which line of it is wrong', async () => {
    const adapter = join(folder, 'adapter')
    const job = await readFile(join(adapter, 'job.sql'), 'utf8')
    await rm(join(adapter, 'job.sql'))
    expect(lineOf(await withConfig({}))).toBe(`adapter: ${adapter} lacks job.sql`)
    await writeFile(join(adapter, 'job.sql'), job.replace('  title', '  length(title) AS title'))
    expect(lineOf(await withConfig({}))).toBe(
      `adapter: ${adapter}/job.sql: line 5: column title: expected text, got BIGINT; add a cast (::text)`,
    )
    await writeFile(join(adapter, 'job.sql'), job.replace('FROM', 'FORM'))
    expect(lineOf(await withConfig({}))).toMatch(/adapter\/job\.sql: line \d+: Parser Error: syntax error at or near/)
    await writeFile(join(adapter, 'job.sql'), job)
    await writeFile(join(adapter, 'jobs.sql'), job)
    expect(lineOf(await withConfig({}))).toBe(`adapter: ${adapter}/jobs.sql names no table of the source contract`)
    await expect(readdir(join(folder, 'target', 'o'))).rejects.toThrow('ENOENT')
  })

  it('that the target cannot be written', async () => {
    await writeFile(join(folder, 'file'), '')
    const below = join(folder, 'file', 'target')
    expect(lineOf(await withConfig({ target: below }))).toBe(
      `cannot write or read ${below}: a file is in the way of a folder`,
    )
    expect(lineOf(await withConfig({ target: join(folder, 'file') }))).toBe(
      `cannot write or read ${join(folder, 'file')}: a file is in the way of a folder`,
    )
    // Its folder is there, and yet nothing can be made in it.
    if (existsSync('/proc/self'))
      expect(lineOf(await withConfig({ target: '/proc/nowhere' }))).toBe(
        'cannot write or read /proc/nowhere: not found',
      )
    await mkdir(join(folder, 'elsewhere'))
    expect(lineOf(await withConfig({}, '--private', join(folder, 'target')))).toMatch(
      /^config: private lies under target/,
    )
  })

  it('that another export is running, and which process that is', async () => {
    const lock = await acquireLock(join(folder, 'private', 'staging.lock'))
    const line = lineOf(await withConfig({}))
    expect(line).toMatch(new RegExp(`^lock: held by process ${process.pid} on .* since \\d{4}-.*; wait for it`))
    await lock.release()
    const own = await acquireLock(join(folder, 'private', 'o', 'lock'))
    const { code, out } = await withConfig({})
    expect(code).toBe(1)
    expect(out).toMatch(`org o: failed, its last dataset stays: lock: held by process ${process.pid} on`)
    await own.release()
    expect((await withConfig({})).code).toBe(0)
  })
})

describe.skipIf(!server)('with a PostgreSQL server (skipped without its programs) one clear line says', () => {
  const at = `127.0.0.1:${server?.port}`
  const config = (url: string, more: object = {}) => ({ source: { kind: 'postgres', url, ...more }, adapter: 'django' })
  const quiet = (ended: Ended) => {
    expect(ended.out + ended.error).not.toMatch(/canary|postgres:\/\//)
    return lineOf(ended)
  }

  it('that a table is missing', async () => {
    const { code, out, error } = await withConfig(config(server?.url() ?? ''))
    expect(code).toBe(2)
    expect(out + error).not.toMatch(/canary|postgres:\/\/| {4}at /)
    // An adapter's problems are told all at once, a line for each.
    const problem =
      /^adapter: src\/export\/adapters\/django\/postgres\/\w+\.sql: line \d+: relation "(\w+)" does not exist$/
    const tables = error
      .replace('export failed: ', '')
      .trimEnd()
      .split('\n')
      .map((line) => problem.exec(line)?.[1])
    const schema = await readFile('src/demo/schema.sql', 'utf8')
    const all = [...schema.matchAll(/CREATE TABLE (\w+)/g)].map(([, name]) => name)
    expect([...new Set(tables)].sort()).toEqual(all.sort())
  })

  it('that there is no such database', async () => {
    expect(quiet(await withConfig(config(server?.url('nowhere') ?? '')))).toBe(
      `postgres: no database "nowhere" on ${at}`,
    )
  })

  it('that the password is wrong, without it', async () => {
    const wrong = `postgres: wrong password for "hirescope" on ${at}; set PGPASSWORD or the config's password`
    expect(quiet(await withConfig(config(`postgres://hirescope:wrong-canary@${at}/postgres`)))).toBe(wrong)
    const url = `postgres://hirescope@${at}/postgres`
    expect(quiet(await withConfig(config(url, { password: 'wrong canary' })))).toBe(wrong)
    expect(quiet(await withConfig({}, '--database', `postgres://hirescope:wrong-canary@${at}/postgres`))).toBe(wrong)
  })

  it('that no server is there', async () => {
    expect(quiet(await withConfig(config('postgres://u:canary@127.0.0.1:1/d', { retries: 0 })))).toBe(
      'postgres: nothing listens on 127.0.0.1:1',
    )
  })
})
