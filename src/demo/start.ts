import { ExportError } from 'hirescope/export'
import { createHash } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'vite'
import { buildDemo } from './fill.ts'
import { serve, type Served } from './serve.ts'
import { exportDemo } from './site.ts'

export interface StartOptions {
  /** Where the demo is kept. */
  folder: string
  applications: number
  port: number
}

const wholeNumber = (flag: string, text: string, most: number): number => {
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (!(value <= most))
    throw new ExportError(`arguments: --${flag} "${text}", expected a whole number from 0 to ${most}`)
  return value
}

/** What the arguments of `npm start` ask for. @throws ExportError for an argument that is none. */
export const readStartOptions = (args: readonly string[]): StartOptions => {
  const options = {
    applications: { type: 'string', default: '20000' },
    folder: { type: 'string', default: '.demo' },
    port: { type: 'string', default: '4173' },
  } as const
  const parsed = () => {
    try {
      return parseArgs({ args: [...args], options }).values
    } catch (error) {
      const known = Object.keys(options).map((name) => `--${name}`)
      throw new ExportError(`arguments: ${(error as Error).message.split(/\.\s/)[0]}; known are ${known.join(', ')}`)
    }
  }
  const { applications, folder, port } = parsed()
  return {
    folder,
    applications: wholeNumber('applications', applications, 100_000_000),
    port: wholeNumber('port', port, 65_535),
  }
}

const root = join(import.meta.dirname, '../..')

/** A hash of files and of all that is in folders, by name and content; paths from the root of the project. */
const fingerprint = async (paths: readonly string[]): Promise<string> => {
  const hash = createHash('sha256')
  for (const path of paths.map((each) => resolve(root, each))) {
    const folder = (await stat(path)).isDirectory()
    const entries = folder ? await readdir(path, { recursive: true, withFileTypes: true }) : []
    const files = entries.filter((each) => each.isFile()).map(({ parentPath, name }) => join(parentPath, name))
    for (const file of folder ? files.sort() : [path])
      hash
        .update(file.slice(path.length))
        .update('\0')
        .update(await readFile(file))
        .update('\0')
  }
  return hash.digest('hex')
}

const textOf = (file: string) => readFile(file, 'utf8').catch(() => null)

const bundler = ['package-lock.json', 'vite.config.ts']

/** Builds the app unless what is in `dist` was built from the same files. */
const buildApp = async (folder: string, say: (line: string) => void) => {
  const stamp = join(folder, 'built')
  // The page names the app's other files by their content, and so tells this build from others.
  const stampOf = async (page: string | null) => `${await fingerprint(['src', 'public', ...bundler])}\n${page}`
  const page = await textOf(join(root, 'dist/index.html'))
  if (page !== null && (await textOf(stamp)) === (await stampOf(page))) return say('app: unchanged since the last time')
  await build({ logLevel: 'warn' })
  await writeFile(stamp, await stampOf(await textOf(join(root, 'dist/index.html'))))
  say('app: built')
}

const listen = async (folders: readonly string[], port: number): Promise<Served> => {
  try {
    return await serve(folders, port)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const other = 'choose another with npm start -- --port'
    if (code === 'EADDRINUSE')
      throw new ExportError(`serve: port ${port} is in use; ${other} ${port < 65_535 ? port + 1 : 4173}`)
    if (code === 'EACCES') throw new ExportError(`serve: port ${port} is not allowed to this user; ${other} 4173`)
    throw error
  }
}

/**
 * Builds the demo database, exports it, builds the app and serves both. What is there already and unchanged is not made
 * again.
 */
export const startDemo = async (
  { folder: given, applications, port }: StartOptions,
  say: (line: string) => void,
): Promise<Served> => {
  // Nobody should wait for all the rest to learn that nothing can be served.
  await (await listen([], port)).close()
  const folder = resolve(given)
  say(`demo: ${applications.toLocaleString('en')} applications`)
  const built = await buildDemo(folder, { applications })
  say(`demo: database ${built.reused ? 'is there already' : 'built'}`)
  const stamp = join(folder, 'exported')
  const exporter = ['contract', 'metrics', 'engine', 'export', 'demo'].map((part) => `src/${part}`)
  const exported = await fingerprint([join(built.database, 'hirescope-demo'), ...exporter, 'package-lock.json'])
  if ((await textOf(stamp)) === exported) say('export: unchanged since the last time')
  else {
    const { orgs, seconds } = await exportDemo(folder, built)
    const scopes = orgs.reduce((sum, org) => sum + org.scopes, 0)
    const bytes = orgs.reduce((sum, org) => sum + org.bytes, 0)
    const total = Object.values(seconds).reduce((sum, each) => sum + each)
    say(`export: ${orgs.length} orgs, ${scopes} scopes, ${bytes.toLocaleString('en')} bytes in ${total.toFixed(1)} s`)
    await writeFile(stamp, exported)
  }
  await buildApp(folder, say)
  return listen([join(root, 'dist'), join(folder, 'site')], port)
}
