import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ExportError } from './errors.ts'

const parseJson = (text: string, file: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the text, and with it perhaps a password.
    throw new ExportError(`config: ${file} is not JSON`)
  }
}

/** The value that a configuration file gives: the default export of a TypeScript file, or JSON. @throws ExportError */
export const loadConfig = async (file: string): Promise<unknown> => {
  const path = resolve(file)
  try {
    const text = await readFile(path, 'utf8')
    if (path.endsWith('.json')) return parseJson(text, file)
    return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default
  } catch (error) {
    if (error instanceof ExportError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new ExportError(`config: no file ${file}`)
    throw new ExportError(`config: ${file} cannot be read: ${message.split('\n')[0]}`)
  }
}
