import { execFileSync, spawn } from 'node:child_process'
import { accessSync, chmodSync, chownSync, constants, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import pg from 'pg'

/** A throw-away PostgreSQL server that asks for passwords. */
export interface TestServer {
  port: number
  user: string
  password: string
  /** `postgres://…` with the superuser's password. */
  url: (database?: string) => string
  /** Makes an empty database. */
  create: (database: string) => Promise<void>
  connect: (database?: string) => Promise<pg.Client>
  stop: () => Promise<void>
}

const isProgram = (path: string) => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const debianFolders = () => {
  try {
    return readdirSync('/usr/lib/postgresql')
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join('/usr/lib/postgresql', version, 'bin'))
  } catch {
    return []
  }
}

/** The folder of the server's programs; null where PostgreSQL is not installed. */
const programs = (): string | null =>
  [...debianFolders(), ...(process.env.PATH ?? '').split(delimiter)].find(
    (folder) => isProgram(join(folder, 'initdb')) && isProgram(join(folder, 'postgres')),
  ) ?? null

// PostgreSQL refuses to run as root: then it runs as the user that Debian makes for it.
const identity = (): { uid?: number; gid?: number } | null => {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }))
  try {
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    return null
  }
}

/** A port of this machine on which nothing listens. */
export const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

const found = () => {
  const folder = programs()
  if (folder === null) return { lacking: 'initdb and postgres are not on this machine' }
  const as = identity()
  return as === null ? { lacking: 'root cannot run it, and there is no user "postgres"' } : { folder, as }
}

/** Why tests on a PostgreSQL server are skipped here; null where they run. */
export const whyNoPostgres = (): string | null => found().lacking ?? null

/** Starts a server in a folder of its own on a free port of this machine; null where that cannot be. */
export const startPostgres = async (): Promise<TestServer | null> => {
  const { folder, as } = found()
  if (folder === undefined) return null
  const data = mkdtempSync(join(tmpdir(), 'hirescope-postgres-'))
  const user = 'hirescope'
  const password = 'canary-password'
  const passwordFile = join(data, 'password')
  const cluster = join(data, 'cluster')
  writeFileSync(passwordFile, password)
  chmodSync(passwordFile, 0o600)
  if (as.uid !== undefined && as.gid !== undefined) {
    chownSync(data, as.uid, as.gid)
    chownSync(passwordFile, as.uid, as.gid)
  }
  const environment = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
  execFileSync(
    join(folder, 'initdb'),
    ['-D', cluster, '-U', user, `--pwfile=${passwordFile}`, '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C', '-N'],
    { ...as, cwd: data, env: environment, stdio: 'pipe' },
  )
  const port = await freePort()
  const server = spawn(
    join(folder, 'postgres'),
    // prettier-ignore
    ['-D', cluster, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=',
      '-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'max_wal_size=4GB', '-c', 'log_min_messages=log'],
    { ...as, cwd: data, env: environment, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const kill = () => server.kill('SIGQUIT')
  process.once('exit', kill)
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    let said = ''
    server.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('ready to accept connections')) resolve()
    })
    server.once('exit', () => reject(new Error(`postgres: did not start: ${said}`)))
  })
  const url = (database = 'postgres') => `postgres://${user}:${password}@127.0.0.1:${port}/${database}`
  const connect = async (database?: string) => {
    const client = new pg.Client({ connectionString: url(database) })
    await client.connect()
    return client
  }
  return {
    port,
    user,
    password,
    url,
    connect,
    create: async (database) => {
      const client = await connect()
      await client.query(`CREATE DATABASE ${database}`)
      await client.end()
    },
    stop: async () => {
      process.removeListener('exit', kill)
      server.kill('SIGINT')
      await ended
      rmSync(data, { recursive: true, force: true })
    },
  }
}
