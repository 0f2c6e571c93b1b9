import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePort } from './postgres.ts'

/** A running nginx. */
export interface TestNginx {
  port: number
  /** Has it read its configuration again, and waits until the old workers are gone. */
  reload: () => Promise<void>
  stop: () => Promise<void>
  accessLog: string
  errorLog: string
}

const program = ['/usr/sbin', ...(process.env.PATH ?? '').split(delimiter)]
  .map((folder) => join(folder, 'nginx'))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/** Why tests on nginx are skipped here; null where they run. */
export const whyNoNginx = (): string | null => (program ? null : 'nginx is not on this machine')

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

const write = (folder: string, port: number, http: string, server: string) => {
  mkdirSync(join(folder, 'temp'), { recursive: true })
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, 'temp', name)};`,
  )
  const file = join(folder, 'nginx.conf')
  writeFileSync(
    file,
    `daemon off;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    worker_processes 1;
    pid ${join(folder, 'nginx.pid')};
    error_log ${join(folder, 'error.log')} notice;
    events {}
    http {
      include /etc/nginx/mime.types;
      access_log ${join(folder, 'access.log')};
      ${temporary.join('\n')}
      ${http}
      server {
        listen 127.0.0.1:${port};
        ${server}
      }
    }
`,
  )
  return file
}

/** What nginx says of a configuration, and how long that took; "" where it has nothing against it. */
export const checkNginx = (folder: string, http: string, server: string): { said: string; seconds: number } => {
  const since = performance.now()
  const file = write(folder, 1, http, server)
  const { status, stderr } = spawnSync(program ?? 'nginx', ['-t', '-c', file, '-p', folder], { encoding: 'utf8' })
  return { said: status === 0 ? '' : stderr, seconds: (performance.now() - since) / 1000 }
}

/** Starts nginx in a folder with what stands in `http { }` and in `server { }`. */
export const startNginx = async (folder: string, http: string, server: string): Promise<TestNginx> => {
  const port = await freePort()
  const file = write(folder, port, http, server)
  const errorLog = join(folder, 'error.log')
  const nginx = spawn(program ?? 'nginx', ['-c', file, '-p', folder], { stdio: ['ignore', 'ignore', 'pipe'] })
  const kill = () => nginx.kill('SIGTERM')
  process.once('exit', kill)
  const ended = new Promise<void>((resolve) => nginx.once('exit', () => resolve()))
  let said = ''
  nginx.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const until = async (condition: () => boolean | Promise<boolean>) => {
    while (!(await condition())) {
      if (nginx.exitCode !== null) throw new Error(`nginx: ended: ${said}`)
      await setTimeout(20)
    }
  }
  await until(() => answers(port))
  const workers = () => spawnSync('pgrep', ['-P', String(nginx.pid)], { encoding: 'utf8' }).stdout.trim()
  return {
    port,
    errorLog,
    accessLog: join(folder, 'access.log'),
    reload: async () => {
      const before = workers()
      nginx.kill('SIGHUP')
      await until(() => {
        const now = workers()
        return now !== '' && now.split('\n').every((worker) => !before.includes(worker))
      })
    },
    stop: async () => {
      process.removeListener('exit', kill)
      kill()
      await ended
    },
  }
}
