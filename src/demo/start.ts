import { ExportError } from 'hirescope/export'
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build } from 'vite'
import { buildDemo } from './fill.ts'
import { serve, type Served } from './serve.ts'
import { exportDemo } from './site.ts'

export interface StartOptions {
  /** Where the demo is kept. */
  folder: string
  applications: number
  port: number
  say: (line: string) => void
}

/** A hash of everything that decides what an export writes. */
const exporterFingerprint = async (database: string): Promise<string> => {
  const hash = createHash('sha256').update(await readFile(join(database, 'hirescope-demo')))
  const root = join(import.meta.dirname, '..')
  for (const part of ['contract', 'metrics', 'export', 'demo']) {
    const files = await readdir(join(root, part), { recursive: true, withFileTypes: true })
    for (const file of files
      .filter((each) => each.isFile())
      .map((each) => join(each.parentPath, each.name))
      .sort())
      hash.update(await readFile(file))
  }
  return hash.digest('hex')
}

/**
 * Builds the demo database, exports it, builds the app and serves both. What is there already and unchanged is not made
 * again.
 */
export const startDemo = async ({ folder, applications, port, say }: StartOptions): Promise<Served> => {
  say(`demo: ${applications.toLocaleString('en')} applications`)
  const built = await buildDemo(folder, { applications })
  say(`demo: database ${built.reused ? 'is there already' : 'built'}`)
  const stamp = join(resolve(folder), 'exported')
  const fingerprint = await exporterFingerprint(built.database)
  const last = await readFile(stamp, 'utf8').catch(() => '')
  if (last === fingerprint) say('export: unchanged since the last time')
  else {
    const { orgs, seconds } = await exportDemo(folder, built)
    const scopes = orgs.reduce((sum, org) => sum + org.scopes, 0)
    const bytes = orgs.reduce((sum, org) => sum + org.bytes, 0)
    const total = seconds.read + seconds.normalise + seconds.write
    say(`export: ${orgs.length} orgs, ${scopes} scopes, ${bytes.toLocaleString('en')} bytes in ${total.toFixed(1)} s`)
    await writeFile(stamp, fingerprint)
  }
  await build({ logLevel: 'warn' })
  say('app: built')
  try {
    return await serve(['dist', join(resolve(folder), 'site')], port)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new ExportError(`serve: port ${port} is in use; choose another with npm start -- --port ${port + 1}`)
  }
}
