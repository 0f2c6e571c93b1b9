import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildDemo, generateDemo } from '../../src/demo/index.ts'
import { demoExportConfig, exportDemo } from '../../src/demo/site.ts'
import { createOracle, type Oracle } from '../oracle/index.ts'
import { madeOnce } from '../shared.ts'
import { readAliases } from './aliases.ts'

/** One bundle of the demo: the viewers who share it see the same jobs. */
export interface DemoBundle {
  org: string
  users: { userId: string; role: string }[]
  jobIds: string[]
  /** On disk. */
  folder: string
}

/** The demo, exported, beside an oracle that knows it from the generator's own memory. */
export interface ExportedDemo {
  /** The folder of the site: `directory.json` and `data/`. */
  site: string
  oracle: Oracle
  bundles: DemoBundle[]
}

/** How many applications the demo has that test files share: a smaller one costs a database and an export of its own. */
export const sharedApplications = process.env.HIRESCOPE_FULL ? 20_000 : 2_000

/** The folder of a demo's database and its export, made once in a run; nobody may change anything in it. */
export const demoFolder = (applications: number): Promise<string> =>
  madeOnce(`demo-${applications}`, async (folder) => exportDemo(folder, await buildDemo(folder, { applications })))

/**
 * Opens an exported demo.
 * @throws Error where the access maps do not give each viewer of the oracle, and nobody else, the jobs that they see.
 */
export const exportedDemo = async (applications: number): Promise<ExportedDemo> => {
  const folder = await demoFolder(applications)
  const built = { demo: generateDemo({ applications }), database: join(folder, 'database'), reused: true }
  const config = demoExportConfig(folder, built)
  const oracle = createOracle(built.demo.contractRows(), {
    asOf: new Date(built.demo.options.asOf).toISOString().replace('T', ' ').replace('Z', ''),
    orgs: built.demo.config.orgs,
    names: config.names,
    aliases: await readAliases('src/export/adapters/django'),
  })
  const bundles = new Map<string, DemoBundle>()
  for (const org of oracle.orgs) {
    const text = await readFile(join(config.private, org, 'access.json'), 'utf8')
    const { users } = JSON.parse(text) as { users: Record<string, string> }
    const viewers = oracle.viewers(org)
    if (
      Object.keys(users).sort().join() !==
      viewers
        .map(({ userId }) => userId)
        .sort()
        .join()
    )
      throw new Error(`access map of org ${org}: other users than the oracle's`)
    for (const { userId, role, jobIds } of viewers) {
      const path = join(config.target, users[userId]!)
      const bundle = bundles.get(path) ?? { org, users: [], jobIds, folder: path }
      if (bundle.jobIds.join() !== jobIds.join()) throw new Error(`access map of org ${org}: ${userId} sees other jobs`)
      bundle.users.push({ userId, role })
      bundles.set(path, bundle)
    }
  }
  return {
    site: join(folder, 'site'),
    oracle,
    bundles: [...bundles.values()],
  }
}
