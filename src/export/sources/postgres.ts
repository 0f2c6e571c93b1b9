import type { Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import type { Adapter } from '../adapter.ts'
import { ExportError, TransientError } from '../errors.ts'
import type { Source } from '../source.ts'
import { firstLine } from './columns.ts'
import { CopyRows } from './copy-rows.ts'
import { passwordFrom, passwordFromPgpass } from './postgres-password.ts'
import { openPostgresSnapshot, type PostgresSession, type ReadSettings } from './postgres-snapshot.ts'
import { splitTls, tlsOptions, tlsProblem, type TlsSettings } from './postgres-tls.ts'

/** How to reach a PostgreSQL server. What is left out comes from PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, .pgpass. */
export interface PostgresConnection extends TlsSettings, Partial<ReadSettings> {
  /** `postgres://user@host:5432/database` */
  url?: string | undefined
  password?: string | undefined
  /** A file that holds nothing but the password. */
  passwordFile?: string | undefined
}

/** The source that reads a PostgreSQL server: one snapshot, in as many REPEATABLE READ READ ONLY transactions as there are readers. */
export const postgresSource = (adapter: Adapter, connection: PostgresConnection, readers = 1): Source => ({
  open: async (_staging, asOf) => {
    const { statementTimeout = 3600, lockTimeout = 60, schema } = connection
    const another = () => connect(connection)
    const settings = { statementTimeout, lockTimeout, schema }
    return openPostgresSnapshot(await another(), adapter, asOf, settings, { readers, another })
  },
})

const makeClient = (config: pg.ClientConfig) => {
  try {
    return new pg.Client(config)
  } catch {
    // The driver's own message quotes the URL, and with it the password.
    throw new ExportError('postgres: url is not of the form postgres://user@host:5432/database')
  }
}

const clientOf = async ({ url: given, password, passwordFile, ...tls }: PostgresConnection): Promise<pg.Client> => {
  if (given !== undefined && !/^postgres(?:ql)?:\/\//.test(given))
    throw new ExportError('postgres: url must begin with postgres://')
  const { url, said } = splitTls(given ?? '')
  const address = given === undefined ? {} : { connectionString: url }
  // Only the driver knows which host a URL and the environment name together, and TLS depends on it.
  const { host } = makeClient(address)
  const client = makeClient({
    application_name: 'hirescope-export',
    connectionTimeoutMillis: 15_000,
    keepAlive: true,
    ssl: await tlsOptions(host, tls, said),
    ...address,
  })
  // The driver asks for the password only if the server does.
  const secret = client as unknown as { password: string | null | (() => Promise<string | undefined>) }
  if (password !== undefined) secret.password = password
  else if (passwordFile !== undefined) secret.password = await passwordFrom(passwordFile)
  else if (!secret.password) {
    const { port, database = '', user = '' } = client
    secret.password = async () => (await passwordFromPgpass({ host, port, database, user })) ?? undefined
  }
  return client
}

/** Connects, with one clear line where that fails. */
export const connect = async (connection: PostgresConnection): Promise<PostgresSession> => {
  const client = await clientOf(connection)
  let lost: Error | null = null
  let silent = false
  client.on('error', (error) => (lost = error))
  try {
    await client.connect()
  } catch (error) {
    // A connection that was refused halfway would keep the process from ending.
    socket(client).destroy()
    if (error instanceof ExportError) throw error
    const Kind = mayPass(error) ? TransientError : ExportError
    throw new Kind(connectionProblem(client, error), { cause: error })
  }
  // By then the server would have given the statement up and said so: nothing comes through any more.
  const { statementTimeout = 3600 } = connection
  const patience = statementTimeout && statementTimeout + 15
  socket(client).on('timeout', () => {
    silent = true
    socket(client).destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }))
  })
  const attempt = async <Result>(act: () => Promise<Result>): Promise<Result> => {
    socket(client).setTimeout(1000 * patience)
    try {
      return await act()
    } catch (error) {
      if (lost || endedConnection(error)) {
        lost ??= error as Error
        const what = silent ? `has been silent for ${patience} s` : 'ended the connection'
        throw new TransientError(`postgres: the server at ${address(client)} ${what}`, { cause: error })
      }
      const { code, message } = error as { code?: string; message: string }
      if (code === '40001')
        throw new TransientError(`postgres: ${address(client)} gave up the read: ${firstLine(message)}`, {
          cause: error,
        })
      throw error
    } finally {
      socket(client).setTimeout(0)
    }
  }
  let copying = false
  return {
    query: (sql, parameters) => attempt(() => client.query<Record<string, unknown>>(sql, parameters)),
    copy: (query, take, signal) =>
      attempt(async () => {
        copying = true
        const rows = client.query(new CopyRows(`COPY (${query}) TO STDOUT (FORMAT csv)`))
        await pipeline(rows, take, ...(signal ? [{ signal }] : []))
        copying = false
      }),
    close: async () => {
      // A COPY that was given up would be read to its end first.
      if (copying || lost) socket(client).destroy()
      else await client.end()
    },
  }
}

