import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ExportError } from '../errors.ts'

/** Whom a password is for. */
export interface Account {
  host: string
  port: number
  database: string
  user: string
}

/** The password in a file of its own, as containers mount them. */
export const passwordFrom = async (file: string): Promise<string> => {
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ExportError(`postgres: the passwordFile ${file} cannot be read (${code})`, { cause: error })
  }
}

// A backslash makes the next character an ordinary one.
const fieldsOf = (line: string) =>
  [...line.matchAll(/((?:\\.|[^\\:])*)(:|$)/g)].map(([, field = '']) => field.replace(/\\(.)/g, '$1'))

/**
 * The password that PGPASSFILE or ~/.pgpass holds for an account, by libpq's rules; null without one. The driver could do this
 * until its next version, with a warning on stderr each time.
 * @throws ExportError for a file that others can read.
 */
export const passwordFromPgpass = async ({ host, port, database, user }: Account): Promise<string | null> => {
  const file = process.env.PGPASSFILE ?? join(homedir(), '.pgpass')
  const found = await stat(file).catch(() => null)
  if (!found?.isFile()) return null
  if (process.platform !== 'win32' && found.mode & 0o077)
    throw new ExportError(`postgres: others can read ${file}; chmod 600 it`)
  const hosts = host.startsWith('/') ? [host, 'localhost'] : [host]
  const wanted = [hosts, [String(port)], [database], [user]]
  for (const line of (await readFile(file, 'utf8')).split(/\r?\n/)) {
    if (line.startsWith('#')) continue
    const fields = fieldsOf(line)
    const password = fields[4]
    if (!password) continue
    if (wanted.every((values, index) => fields[index] === '*' || values.includes(fields[index] ?? ''))) return password
  }
  return null
}
