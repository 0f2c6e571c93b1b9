import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Adapter } from '../adapter.ts'
import { ExportError } from '../errors.ts'
import { literal, type Staging } from '../staging.ts'
import { findingOf } from './files-dialect.ts'

// CSV as PostgreSQL writes it: every column is text, and an empty field is null unless it is quoted. A quote inside an unquoted
// field, which stricter readers refuse, is a character like others.
const readers: Record<string, (path: string) => string> = {
  csv: (path) => `read_csv(${path}, all_varchar = true, header = true, delim = ',', quote = '"', escape = '"',
    allow_quoted_nulls = false, strict_mode = false)`,
  parquet: (path) => `read_parquet(${path})`,
  json: (path) => `read_json(${path})`,
}

/** The schema in which the files of a data folder are tables. */
export const filesSchema = 'files'

/**
 * Lets an adapter's SELECTs name `user.csv`, `user.parquet` or `user.json` of a data folder as the table `user`. Only files whose
 * names occur in the SELECTs are looked into.
 * @throws ExportError for two files of one name, or a file that cannot be read.
 */
export const tableFiles = async (adapter: Adapter, folder: string, staging: Staging): Promise<void> => {
  const words = new Set(
    [...adapter.queries.values()].flatMap(({ sql }) => sql.toLowerCase().match(/[\p{L}\p{N}_$]+/gu)),
  )
  const made = new Map<string, string>()
  for (const file of (await readdir(folder)).sort()) {
    const [, stem = '', extension = ''] = /^([\p{L}_][\p{L}\p{N}_$]*)\.(csv|parquet|json)$/u.exec(file) ?? []
    const name = stem.toLowerCase()
    const reader = readers[extension]
    if (!reader || !words.has(name)) continue
    const other = made.get(name)
    if (other !== undefined)
      throw new ExportError(`files: ${other} and ${file} in ${folder} are both the table ${name}; remove one`)
    made.set(name, file)
    const prefix = `CREATE VIEW ${filesSchema}."${name}" AS SELECT * FROM `
    const text = reader(literal(join(folder, file)))
    await staging.run(`${prefix}${text}`).catch((error: unknown) => {
      throw new ExportError(`files: ${file}: ${findingOf(error, prefix, text).message}`, { cause: error })
    })
  }
}
