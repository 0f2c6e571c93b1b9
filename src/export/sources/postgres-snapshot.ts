import { sourceColumns, sourceTableNames, type SourceTableName } from 'hirescope/contract'
import { join } from 'node:path'
import { z } from 'zod'
import type { Adapter } from '../adapter.ts'
import { ExportError } from '../errors.ts'
import type { Delivered, Snapshot } from '../source.ts'
import { literal, type Staging } from '../staging.ts'
import { adapterProblem, checkColumns, refusedSelect, throwProblems, type Family, type GivenColumn } from './columns.ts'
import { chunkCsv } from './csv-chunks.ts'
import { postgresDialect } from './postgres-dialect.ts'
import { failure, sqlProblem, type Failure } from './postgres-failure.ts'
import { exportSnapshot, openReaders } from './postgres-readers.ts'
import { checkSchemas, quoted, searchPath, type Schema } from './postgres-schema.ts'
import { findMissing } from './stand-ins.ts'

/** One connection to something that speaks PostgreSQL. */
export interface PostgresSession {
  /** Runs one statement. Values come as the driver parses them. */
  query: (
    sql: string,
    parameters?: string[],
  ) => Promise<{ rows: Record<string, unknown>[]; fields: { name: string; dataTypeID: number }[] }>
  /** Hands the CSV of a query on in pieces, cut anywhere, without a JavaScript object per row. */
  copy: (query: string, take: (rows: AsyncIterable<Buffer>) => Promise<void>, signal?: AbortSignal) => Promise<void>
  close: () => Promise<void>
}

export interface ReadSettings {
  /** After how many seconds the server gives up a statement, or waiting for a lock; 0: never. */
  statementTimeout: number
  lockTimeout: number
  schema?: Schema | undefined
}

const families: Record<string, Family> = {
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  name: 'text',
  citext: 'text',
  timestamp: 'timestamp',
  timestamptz: 'timestamp',
  date: 'date',
  numeric: 'decimal',
  float4: 'decimal',
  float8: 'decimal',
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  bool: 'boolean',
}

const text = (value: unknown) => (typeof value === 'string' ? value : String(value))

const microseconds = (instant: Date) => `${instant.toISOString().slice(0, -1).replace('T', ' ')}000`

const planned = z.tuple([z.object({ Plan: z.object({ 'Plan Rows': z.number() }) })])

/**
 * Begins the one transaction in which every table of an adapter is read, and checks its SELECTs. With `another`, up to `readers`
 * sessions read at once, all of one snapshot; as many as there are where the server has no more.
 * The sessions are closed with the snapshot, also when opening fails.
 */
