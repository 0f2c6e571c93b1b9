import { requiredSourceTables, sourceTableNames, type SourceTableName } from 'hirescope/contract'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ExportError } from './errors.ts'

/** A source adapter: a folder with one SELECT per contract table (`job.sql`) and data that they read (`stages.json`). */
export interface Adapter {
  folder: string
  queries: ReadonlyMap<SourceTableName, { file: string; sql: string }>
  /** Each `<name>.json`, as text: the setting `hirescope.<name>` in PostgreSQL, the variable `<name>` in DuckDB. */
  settings: ReadonlyMap<string, string>
  /** `city-aliases.json` and `skill-aliases.json`: folded text → name as shown, or null to drop the value. */
  aliases: { city: Record<string, string | null>; skill: Record<string, string | null> }
}

/**
 * Reads an adapter folder.
 * @throws ExportError for a folder or required table that is missing, or a file that names no contract table.
 */
export const readAdapter = async (folder: string): Promise<Adapter> => {
  const files = await readdir(folder).catch(() => {
    throw new ExportError(`adapter: no folder ${folder}`)
  })
  const queries = new Map<SourceTableName, { file: string; sql: string }>()
  for (const file of files.filter((each) => each.endsWith('.sql'))) {
    const table = sourceTableNames.find((name) => name === basename(file, '.sql'))
    if (!table) throw new ExportError(`adapter: ${join(folder, file)} names no table of the source contract`)
    const sql = (await readFile(join(folder, file), 'utf8')).trimEnd().replace(/;$/, '')
    queries.set(table, { file: join(folder, file), sql })
  }
  const missing = requiredSourceTables.filter((table) => !queries.has(table))
  if (missing.length)
    throw new ExportError(`adapter: ${folder} lacks ${missing.map((name) => `${name}.sql`).join(', ')}`)
  const json = async (file: string) => {
    const text = await readFile(join(folder, file), 'utf8')
    try {
      JSON.parse(text)
    } catch {
      throw new ExportError(`adapter: ${join(folder, file)} is not JSON`)
    }
    return text
  }
  const settings = new Map<string, string>()
  for (const file of files.filter((each) => each.endsWith('.json') && !each.endsWith('-aliases.json')))
    settings.set(basename(file, '.json').replaceAll('-', '_'), await json(file))
  const aliases = async (file: string) =>
    (files.includes(file) ? JSON.parse(await json(file)) : {}) as Record<string, string | null>
  return {
    folder,
    queries,
    settings,
    aliases: { city: await aliases('city-aliases.json'), skill: await aliases('skill-aliases.json') },
  }
}
