import type { PGlite } from '@electric-sql/pglite'
import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Adapter } from '../adapter.ts'
import { ExportError } from '../errors.ts'
import { acquireLock } from '../lock.ts'
import type { Source } from '../source.ts'
import { firstLine } from './columns.ts'
import type { Schema } from './postgres-schema.ts'
import { openPostgresSnapshot, type PostgresSession } from './postgres-snapshot.ts'

/** The lock file of a PGlite folder, beside it: PGlite itself has no guard against two processes. */
export const pgliteLock = (folder: string): string => `${resolve(folder)}.lock`

/** The source that reads a PGlite folder, locked before it is opened. */
export const pgliteSource = (adapter: Adapter, folder: string, schema?: Schema): Source => ({
  open: async (_staging, asOf) => {
    await access(join(folder, 'PG_VERSION')).catch(() => {
      throw new ExportError(`pglite: no database in ${folder}`)
    })
    return openPostgresSnapshot(await openSession(folder), adapter, asOf, {
      statementTimeout: 0,
      lockTimeout: 0,
      schema,
    })
  },
})

const openSession = async (folder: string): Promise<PostgresSession> => {
  const lock = await acquireLock(pgliteLock(folder))
  try {
    // Loaded by those alone who read one: it takes longer than all the rest.
    const { PGlite } = await import('@electric-sql/pglite')
    const database = await PGlite.create({ dataDir: resolve(folder) })
    return pgliteSession(database, async () => {
      await database.close()
      await lock.release()
    })
  } catch (error) {
    await lock.release()
    throw new ExportError(`pglite: ${folder} does not open: ${firstLine(String(error))}`, { cause: error })
  }
}

const piecesOf = async function* (blob: Blob) {
  for await (const bytes of blob.stream()) yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

const pgliteSession = (database: PGlite, close: () => Promise<void>): PostgresSession => ({
  query: (sql, parameters) => database.query<Record<string, unknown>>(sql, parameters),
  copy: async (query, take, signal) => {
    signal?.throwIfAborted()
    const { blob } = await database.query(`COPY (${query}) TO '/dev/blob' (FORMAT csv)`)
    // Without a row there is no blob.
    await pipeline(Readable.from(piecesOf(blob ?? new Blob())), take, ...(signal ? [{ signal }] : []))
  },
  close,
})
