import type { z } from 'zod'
import { ExportError } from './errors.ts'
import { replaceFile, type FileSystem } from './file-system.ts'

/** Reads a JSON file of the private folder; null where there is none. @throws ExportError where it is damaged. */
export const readPrivate = async <Schema extends z.ZodType>(
  files: FileSystem,
  path: string,
  schema: Schema,
): Promise<z.infer<Schema> | null> => {
  if ((await files.size(path)) === null) return null
  const text = Buffer.from(await files.read(path)).toString()
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new ExportError(`private: ${path} is damaged; restore it or move it away`, { cause })
  }
}

/** Replaces a JSON file of the private folder in one step. */
export const writePrivate = (files: FileSystem, path: string, value: unknown): Promise<void> =>
  replaceFile(files, path, `${JSON.stringify(value, null, 1)}\n`, 0o600)
