import { execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

const run = (command: string, args: string[], cwd: string): string => {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error })
  }
}

/** Runs a command that packages bring along. @throws Error with what it said */
export const runBin = (name: string, args: string[], cwd: string): string =>
  run(process.execPath, [join(root, 'node_modules', name), ...args], cwd)

/** Runs a module in a project. @throws Error with what it said */
export const runNode = (args: string[], cwd: string): string => run(process.execPath, args, cwd)

export interface Packed {
  /** What `npm run build:lib` made. */
  built: string
  /** What `npm pack` made of it. */
  tarball: string
  /** The paths in it. */
  files: string[]
}

/** Builds the package and packs it. */
export const pack = (folder: string): Packed => {
  const built = join(folder, 'built')
  runBin('tsx/dist/cli.mjs', [join(root, 'scripts/build-lib.ts'), built], root)
  const said = run('npm', ['pack', built, '--json', '--silent', '--offline', '--pack-destination', folder], folder)
  const packed = JSON.parse(said) as { filename: string; files: { path: string }[] }[] | Record<string, never>
  const [{ filename, files }] = Object.values(packed) as [{ filename: string; files: { path: string }[] }]
  return { built, tarball: join(folder, filename), files: files.map(({ path }) => path).sort() }
}

interface Manifest {
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

/** The packages that these stand on, with themselves, as far as this machine has them. */
const closure = (names: readonly string[]): Set<string> => {
  const found = new Set<string>()
  const add = (name: string) => {
    const file = join(root, 'node_modules', name, 'package.json')
    if (found.has(name) || !existsSync(file)) return
    found.add(name)
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync(file, 'utf8')) as Manifest
    Object.keys({ ...dependencies, ...optionalDependencies }).forEach(add)
  }
  names.forEach(add)
  return found
}

/** Why nothing can be installed from npm's registry; null where it answers. */
export const whyNoRegistry = (): string | null => {
  try {
    run('npm', ['ping', '--fetch-retries', '0', '--fetch-timeout', '20000'], root)
    return null
  } catch {
    return "npm's registry does not answer"
  }
}

/**
 * Makes a project of its own with the packed package installed and the named packages beside it, in the versions of this checkout:
 * by npm from its registry, or else by hand from this checkout (hard links where the file system has them), which is quicker.
 * Nothing of the checkout is within its reach.
 */
export const install = (
  project: string,
  files: string,
  { tarball }: Packed,
  packages: readonly string[],
  from: 'registry' | 'checkout',
): void => {
  cpSync(files, project, { recursive: true })
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }))
  if (from === 'registry') {
    const versions = packages.map((name) => {
      const text = readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')
      return `${name}@${(JSON.parse(text) as { version: string }).version}`
    })
    run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball, ...versions], project)
    return
  }
  const modules = join(project, 'node_modules')
  mkdirSync(join(modules, 'hirescope'), { recursive: true })
  run('tar', ['-xzf', tarball, '-C', join(modules, 'hirescope'), '--strip-components', '1'], project)
  for (const name of closure(['zod', ...packages])) {
    const from = join(root, 'node_modules', name)
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    try {
      execFileSync('cp', ['-al', from, join(modules, name)], { stdio: 'ignore' })
    } catch {
      cpSync(from, join(modules, name), { recursive: true })
    }
  }
}

/** Starts Vite's development server of a project, and gives its address. */
export const startDevelopment = async (project: string): Promise<{ url: string; stop: () => void }> => {
  const vite = join(project, 'node_modules/vite/bin/vite.js')
  const server = spawn(process.execPath, [vite, '--host', '127.0.0.1', '--port', '0'], {
    cwd: project,
    stdio: 'pipe',
    env: { ...process.env, NO_COLOR: '1' },
  })
  const stop = () => void server.kill()
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let said = ''
      server.stdout.on('data', (text: Buffer) => {
        said += text.toString()
        const [address] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said) ?? []
        if (address) resolve(address)
      })
      server.on('exit', () => reject(new Error(`vite: ended; it said: ${said}`)))
    })
    return { url, stop }
  } catch (error) {
    stop()
    throw error
  }
}
