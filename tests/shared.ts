import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

/** Where what several test files need lies while they run: `global-setup.ts` makes the folder and removes it. */
const folderOfRun = (): string => {
  const folder = process.env.HIRESCOPE_SHARED
  if (!folder) throw new Error('shared: no folder; this is for tests that vitest runs')
  return folder
}

/** Makes the folder of a run and tells the tests' processes of it; gives what removes it. */
export const openShared = async (): Promise<() => Promise<void>> => {
  const folder = await mkdtemp(join(tmpdir(), 'hirescope-shared-'))
  process.env.HIRESCOPE_SHARED = folder
  return () => rm(folder, { recursive: true, force: true })
}

/**
 * Something that takes a while to make and that tests only read: it is made once in a run, by whoever asks first, in a folder of its
 * own; the others wait. Gives the folder. A name stands for one way of making.
 * @throws Error where the making failed, for all that ask.
 */
export const madeOnce = async (name: string, make: (folder: string) => Promise<unknown>): Promise<string> => {
  const folder = join(folderOfRun(), name)
  const making = `${folder}.making`
  const failure = `${folder}.failed`
  try {
    await mkdir(making)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    while (!(await exists(join(folder, 'made')))) {
      if (await exists(failure))
        throw new Error(`shared: ${name}: ${await readFile(failure, 'utf8')}`, { cause: error })
      await setTimeout(100)
    }
    return join(folder, 'made')
  }
  try {
    const made = join(folder, 'made')
    const building = join(folder, 'building')
    await mkdir(building, { recursive: true })
    await make(building)
    await rename(building, made)
    return made
  } catch (error) {
    await writeFile(failure, (error as Error).message)
    throw error
  }
}