export const openPostgresSnapshot = async (
  session: PostgresSession,
  adapter: Adapter,
  asOfGiven: Date | null,
  settings: ReadSettings = { statementTimeout: 0, lockTimeout: 0 },
  { readers, another }: { readers: number; another?: () => Promise<PostgresSession> } = { readers: 1 },
): Promise<Snapshot> => {
  const sessions = [session]
  const close = async () => void (await Promise.all(sessions.map((each) => each.close())))
  try {
    let asOf = await begin(session, settings, asOfGiven)
    const shared = another && readers > 1 ? await exportSnapshot(session) : null
    // The server refused and with that ended the transaction.
    if (shared?.refused) asOf = await begin(session, settings, asOfGiven)
    await tell(session, adapter, asOf)
    const tables = await describe(session, adapter)
    if (another && shared?.id)
      for (const more of await openReaders(shared.id, readers - 1, another, settings)) {
        sessions.push(more)
        await tell(more, adapter, asOf)
      }
    const idle = [...sessions]
    return {
      asOf,
      tables: new Map([...tables].map(([table, { delivered }]) => [table, delivered])),
      readers: sessions.length,
      land: async (table, staging, signal) => {
        const query = adapter.queries.get(table)
        const described = tables.get(table)
        if (!query || !described) throw new Error(`source: the adapter delivers no ${table}`)
        const free = idle.pop()
        if (!free) throw new Error(`source: no more than ${sessions.length} tables can be read at once`)
        await land(free, table, query, described.columns, staging, signal)
        idle.push(free)
      },
      estimate: async (table) => {
        const query = adapter.queries.get(table)
        if (!query) throw new Error(`source: the adapter delivers no ${table}`)
        const { rows } = await session.query(`EXPLAIN (FORMAT JSON) SELECT * FROM (\n${query.sql}\n) AS estimated`)
        const given = rows[0]?.['QUERY PLAN']
        const [plan] = planned.parse(typeof given === 'string' ? JSON.parse(given) : given)
        return { rows: plan.Plan['Plan Rows'], exact: false }
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** What every transaction that reads an adapter's SELECTs is set to. */
export const prepareTransaction = async (
  session: PostgresSession,
  { statementTimeout, lockTimeout, schema }: ReadSettings,
) => {
  for (const setting of [
    "TimeZone = 'UTC'",
    "DateStyle = 'ISO, YMD'",
    "client_encoding = 'UTF8'",
    'extra_float_digits = 1',
    'standard_conforming_strings = on',
    `statement_timeout = '${statementTimeout}s'`,
    `lock_timeout = '${lockTimeout}s'`,
    // A policy that hides rows is an error then, and not a smaller dataset.
    'row_security = off',
    'idle_in_transaction_session_timeout = 0',
    "work_mem = '64MB'",
    ...searchPath(schema),
  ])
    await session.query(`SET LOCAL ${setting}`)
}

/** Begins the transaction; its first query takes the snapshot, and the clock is read with it. Gives as-of. */
const begin = async (session: PostgresSession, settings: ReadSettings, asOfGiven: Date | null): Promise<string> => {
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  await prepareTransaction(session, settings)
  const clock = await session.query(
    `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS now FROM pg_catalog.pg_class LIMIT 1`,
  )
  await checkSchemas(session, settings.schema)
  return asOfGiven ? microseconds(asOfGiven) : text(clock.rows[0]?.now)
}

/** Tells the adapter's SELECTs what they may ask for. */
const tell = async (session: PostgresSession, adapter: Adapter, asOf: string) => {
  await session.query('SELECT set_config($1, $2, true)', ['hirescope.as_of', `${asOf.replace(' ', 'T')}+00:00`])
  for (const [name, value] of adapter.settings)
    await session.query('SELECT set_config($1, $2, true)', [`hirescope.${name}`, value])
}

interface AdapterQuery {
  file: string
  sql: string
}

interface Described {
  delivered: Record<string, Delivered>
  columns: GivenColumn[]
}

/** All that is wrong with a SELECT that the server refused; its transaction goes on. */
export const problemsOf = async (
  session: PostgresSession,
  table: SourceTableName,
  query: AdapterQuery,
  prefix: string,
  failed: Failure,
): Promise<string[]> => {
  const missing = failed.code.startsWith('42') ? await findMissing(query.sql, postgresDialect(session)) : null
  return missing?.findings.length ? refusedSelect(table, query, missing) : [sqlProblem(query, prefix, failed)]
}

const describe = async (session: PostgresSession, adapter: Adapter): Promise<Map<SourceTableName, Described>> => {
  const prefix = 'SELECT * FROM (\n'
  const problems: string[] = []
  const found: { table: SourceTableName; query: AdapterQuery; fields: { name: string; dataTypeID: number }[] }[] = []
  for (const table of sourceTableNames) {
    const query = adapter.queries.get(table)
    if (!query) continue
    // A failed statement aborts the transaction: a savepoint lets the next SELECT be judged as well.
    await session.query('SAVEPOINT described')
    try {
      const { fields } = await session.query(`${prefix}${query.sql}\n) AS described LIMIT 0`)
      found.push({ table, query, fields })
    } catch (error) {
      const failed = failure(error)
      if (!failed) throw error
      await session.query('ROLLBACK TO SAVEPOINT described')
      problems.push(...(await problemsOf(session, table, query, prefix, failed)))
    }
    await session.query('RELEASE SAVEPOINT described')
  }
  const ids = [...new Set(found.flatMap(({ fields }) => fields.map(({ dataTypeID }) => dataTypeID)))]
  const types = await session.query(
    `SELECT oid::text AS id, typname::text AS name, format_type(oid, NULL) AS shown
     FROM pg_catalog.pg_type WHERE oid::text = ANY (string_to_array($1, ','))`,
    [ids.join(',')],
  )
  const type = new Map(types.rows.map((row) => [text(row.id), { name: text(row.name), shown: text(row.shown) }]))
  const described = new Map<SourceTableName, Described>()
  for (const { table, query, fields } of found) {
    const columns = fields.map(({ name, dataTypeID }): GivenColumn => {
      const known = type.get(String(dataTypeID))
      return { name, type: known?.shown ?? `type ${dataTypeID}`, family: families[known?.name ?? ''] ?? 'other' }
    })
    const checked = checkColumns(table, query, columns)
    problems.push(...checked.problems)
    described.set(table, { delivered: checked.delivered, columns })
  }
  throwProblems(problems)
  return described
}

const land = async (
  session: PostgresSession,
  table: SourceTableName,
  { file, sql }: AdapterQuery,
  columns: GivenColumn[],
  staging: Staging,
  signal?: AbortSignal,
) => {
  const names = sourceNames(table)
  const selected = names.map((name) => {
    const type = columns.find((column) => column.name === name)?.type
    const column = quoted(name)
    if (type === 'timestamp with time zone') return `${column} AT TIME ZONE 'UTC'`
    return type === 'character' ? `${column}::text` : column
  })
  const prefix = `SELECT ${selected.join(', ')} FROM (\n`
  const types = names.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ')
  // One thread: a quoted line break must never be taken for the end of a row by a reader that starts in the middle.
  const load = (path: string) =>
    staging.run(`INSERT INTO raw.${table} SELECT * FROM read_csv(${literal(path)}, columns = {${types}},
      header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', new_line = '\\n', comment = '',
      nullstr = '', allow_quoted_nulls = false, null_padding = false, ignore_errors = false, strict_mode = true,
      parallel = false, max_line_size = 33554432, buffer_size = 67108864)`)
  try {
    await staging.run(`CREATE TABLE raw.${table} (${names.map((name) => `${name} VARCHAR`).join(', ')})`)
    const path = join(staging.folder, `${table}.csv`)
    await session.copy(`${prefix}${sql}\n) AS delivered`, (rows) => chunkCsv(rows, path, load), signal)
    signal?.throwIfAborted()
  } catch (error) {
    const failed = failure(error)
    if (failed) throw new ExportError(sqlProblem({ file, sql }, `COPY (${prefix}`, failed), { cause: error })
    if (isCsvError(error))
      throw new ExportError(adapterProblem(file, null, 'its rows are no valid UTF-8 text, or one is over 32 MB'), {
        cause: error,
      })
    throw error
  }
}

const isCsvError = (error: unknown) => error instanceof Error && /^Invalid Input Error: CSV Error/.test(error.message)

const sourceNames = (table: SourceTableName) => sourceColumns(table).map(({ name }) => name)