// Which of these a client hears first when a server goes down (its notice, or the closed socket) is a race.
const endedConnection = (error: unknown) => {
  const { code = '', message } = error as { code?: string; message: string }
  return /^(08...|57P0[1-3]|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/.test(code) || closed(message)
}

const closed = (message: string) => message.startsWith('Connection terminated')

// ENOENT: the socket of a server that is down. EAI_AGAIN: the resolver itself failed; an unknown host is a slip.
const mayPass = (error: unknown) => {
  const { code = '', message } = error as { code?: string; message: string }
  return endedConnection(error) || /^(53300|40001|ECONNREFUSED|ENOENT|EAI_AGAIN)$/.test(code) || isTimeout(message)
}

const isTimeout = (message: string) => /timeout expired/i.test(message)

const socket = (client: pg.Client) => (client as unknown as { connection: { stream: Socket } }).connection.stream

const address = ({ host, port }: pg.Client) => (host.startsWith('/') ? host : `${host}:${port}`)

const connectionProblem = (client: pg.Client, error: unknown): string => {
  const { code, message } = error as { code?: string; message: string }
  const user = client.user ?? 'the default user'
  const at = address(client)
  const tls = tlsProblem(error)
  if (tls !== null) return `postgres: ${at} ${tls}`
  switch (code) {
    case '3D000':
      return `postgres: no database "${client.database}" on ${at}`
    case '28P01':
      return `postgres: wrong password for "${user}" on ${at}; set PGPASSWORD or the config's password`
    case '28000':
      return `postgres: ${at} does not let "${user}" in: ${message}`
    case '42501':
      return `postgres: "${user}" may not connect to database "${client.database}" on ${at}`
    case '53300':
      return `postgres: ${at} has no connection left: ${message}`
    case '57P03':
      return `postgres: ${at} is starting up or shutting down; try again`
    case 'ECONNREFUSED':
    case 'ENOENT':
      return `postgres: nothing listens on ${at}`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `postgres: unknown host ${client.host}`
    case 'ECONNRESET':
    case 'EPIPE':
      return `postgres: ${at} closed the connection`
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `postgres: ${at} cannot be reached`
  }
  if (/client password must be a string|no password/i.test(message))
    return `postgres: ${at} wants a password for "${user}"; set PGPASSWORD, the config's passwordFile or .pgpass`
  if (/timeout/i.test(message)) return `postgres: ${at} did not answer within 15 s`
  return `postgres: no connection to ${at}: ${withoutPassword(client, message)}`
}

const withoutPassword = (client: pg.Client, message: string) => {
  const password = typeof client.password === 'string' ? client.password : ''
  return firstLine(password ? message.replaceAll(password, '…') : message)
}
