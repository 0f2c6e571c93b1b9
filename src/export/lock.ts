import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { ExportError } from './errors.ts'
import { makeFolder } from './file-system.ts'

interface Holder {
  /** Tells two locks of one process apart. */
  id: string
  pid: number
  host: string
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

const isHeld = (other: Holder | null) => !other || other.host !== hostname() || alive(other)

const nameHolder = (other: Holder | null) =>
  other ? `process ${other.pid} on ${other.host} since ${other.since}` : 'an unreadable lock file'

/** Who holds a lock; null where nobody does, or a dead process on this host. */
export const lockHolder = async (path: string): Promise<string | null> => {
  const found = await contents(path)
  if (found === null) return null
  const holder = parseHolder(found)
  return isHeld(holder) ? nameHolder(holder) : null
}

export interface Lock {
  /** @throws ExportError where it is not held any more: someone took the file away. */
  check: () => Promise<void>
  release: () => Promise<void>
}

/**
 * Takes an exclusive lock, a file that names its holder. The lock of a dead process on this host is taken over.
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
    started: startOf(process.pid),
    since: new Date().toISOString(),
  }
  const text = JSON.stringify(holder)
  await writeFile(mine, text)
  const check = async () => {
    if ((await contents(path)) !== text)
      throw new ExportError(`lock: ${path} was taken away while this run held it; nothing more is written, run again`)
  }
  const release = async () => {
    if ((await contents(path)) === text) await rm(path)
  }
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        await link(mine, path)
        return { check, release }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const found = await contents(path)
      if (found === null) continue
      const other = parseHolder(found)
      if (isHeld(other))
        throw new ExportError(`lock: held by ${nameHolder(other)}; wait for it, or delete ${path} if it is gone`)
      // One at a time: the lock looked at must still be the dead one's when it is taken away.
      const guard = await acquireLock(`${path}.takeover`)
      try {
        if ((await contents(path)) === found) await rm(path)
      } finally {
        await guard.release()
      }
    }
    throw new ExportError(`lock: ${path} changes hands too fast; try again`)
  } finally {
    await rm(mine, { force: true })
  }
}
