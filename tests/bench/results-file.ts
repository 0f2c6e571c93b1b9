import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { readme } from './readme.ts'
import { results, type Results } from './results.ts'

const resultsFile = join(import.meta.dirname, 'results.json')
const readmeFile = join(import.meta.dirname, 'README.md')

/** What earlier runs measured; nothing where it is missing or of another shape. */
export const readResults = async (say: (line: string) => void): Promise<Results> => {
  const text = await readFile(resultsFile, 'utf8').catch(() => null)
  if (text === null) return { sizes: {} }
  try {
    return results.parse(JSON.parse(text))
  } catch {
    say('results.json has another shape than this bench writes; it is begun anew')
    return { sizes: {} }
  }
}

const writeFormatted = async (file: string, text: string) =>
  writeFile(file, await format(text, { ...(await resolveConfig(file)), filepath: file }))

/** Writes `results.json` and the README with its tables. */
export const writeResults = async (found: Results): Promise<void> => {
  await writeFormatted(resultsFile, JSON.stringify(results.parse(found)))
  await writeFormatted(readmeFile, readme(found))
}
