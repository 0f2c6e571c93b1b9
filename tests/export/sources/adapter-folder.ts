import { sourceColumns, sourceTableNames, type SourceTableName } from 'hirescope/contract'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStaging, readAdapter, type Adapter, type Staging } from 'hirescope/export'

/** A SELECT with one row of nulls of the contract's types, in either dialect. */
const emptySelect = (table: SourceTableName): string =>
  `SELECT\n${sourceColumns(table)
    .map(({ name, type }) => `  CAST(NULL AS ${type}) AS ${name}`)
    .join(',\n')}\nLIMIT 0`

/** Makes adapter folders and staging databases, and takes them away again. */
export class Workshop {
  readonly #folders: string[] = []
  readonly #stagings: Staging[] = []

  async folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'hirescope-source-'))
    this.#folders.push(folder)
    return folder
  }

  /** An adapter of the required tables (empty), with these SELECTs in place of theirs or beside them. */
  async adapter(
    queries: Partial<Record<SourceTableName, string>>,
    settings: Record<string, unknown> = {},
  ): Promise<Adapter> {
    const folder = await this.folder()
    const required = ['org', 'app_user', 'job', 'candidate', 'application']
    for (const table of sourceTableNames) {
      const sql = queries[table] ?? (required.includes(table) ? emptySelect(table) : null)
      if (sql !== null) await writeFile(join(folder, `${table}.sql`), sql)
    }
    for (const [name, value] of Object.entries(settings))
      await writeFile(join(folder, `${name}.json`), JSON.stringify(value))
    return readAdapter(folder)
  }

  async staging(): Promise<Staging> {
    const staging = await openStaging({ folder: join(await this.folder(), 'staging'), memory: '512MB', threads: 2 })
    this.#stagings.push(staging)
    return staging
  }

  async clear(): Promise<void> {
    for (const staging of this.#stagings.splice(0)) await staging.close()
    for (const folder of this.#folders.splice(0)) await rm(folder, { recursive: true, force: true })
  }
}

/** The message of what an action throws. */
export const messageOf = async (act: () => Promise<unknown>): Promise<string> => {
  try {
    await act()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}
