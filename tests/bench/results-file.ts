import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { exportResults, type ExportResults } from './export/results.ts'
import { readme } from './readme.ts'
import { results, type Results } from './results.ts'

const resultsFile = join(import.meta.dirname, 'results.json')
const readmeFile = join(import.meta.dirname, 'README.md')

const exportFile = join(import.meta.dirname, 'export', 'results.json')

const read = async <Shape>(
  file: string,
  schema: { parse: (value: unknown) => Shape },
  empty: Shape,
  say: (line: string) => void,
): Promise<Shape> => {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return empty
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    say(`${basename(file)} has another shape than this bench writes; it is begun anew`)
    return empty
  }
}

/** What earlier runs measured; nothing where it is missing or of another shape. */
export const readResults = (say: (line: string) => void): Promise<Results> =>
  read(resultsFile, results, { sizes: {} }, say)

/** The same of the exports from a PostgreSQL server. */
export const readExportResults = (say: (line: string) => void): Promise<ExportResults> =>
  read(exportFile, exportResults, { sizes: {} }, say)

const writeFormatted = async (file: string, text: string) =>
  writeFile(file, await format(text, { ...(await resolveConfig(file)), filepath: file }))

const silent = () => {}

/** Writes `results.json` and the README with its tables. */
export const writeResults = async (found: Results): Promise<void> => {
  await writeFormatted(resultsFile, JSON.stringify(results.parse(found)))
  await writeFormatted(readmeFile, readme(found, await readExportResults(silent)))
}

/** Writes `export/results.json` and the README with its tables. */
export const writeExportResults = async (found: ExportResults): Promise<void> => {
  await writeFormatted(exportFile, JSON.stringify(exportResults.parse(found)))
  await writeFormatted(readmeFile, readme(await readResults(silent), found))
}
