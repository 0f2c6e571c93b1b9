import { PGlite } from '@electric-sql/pglite'
import { acquireLock, pgliteLock } from 'hirescope/export'
import { createHash } from 'node:crypto'
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Client } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { DemoOptions } from './facts.ts'
import { generateDemo, type Demo, type DemoChunk } from './generate.ts'

/** Something into which rows can be copied. */
interface Target {
  run: (sql: string) => Promise<unknown>
  copy: (statement: string, chunk: DemoChunk) => Promise<unknown>
}

/** What is being done, and how far: bytes of CSV written. */
export type Progress = (doing: string, bytes: number) => void

const sqlFile = (name: string) => readFile(new URL(name, import.meta.url), 'utf8')

const fill = async (demo: Demo, target: Target, onProgress: Progress) => {
  await target.run(await sqlFile('./schema.sql'))
  let bytes = 0
  for (const chunk of demo.tables()) {
    const columns = chunk.columns.map((column) => `"${column}"`).join(', ')
    await target.copy(`COPY ${chunk.table} (${columns}) FROM`, chunk)
    bytes += chunk.csv.length
    onProgress('rows', bytes)
  }
  onProgress('keys', bytes)
  await target.run(await sqlFile('./keys.sql'))
}

/** Fills an empty database of a PostgreSQL server with the demo. */
export const fillPostgres = (client: Client, options: Partial<DemoOptions> = {}, onProgress: Progress = () => {}) =>
  fill(
    generateDemo(options),
    {
      run: (sql) => client.query(sql),
      copy: (statement, { csv }) =>
        pipeline(Readable.from([csv]), client.query(copyFrom(`${statement} STDIN (FORMAT csv)`))),
    },
    onProgress,
  )

/** Fills an open, empty PGlite database with the demo. */
export const fillPglite = (database: PGlite, options: Partial<DemoOptions> = {}, onProgress: Progress = () => {}) =>
  fill(
    generateDemo(options),
    {
      run: (sql) => database.exec(sql),
      copy: (statement, { csv }) =>
        database.query(`${statement} '/dev/blob' (FORMAT csv)`, [], {
          blob: new Blob([csv as Uint8Array<ArrayBuffer>]),
        }),
    },
    onProgress,
  )

/** A demo database on disk. */
export interface BuiltDemo {
  demo: Demo
  /** The PGlite folder, for the export's `source.folder`. */
  database: string
  /** Whether it was there already, made from the same options. */
  reused: boolean
}

/** The files of this folder that come after the database. */
const exporting: ReadonlySet<string> = new Set(['site.ts', 'serve.ts', 'start.ts'])

// Whatever decides what is in the database: the options, the code of this folder, and who wrote the files of the database.
const stampOf = async ({ options }: Demo): Promise<string> => {
  const hash = createHash('sha256').update(JSON.stringify(options))
  const folder = new URL('./', import.meta.url)
  for (const name of (await readdir(folder)).sort())
    if (/\.(?:ts|sql)$/.test(name) && !exporting.has(name))
      hash.update(name).update(await readFile(new URL(name, folder)))
  const { dependencies } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    dependencies: Record<string, string>
  }
  return hash.update(String(dependencies['@electric-sql/pglite'])).digest('hex')
}

/**
 * Builds the demo database under a folder, unless the one there was made from the same options. It is built beside the old
 * one and takes its place when it is whole.
 * @throws ExportError when the database is in use.
 */
export const buildDemo = async (
  folder: string,
  options: Partial<DemoOptions> = {},
  onProgress: Progress = () => {},
): Promise<BuiltDemo> => {
  const demo = generateDemo(options)
  const stamp = await stampOf(demo)
  const database = join(resolve(folder), 'database')
  const stampFile = join(database, 'hirescope-demo')
  await mkdir(folder, { recursive: true })
  const lock = await acquireLock(pgliteLock(database))
  try {
    if ((await readFile(stampFile, 'utf8').catch(() => null)) === stamp) return { demo, database, reused: true }
    const building = join(resolve(folder), 'database.building')
    const old = join(resolve(folder), 'database.old')
    // What a run left behind that was killed.
    for (const path of [building, old]) await rm(path, { recursive: true, force: true })
    onProgress('start', 0)
    const pglite = await PGlite.create({ dataDir: building, relaxedDurability: true })
    try {
      await fillPglite(pglite, options, onProgress)
      await pglite.exec('CHECKPOINT')
    } finally {
      await pglite.close()
    }
    await writeFile(join(building, 'hirescope-demo'), stamp)
    if (await exists(database)) await rename(database, old)
    await rename(building, database)
    await rm(old, { recursive: true, force: true })
    return { demo, database, reused: false }
  } finally {
    await lock.release()
  }
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )
