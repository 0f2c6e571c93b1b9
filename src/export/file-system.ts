import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, link, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** The effects that publishing has on a target, one call each, so that a test can let any of them fail. */
export interface FileSystem {
  makeFolder: (path: string) => Promise<void>
  /** Writes a new file and waits until it is on the disk. */
  write: (path: string, data: string | Uint8Array, mode?: number) => Promise<void>
  /** Waits until a file is on the disk. */
  sync: (path: string) => Promise<void>
  /** Replaces `to` in one step and waits until the folder is on the disk. */
  rename: (from: string, to: string) => Promise<void>
  /** Gives a file a second name; replaces nothing. */
  link: (from: string, to: string) => Promise<void>
  copy: (from: string, to: string) => Promise<void>
  read: (path: string) => Promise<Uint8Array>
  size: (path: string) => Promise<number | null>
  list: (path: string) => Promise<string[]>
  remove: (path: string) => Promise<void>
  removeFolder: (path: string) => Promise<void>
}

const coded = (error: unknown, code: string) => (error as NodeJS.ErrnoException).code === code

/**
 * Makes a folder and those above it. Node's own recursive `mkdir` never ends where the parent is there and yet nothing can be made
 * in it, as under /proc.
 */
export const makeFolder = async (path: string, mode?: number): Promise<void> => {
  const make = () =>
    mkdir(path, mode).catch(async (error: unknown) => {
      if (!coded(error, 'EEXIST') || !(await stat(path)).isDirectory()) throw error
    })
  try {
    await make()
  } catch (error) {
    if (!coded(error, 'ENOENT') || dirname(path) === path) throw error
    await makeFolder(dirname(path), mode)
    await make()
  }
}

const syncPath = async (path: string) => {
  const handle = await open(path, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The file system of this machine. */
export const localFileSystem: FileSystem = {
  makeFolder: (path) => makeFolder(path),
  write: async (path, data, mode = 0o644) => {
    const handle = await open(path, 'wx', mode)
    try {
      await handle.writeFile(data)
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
  sync: syncPath,
  rename: async (from, to) => {
    await rename(from, to)
    await syncPath(dirname(to))
  },
  link,
  copy: (from, to) => copyFile(from, to, constants.COPYFILE_FICLONE),
  read: (path) => readFile(path),
  size: async (path) => {
    try {
      return (await stat(path)).size
    } catch (error) {
      if (coded(error, 'ENOENT')) return null
      throw error
    }
  },
  list: async (path) => {
    try {
      return await readdir(path)
    } catch (error) {
      if (coded(error, 'ENOENT')) return []
      throw error
    }
  },
  remove: (path) => rm(path, { force: true }),
  removeFolder: rmdir,
}

/** Marks a file that is still being written; the next run removes what a killed one left. */
export const temporaryPrefix = '.tmp-'

/** Where a file is written before it takes its own name. Exporters in containers share process ids as well as folders. */
export const temporaryFor = (path: string): string =>
  join(dirname(path), `${temporaryPrefix}${randomBytes(6).toString('hex')}-${basename(path)}`)

/** Removes what a killed run left in a folder. */
export const removeTemporaryFiles = async (files: FileSystem, folder: string) => {
  for (const name of await files.list(folder))
    if (name.startsWith(temporaryPrefix)) await files.remove(join(folder, name))
}

/** Replaces a small file in one step. */
export const replaceFile = async (files: FileSystem, path: string, data: string | Uint8Array, mode?: number) => {
  const temporary = temporaryFor(path)
  await files.write(temporary, data, mode)
  await files.rename(temporary, path)
}
