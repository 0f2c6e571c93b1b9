import { requiredSourceTables, sourceTableNames, type SourceTableName } from 'hirescope/contract'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { ExportError } from './errors.ts'

/** The SQL in which an adapter's SELECTs are written: PostgreSQL's, or DuckDB's over files. */
export type AdapterDialect = 'postgres' | 'files'

/**
 * A source adapter: a folder with one SELECT per contract table (`job.sql`) and data that they read (`stages.json`). One for both
 * dialects has its SELECTs in the subfolders `postgres` and `files`.
 */
export interface Adapter {
  folder: string
  queries: ReadonlyMap<SourceTableName, { file: string; sql: string }>
  /** Each `<name>.json`, as text, and each setting of `settings.json`: the setting `hirescope.<name>` in PostgreSQL, the variable `<name>` in DuckDB. */
  settings: ReadonlyMap<string, string>
  /** `city-aliases.json` and `skill-aliases.json`: folded text → name as shown, or null to drop the value. */
  aliases: { city: Record<string, string | null>; skill: Record<string, string | null> }
}

const settingNames = z.record(z.string().regex(/^(?!as_of$)[a-z][a-z0-9_]*$/), z.string())

const ownSettings = (folder: string, text: string): Record<string, string> => {
  const parsed = settingNames.safeParse(JSON.parse(text))
  if (parsed.success) return parsed.data
  throw new ExportError(
    `adapter: ${join(folder, 'settings.json')} must be an object of texts by name (lower case, digits, _; not as_of)`,
  )
}

const list = (folder: string) => readdir(folder).catch(() => null)

/** The folder of the SELECTs and its files. */
const selects = async (folder: string, files: readonly string[], dialect: AdapterDialect) => {
  const dialects = (['postgres', 'files'] as const).filter((each) => files.includes(each))
  if (!dialects.length) return { folder, files }
  const own = dialects.includes(dialect) ? await list(join(folder, dialect)) : null
  if (own) return { folder: join(folder, dialect), files: own }
  const kind = dialect === 'files' ? 'a files source' : 'a PostgreSQL source'
  throw new ExportError(
    `adapter: ${folder} has SELECTs for ${dialects.join(', ')} only; ${kind} needs a folder ${dialect}`,
  )
}

const refuse = (problem: string): void => {
  throw new ExportError(problem)
}

/**
 * Reads an adapter folder. `given` are settings in place of those of its `settings.json`. A required table that is missing and files
 * that name no contract table are told to `tell`, where it is given.
 * @throws ExportError for a folder that is missing, an unknown setting, or what is not told.
 */
export const readAdapter = async (
  folder: string,
  dialect: AdapterDialect = 'postgres',
  given: Readonly<Record<string, string>> = {},
  tell: (problem: string) => void = refuse,
): Promise<Adapter> => {
  const files = await list(folder)
  if (!files) throw new ExportError(`adapter: no folder ${folder}`)
  const { folder: queryFolder, files: queryFiles } = await selects(folder, files, dialect)
  const queries = new Map<SourceTableName, { file: string; sql: string }>()
  for (const file of queryFiles.filter((each) => each.endsWith('.sql'))) {
    const path = join(queryFolder, file)
    const table = sourceTableNames.find((name) => name === basename(file, '.sql'))
    if (!table) {
      tell(`adapter: ${path} names no table of the source contract`)
      continue
    }
    const sql = (await readFile(path, 'utf8')).trimEnd().replace(/;$/, '')
    queries.set(table, { file: path, sql })
  }
  const missing = requiredSourceTables.filter((table) => !queries.has(table))
  if (missing.length) tell(`adapter: ${queryFolder} lacks ${missing.map((name) => `${name}.sql`).join(', ')}`)
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
  const isList = (file: string) => file.endsWith('.json') && !file.endsWith('-aliases.json') && file !== 'settings.json'
  for (const file of files.filter(isList)) settings.set(basename(file, '.json').replaceAll('-', '_'), await json(file))
  const own = files.includes('settings.json') ? ownSettings(folder, await json('settings.json')) : {}
  for (const name of Object.keys(given).filter((each) => !(each in own))) {
    const known = Object.keys(own).join(', ') || 'none'
    throw new ExportError(`config: settings.${name}: the adapter has no such setting; it has: ${known}`)
  }
  for (const [name, value] of Object.entries({ ...own, ...given })) settings.set(name, value)
  const aliases = async (file: string) =>
    (files.includes(file) ? JSON.parse(await json(file)) : {}) as Record<string, string | null>
  return {
    folder,
    queries,
    settings,
    aliases: { city: await aliases('city-aliases.json'), skill: await aliases('skill-aliases.json') },
  }
}
