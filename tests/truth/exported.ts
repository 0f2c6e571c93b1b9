import { parseConfig, runExport, type ExportConfigInput, type ExportSummary, type Reporter } from 'hirescope/export'
import type { SourceRows } from 'hirescope/contract'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOracle, writeRows, type Oracle, type OracleConfig } from '../oracle/index.ts'

/** A finished export in a folder of its own. */
export interface Exported {
  folder: string
  target: string
  summary: ExportSummary
  /** The folder of the bundle that a user's access map names; null without one. */
  bundleOf: (org: string, user: string) => Promise<string | null>
  remove: () => Promise<void>
}

/** Exports into a fresh folder. */
export const exportInto = async (
  config: Omit<ExportConfigInput, 'target' | 'private'> & Partial<Pick<ExportConfigInput, 'private'>>,
  folder?: string,
  reporter?: Reporter,
): Promise<Exported> => {
  const own = folder ?? (await mkdtemp(join(tmpdir(), 'hirescope-export-')))
  const target = join(own, 'target')
  const settings = parseConfig({ private: join(own, 'private'), ...config, target })
  const summary = await runExport(settings, reporter ? { reporter } : {})
  return {
    folder: own,
    target,
    summary,
    bundleOf: async (org, user) => {
      const path = join(
        settings.private,
        /^\.\.?$/.test(org) ? org.replaceAll('.', '%2E') : encodeURIComponent(org),
        'access.json',
      )
      const { users } = JSON.parse(await readFile(path, 'utf8')) as { users: Record<string, string> }
      const bundle = users[user]
      return bundle === undefined ? null : join(target, bundle)
    },
    remove: () => rm(own, { recursive: true, force: true }),
  }
}

/** Exports rows that were drawn, as their configuration says, beside an oracle that knows them. */
export const exportDrawn = async (
  rows: SourceRows,
  drawn: OracleConfig,
): Promise<{ exported: Exported; oracle: Oracle }> => {
  // The exporter's configuration takes an as-of of milliseconds.
  const config = { ...drawn, asOf: drawn.asOf.slice(0, 23) }
  const { asOf, orgs, defaultTimeZone, names, aliases } = config
  const folder = await mkdtemp(join(tmpdir(), 'hirescope-random-'))
  const { adapterFolder, dataFolder } = await writeRows(rows, folder)
  for (const kind of ['city', 'skill'] as const)
    if (aliases?.[kind]) await writeFile(join(adapterFolder, `${kind}-aliases.json`), JSON.stringify(aliases[kind]))
  const exported = await exportInto(
    {
      source: { kind: 'files', folder: dataFolder },
      adapter: adapterFolder,
      asOf: `${asOf.replace(' ', 'T')}Z`,
      maxRejected: 1,
      threads: 1,
      ...(orgs && { orgs }),
      ...(defaultTimeZone && { defaultTimeZone }),
      ...(names && { names }),
    },
    folder,
  ).catch(async (error) => {
    await rm(folder, { recursive: true, force: true })
    throw error
  })
  return { exported, oracle: createOracle(rows, config) }
}
