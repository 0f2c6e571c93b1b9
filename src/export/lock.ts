import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { link, open, readFile, rm, stat, type FileHandle } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { ExportError } from './errors.ts'
import { makeFolder } from './file-system.ts'

interface Holder {
  /** Tells two locks of one process apart. */
  id: string
  pid: number
  host: string
  /** What process ids count in: containers on one host may share its name, and have ids of their own. */
  space?: string | null
  /** Start of the process, so that a reused process id is not mistaken for the holder. */
  started: string | null
  since: string
}

/** The start time of a process as the kernel counts it; null where the process or /proc is not there. */
const startOf = (pid: number): string | null => {
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? null
    )
  } catch {
    return null
  }
}

const ownSpace = (): string | null => {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return null
  }
}

/** Whether its process can be looked up here. */
const isNear = ({ host, space = ownSpace() }: Holder) => host === hostname() && space === ownSpace()

const alive = ({ pid, started }: Holder): boolean => {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return started === null || startOf(pid) === started
}

const parseHolder = (text: string): Holder | null => {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null
    return typeof holder?.pid === 'number' && typeof holder.host === 'string' ? (holder as Holder) : null
  } catch {
    return null
  }
}

const contents = (path: string) => readFile(path, 'utf8').catch(() => null)

/** How often a holder shows that it is there, and after how long without that it counts as gone where it cannot be looked up. */
const beat = 10_000
const patience = 120_000

/** When a file was written last, by the clock of whoever keeps the file. */
const writtenAt = async (path: string) => (await stat(path).catch(() => null))?.mtimeMs ?? null

/** Whether a lock still has its holder; `now` is by the clock of its file system, since clocks of machines differ. */
const isHeld = async (other: Holder | null, path: string, now: number) => {
  if (other && isNear(other)) return alive(other)
  const written = await writtenAt(path)
  return written !== null && now - written < patience
}

const nameHolder = (other: Holder | null) =>
  other ? `process ${other.pid} on ${other.host} since ${other.since}` : 'an unreadable lock file'

/** Who holds a lock; null where nobody does who is still there. Writes nothing, so that the age is by this machine's clock. */
export const lockHolder = async (path: string): Promise<string | null> => {
  const found = await contents(path)
  if (found === null) return null
  const holder = parseHolder(found)
  return (await isHeld(holder, path, Date.now())) ? nameHolder(holder) : null
}

export interface Lock {
  /** @throws ExportError where it is not held any more: someone took the file away. */
  check: () => Promise<void>
  release: () => Promise<void>
}

/** Writes to a file again and again, though nothing else into it; the file it is, whatever stands under its name by now. */
const keepBeating = (file: FileHandle, text: string) => {
  const timer = setInterval(() => void file.write(text, 0).catch(() => undefined), beat)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await file.close()
  }
}

/**
 * Takes an exclusive lock, a file that names its holder and is written to as long as it is held. The lock of a dead process on this
 * host is taken over, and that of another machine two minutes after it was written to last.
 * @throws ExportError that says who holds it.
 */
export const acquireLock = async (path: string): Promise<Lock> => {
  await makeFolder(dirname(path))
  const id = randomBytes(8).toString('hex')
  const mine = `${path}.${process.pid}-${id}`
  const holder: Holder = {
    id,
    pid: process.pid,
    host: hostname(),
    space: ownSpace(),
    started: startOf(process.pid),
    since: new Date().toISOString(),
  }
  const text = JSON.stringify(holder)
  const file = await open(mine, 'wx')
  let stop = () => file.close()
  const check = async () => {
    if ((await contents(path)) !== text)
      throw new ExportError(`lock: ${path} was taken away while this run held it; nothing more is written, run again`)
  }
  const release = async () => {
    await stop()
    if ((await contents(path)) === text) await rm(path)
  }
  let held = false
  try {
    await file.writeFile(text)
    const now = (await writtenAt(mine)) ?? Date.now()
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        await link(mine, path)
        held = true
        stop = keepBeating(file, text)
        return { check, release }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const found = await contents(path)
      if (found === null) continue
      const other = parseHolder(found)
      if (await isHeld(other, path, now))
        throw new ExportError(`lock: held by ${nameHolder(other)}; wait for it, or delete ${path} if it is gone`)
      // One at a time: the lock looked at must still be the dead one's when it is taken away.
      const guard = await acquireLock(`${path}.takeover`)
      try {
        if ((await contents(path)) === found && !(await isHeld(other, path, now))) await rm(path)
      } finally {
        await guard.release()
      }
    }
    throw new ExportError(`lock: ${path} changes hands too fast; try again`)
  } finally {
    if (!held) await file.close()
    await rm(mine, { force: true })
  }
}
