import { join } from 'node:path'
import { z } from 'zod'
import { access } from './access.ts'
import type { FileSystem } from './file-system.ts'
import { readPrivate, writePrivate } from './private-file.ts'

const figures = z.object({
  /** Applications that an admin would see. */
  applications: z.int().nonnegative(),
  /** The tables that the source had. */
  tables: z.array(z.string()),
  /** The jobs that an admin would see. */
  jobs: z.array(z.string()),
})

const state = z.object({
  /** How many runs ago each scope lost its last user. */
  retired: z.record(z.string(), z.int().positive()).default({}),
  published: figures.nullable().catch(null),
})

const previous = z.object({
  figures,
  access,
  /** Texts of the manifests that stand under the target no more, by scope. */
  manifests: z.record(z.string(), z.string()),
})

/** What a dataset of an org was made from. */
export type Figures = z.infer<typeof figures>
/** What a run knows of the runs before it, in `<private>/<org>/state.json`. */
export type State = z.infer<typeof state>
/** What it takes to go back to the dataset before, beyond what lies under the target: `<private>/<org>/previous.json`. */
export type Previous = z.infer<typeof previous>

const stateIn = (folder: string) => join(folder, 'state.json')
const previousIn = (folder: string) => join(folder, 'previous.json')

/** Reads the state of an org from its private folder; one without any, or of an older version, knows less. */
export const readState = async (files: FileSystem, folder: string): Promise<State> =>
  (await readPrivate(files, stateIn(folder), state)) ?? state.parse({})

export const writeState = (files: FileSystem, folder: string, value: State): Promise<void> =>
  writePrivate(files, stateIn(folder), value)

/** Null where there is no dataset to go back to. */
export const readPrevious = (files: FileSystem, folder: string): Promise<Previous | null> =>
  readPrivate(files, previousIn(folder), previous)

/** Null: there is no dataset to go back to any more. */
export const writePrevious = (files: FileSystem, folder: string, value: Previous | null): Promise<void> =>
  value ? writePrivate(files, previousIn(folder), value) : files.remove(previousIn(folder))
