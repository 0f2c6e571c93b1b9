import { acquireLock } from 'hirescope/export'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hirescope-lock-'))
  path = join(folder, 'org', 'lock')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const since = '2026-01-02T03:04:05.678Z'

/** Leaves a lock as a process that did not release it would. */
const leave = async (holder: object) => {
  await (await acquireLock(path)).release()
  await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname(), started: null, since, ...holder }))
}

/** Runs a program and gives its process id once it has ended, with what it said. */
const ended = (args: string[]) =>
  new Promise<{ pid: number; code: number | null; said: string }>((done) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.on('close', (code) => done({ pid: child.pid ?? 0, code, said }))
  })

it('lets one holder in, tells the second who it is, and leaves nothing behind', async () => {
  const lock = await acquireLock(path)
  const holder = JSON.parse(await readFile(path, 'utf8')) as { pid: number; since: string }
  expect(holder.pid).toBe(process.pid)
  await expect(acquireLock(path)).rejects.toThrow(
    `lock: held by process ${process.pid} on ${hostname()} since ${holder.since}; wait for it, or delete ${path} if it is gone`,
  )
  await lock.release()
  const again = await acquireLock(path)
  await again.release()
  expect(await readdir(join(folder, 'org'))).toEqual([])
})

it('takes the lock of a dead process over', async () => {
  const { pid } = await ended(['-e', ''])
  await leave({ pid })
  const lock = await acquireLock(path)
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid })
  await lock.release()
  expect(await readdir(join(folder, 'org'))).toEqual([])
})

it('takes a lock over whose process id belongs to a process that began at another time', async () => {
  await leave({ started: '1' })
  await (await acquireLock(path)).release()
  expect(await readdir(join(folder, 'org'))).toEqual([])
})

it('does not judge processes of another host, nor a file that it cannot read', async () => {
  await leave({ pid: 1, host: 'elsewhere' })
  const text = await readFile(path, 'utf8')
  await expect(acquireLock(path)).rejects.toThrow(`lock: held by process 1 on elsewhere since ${since}; wait for it`)
  expect(await readFile(path, 'utf8')).toBe(text)
  for (const unreadable of ['', 'null', '7', '{}']) {
    await writeFile(path, unreadable)
    await expect(acquireLock(path)).rejects.toThrow(
      `lock: held by an unreadable lock file; wait for it, or delete ${path} if it is gone`,
    )
  }
  expect(await readdir(join(folder, 'org'))).toEqual(['lock'])
})

it('takes the lock of another machine over once it was not written to for two minutes, whatever is in it', async () => {
  const ago = (seconds: number) => new Date(Date.now() - 1000 * seconds)
  for (const left of [
    { pid: 1, host: 'elsewhere' },
    // A container of this host that shares its name: its process ids are not those of this one.
    { pid: 1, space: 'pid:[1]' },
  ]) {
    await leave(left)
    await utimes(path, ago(90), ago(90))
    await expect(acquireLock(path)).rejects.toThrow('lock: held by process 1 on ')
    await utimes(path, ago(150), ago(150))
    await (await acquireLock(path)).release()
  }
  await writeFile(path, '')
  await utimes(path, ago(150), ago(150))
  await (await acquireLock(path)).release()
  expect(await readdir(join(folder, 'org'))).toEqual([])
})

it('does not take the lock of a living process on this machine over, however old it is', async () => {
  const lock = await acquireLock(path)
  await utimes(path, 0, 0)
  await expect(acquireLock(path)).rejects.toThrow(`lock: held by process ${process.pid}`)
  await lock.release()
})

it('is written to as long as it is held, and never into the lock of who came after', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const lock = await acquireLock(path)
  const text = await readFile(path, 'utf8')
  const age = async () => Date.now() - (await stat(path)).mtimeMs
  await utimes(path, 0, 0)
  vi.advanceTimersByTime(10_000)
  await vi.waitFor(async () => expect(await age()).toBeLessThan(60_000))
  expect(await readFile(path, 'utf8')).toBe(text)
  await rm(path)
  await writeFile(path, 'x')
  await utimes(path, 0, 0)
  vi.advanceTimersByTime(10_000)
  await lock.release()
  expect(await age()).toBeGreaterThan(60_000)
  expect(await readFile(path, 'utf8')).toBe('x')
})

it('leaves a lock alone that another holds by the time it is released', async () => {
  const lock = await acquireLock(path)
  const other = JSON.stringify({ pid: 1, host: 'elsewhere', started: null, since })
  await writeFile(path, other)
  await lock.release()
  expect(await readFile(path, 'utf8')).toBe(other)
})

it('lets one of several processes in at a time, also while each leaves a dead one’s lock behind', async () => {
  const { pid } = await ended(['-e', ''])
  const program = join(folder, 'racer.mts')
  await writeFile(
    program,
    `import { mkdirSync, rmdirSync, renameSync, writeFileSync } from 'node:fs'
import { acquireLock } from ${JSON.stringify(resolve('src/export/lock.ts'))}

const path = ${JSON.stringify(path)}
const inside = ${JSON.stringify(join(folder, 'inside'))}
const dead = JSON.stringify({ pid: ${pid}, host: ${JSON.stringify(hostname())}, started: '1', since: String(process.pid) })
const end = Date.now() + 4000
for (let wins = 0; wins < 40 && Date.now() < end; ) {
  const lock = await acquireLock(path).catch((error) => {
    if (!String(error.message).startsWith('lock: ')) throw error
  })
  await new Promise(setImmediate)
  if (!lock) continue
  wins += 1
  mkdirSync(inside)
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
  rmdirSync(inside)
  if (wins % 3 === 0) await lock.release()
  else {
    writeFileSync(path + '.dead' + process.pid, dead + ' '.repeat(wins))
    renameSync(path + '.dead' + process.pid, path)
  }
}
`,
  )
  await leave({ pid })
  const runs = await Promise.all(Array.from({ length: 4 }, () => ended(['--import', 'tsx', program])))
  expect(runs.map(({ code, said }) => `${code} ${said}`)).toEqual(runs.map(() => '0 '))
  const left = (await readdir(join(folder, 'org'))).filter((name) => name !== 'lock')
  expect(left).toEqual([])
})
