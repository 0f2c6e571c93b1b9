import { bundleColumns } from 'hirescope/contract'
import type { Columns, Engine, Statement, Value } from 'hirescope/metrics'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { createClosing, type Closing } from '../closing.ts'
import { DatasetError, unreadableTable } from '../dataset-error.ts'
import { checkResultColumns } from '../result-columns.ts'
import { createEngine, runBatch } from '../statements.ts'
import { unmeasured } from '../stopwatch.ts'
import type { TableStore } from '../table-store.ts'
import { untilAborted } from '../until-aborted.ts'
import { columnType, copied, prelude, quoteName, resultType, translate } from './dialect.ts'
import { parquetToCsv } from './parquet-to-csv.ts'

/** Where a store on PostgreSQL keeps its tables. */
export interface PostgresOptions {
  /** `postgres://…`; what it leaves out is taken from the environment, as libpq does. */
  url: string
  /** The schema that holds the tables of one bundle; made if need be, and the user's to write. */
  schema: string
  /** Connections at most; 4 by default. */
  connections?: number | undefined
  /** Rejects with the signal's reason while the server has not answered. */
  signal?: AbortSignal | undefined
}

/**
 * A PostgreSQL database, or one that speaks its protocol and SQL, as an engine: `loadDataset` fills the schema with the tables
 * of a bundle. Questions are asked in read-only transactions. Close `engine` to end the connections; the tables stay.
 * @throws DatasetError network, engine
 */
export const createPostgresStore = async ({
  url,
  schema,
  connections = 4,
  signal: opening,
}: PostgresOptions): Promise<TableStore> => {
  const options = `-c search_path=${quoteName(schema).replace(/[\\ ]/g, '\\$&')} -c DateStyle=ISO -c default_transaction_read_only=on`
  const pool = new pg.Pool({ connectionString: url, max: connections, options, application_name: 'hirescope' })
  // A connection that is lost while nobody uses it is replaced when somebody does.
  pool.on('error', () => {})

  const write = async (work: (client: pg.PoolClient) => Promise<void>) => {
    const client = await pool.connect()
    try {
      await client.query('BEGIN READ WRITE')
      await work(client)
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {})
      throw error
    } finally {
      client.release()
    }
  }

  const make = () =>
    write(async (client) => {
      for (const sql of prelude(schema)) await client.query(sql)
    })
  try {
    await untilAborted(opening, make)
  } catch (cause) {
    const ended = pool.end()
    opening?.throwIfAborted()
    await ended
    const { code, message } = cause as { code?: string; message: string }
    const unreached = code === undefined || /^E[A-Z]+$|^08|^57P/.test(code)
    throw new DatasetError(unreached ? 'network' : 'engine', `postgres: ${message.split('\n', 1)[0]}`, { cause })
  }

  const closing = createClosing()
  return {
    engine: createPostgresEngine(pool, schema, closing),
    closed: closing.closed,
    derive: (table, query) =>
      write(async (client) => {
        const target = `${quoteName(schema)}.${table}`
        await client.query(`DROP TABLE IF EXISTS ${target}`)
        await client.query(`CREATE TABLE ${target} AS ${translate(query, schema)}`)
        await client.query(`ANALYZE ${target}`)
      }),
    async insert(table, names, bytes, { signal: given, measure = unmeasured } = {}) {
      const signal = closing.join(given)
      signal.throwIfAborted()
      const columns = bundleColumns(table).filter(({ name }) => names.includes(name))
      const folder = await mkdtemp(join(tmpdir(), 'hirescope-'))
      const unreadable = (cause: unknown) => {
        signal.throwIfAborted()
        throw unreadableTable(table, cause)
      }
      const failed = (cause: unknown) => {
        signal.throwIfAborted()
        throw new DatasetError('engine', `table ${table}: ${withoutValues(cause)}`, { cause })
      }
      try {
        const select = columns.map(({ name, type }) => copied(name, type)).join(', ')
        const csv = await measure('decode', () => parquetToCsv(bytes, select, folder, signal)).catch(unreadable)
        const target = `${quoteName(schema)}.${table}`
        const definition = columns.map(({ name, type }) => `${name} ${columnType(type, schema)}`).join(', ')
        await measure('insert', () =>
          write(async (client) => {
            await client.query(`DROP TABLE IF EXISTS ${target}`)
            await client.query(`CREATE TABLE ${target} (${definition})`)
            const copy = client.query(copyFrom(`COPY ${target} FROM STDIN (FORMAT csv)`))
            await pipeline(createReadStream(csv), copy, { signal })
            await client.query(`ANALYZE ${target}`)
          }),
        ).catch(failed)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

/** The server's message; one about a value quotes it. */
const withoutValues = (error: unknown): string => {
  const { code = '', message } = error as { code?: string; message: string }
  return code.startsWith('22') ? message.replace(/"[\s\S]*"/g, '…') : message
}

const run = async (client: pg.PoolClient, { sql, params }: Statement, schema: string): Promise<Columns> => {
  const query = { text: translate(sql, schema), values: [...params], rowMode: 'array' as const }
  const { fields, rows } = await client.query<Value[]>(query).catch((cause: Error) => {
    throw new Error(withoutValues(cause), { cause })
  })
  checkResultColumns(fields.map(({ name, dataTypeID }) => ({ name, type: resultType(dataTypeID) })))
  const columns = fields.map(({ name }, index) => [name, rows.map((row) => row[index] ?? null)])
  return { length: rows.length, columns: Object.fromEntries(columns) as Columns['columns'] }
}

const createPostgresEngine = (pool: pg.Pool, schema: string, closing: Closing): Engine =>
  createEngine(
    'postgres',
    async (statements, options = {}) => {
      const signal = closing.join(options.signal)
      signal.throwIfAborted()
      const client = await pool.connect().catch((cause: Error) => {
        throw new DatasetError('network', `postgres: ${cause.message}`, { cause })
      })
      const { processID } = client as pg.PoolClient & { processID: number }
      let cancelled: Promise<unknown> | undefined
      const cancel = () => (cancelled = pool.query('SELECT pg_cancel_backend($1)', [processID]).catch(() => {}))
      signal.addEventListener('abort', cancel)
      try {
        return await runBatch(statements, { ...options, signal }, (statement) => run(client, statement, schema))
      } finally {
        signal.removeEventListener('abort', cancel)
        // A late cancel must not meet the next statement of this connection.
        await cancelled
        client.release(cancelled !== undefined)
      }
    },
    () => closing.close(() => pool.end()),
  )
