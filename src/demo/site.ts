import { directory, parse, type Directory } from 'hirescope/contract'
import {
  ExportError,
  parseConfig,
  runExport,
  type ExportConfig,
  type ExportSummary,
  type Reporter,
} from 'hirescope/export'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { BuiltDemo } from './fill.ts'

/** The configuration that exports a demo database under a folder: what is served in `site`, what is not in `private`. */
export const demoExportConfig = (folder: string, { demo, database }: BuiltDemo): ExportConfig =>
  parseConfig({
    ...demo.config,
    source: { kind: 'pglite', folder: database },
    target: join(resolve(folder), 'site', 'data'),
    private: join(resolve(folder), 'private'),
    // The next demo may be a smaller one.
    maxDrop: 1,
  })

const readAccess = async (config: ExportConfig, org: string): Promise<Record<string, string>> => {
  const text = await readFile(join(config.private, encodeURIComponent(org), 'access.json'), 'utf8')
  return (JSON.parse(text) as { users: Record<string, string> }).users
}

/** Each step of a path on disk as a step of a URL. */
const asUrl = (path: string) => path.split('/').map(encodeURIComponent).join('/')

const writeDirectory = async (folder: string, config: ExportConfig, { demo }: BuiltDemo, orgIds: readonly string[]) => {
  const orgs: Directory['orgs'] = []
  for (const id of orgIds) {
    const access = await readAccess(config, id)
    const viewers = demo.users.flatMap(({ id: user, orgId, name, role }) => {
      const bundle = access[user]
      return orgId === id && bundle !== undefined ? [{ id: user, name, role, data: `data/${asUrl(bundle)}` }] : []
    })
    const manifest = JSON.parse(
      await readFile(join(config.target, access[viewers[0]?.id ?? ''] ?? '', 'manifest.json'), 'utf8'),
    ) as { org: { name: string | null } }
    orgs.push({ id, name: manifest.org.name ?? id, viewers })
  }
  const text = JSON.stringify(parse(directory, { orgs }, 'directory'))
  await writeFile(join(resolve(folder), 'site', 'directory.json'), text)
}

/**
 * Exports a demo database and writes the directory in which its viewers are chosen.
 * @throws ExportError where an org was not published.
 */
export const exportDemo = async (folder: string, built: BuiltDemo, reporter?: Reporter): Promise<ExportSummary> => {
  const config = demoExportConfig(folder, built)
  await mkdir(config.target, { recursive: true })
  const summary = await runExport(config, reporter ? { reporter } : {})
  const failed = summary.orgs.find(({ error }) => error !== null)
  if (failed) throw new ExportError(`demo: org ${failed.org} was not published: ${failed.error}`)
  await writeDirectory(
    folder,
    config,
    built,
    summary.orgs.map(({ org }) => org),
  )
  return summary
}
