import { parseConfig, runExport, type ExportConfigInput, type ExportSummary, type Reporter } from 'hirescope/export'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

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
