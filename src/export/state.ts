import { join } from 'node:path'
import { z } from 'zod'
import { ExportError } from './errors.ts'
import { replaceFile, type FileSystem } from './file-system.ts'

const figures = z.object({
  /** Applications that an admin would see. */
  applications: z.int().nonnegative(),
  /** The tables that the source had. */
  tables: z.array(z.string()),
})

const state = z.object({
  /** How many runs ago each scope lost its last user. */
  retired: z.record(z.string(), z.int().positive()).default({}),
  published: figures.nullable().default(null),
})

/** What a dataset of an org was made from. */
export type Figures = z.infer<typeof figures>
/** What a run knows of the runs before it, in `<private>/<org>/state.json`. */
export type State = z.infer<typeof state>

const parsed = <Schema extends z.ZodType>(schema: Schema, bytes: Uint8Array, path: string): z.infer<Schema> => {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString()))
  } catch (cause) {
    throw new ExportError(`private: ${path} is damaged; restore it or move it away`, { cause })
  }
}

/** Reads the state of an org from its private folder; one without any, or of an older version, knows less. */
export const readState = async (files: FileSystem, folder: string): Promise<State> => {
  const path = join(folder, 'state.json')
  return (await files.size(path)) === null ? state.parse({}) : parsed(state, await files.read(path), path)
}

export const writeState = (files: FileSystem, folder: string, value: State): Promise<void> =>
  replaceFile(files, join(folder, 'state.json'), `${JSON.stringify(value, null, 1)}\n`, 0o600)
