import type { SourceRows } from 'hirescope/contract'
import { exportCommand } from 'hirescope/export'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeRows } from '../oracle/index.ts'

/** What a folder holds between nights: source, `target`, `private` and the configuration. */
export interface Nights {
  /** Exports rows (null: those of the night before) with the flags of the command. */
  run: (rows: SourceRows | null, ...flags: string[]) => Promise<{ code: number; out: string; error: string }>
  /** Settings of the configuration from now on. */
  set: (settings: object) => void
  target: string
  private: string
  /** The bundle's folder by user id, as the access map of an org says. */
  users: (org?: string) => Promise<Record<string, string>>
  manifest: (bundle: string, name?: string) => Promise<{ sequence: number; [name: string]: unknown }>
}

export const nightsIn = (folder: string): Nights => {
  let settings: object = {}
  const own = { target: join(folder, 'target'), private: join(folder, 'private') }
  const config = join(folder, 'config.json')
  const json = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as unknown
  return {
    ...own,
    set: (more) => (settings = { ...settings, ...more }),
    run: async (rows, ...flags) => {
      if (rows) {
        await rm(join(folder, 'adapter'), { recursive: true, force: true })
        await writeRows(rows, folder)
      }
      const source = { kind: 'files', folder: join(folder, 'data') }
      const adapter = join(folder, 'adapter')
      await writeFile(config, JSON.stringify({ source, adapter, threads: 1, ...own, ...settings }))
      let out = ''
      let error = ''
      const terminal = { live: false, out: (text: string) => (out += text), error: (text: string) => (error += text) }
      return { code: await exportCommand(['--config', config, ...flags], terminal), out, error }
    },
    users: async (org = 'o') =>
      ((await json(join(own.private, org, 'access.json'))) as { users: Record<string, string> }).users,
    manifest: async (bundle, name = 'manifest.json') =>
      (await json(join(own.target, bundle, name))) as Awaited<ReturnType<Nights['manifest']>>,
  }
}
