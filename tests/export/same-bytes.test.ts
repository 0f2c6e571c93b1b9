import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fillPostgres, generateDemo } from '../../src/demo/index.ts'
import { startPostgres, type TestServer } from '../postgres.ts'
import { demoFolder, sharedApplications } from '../truth/demo-bundles.ts'
import { exportInto } from '../truth/exported.ts'

const server: TestServer | null = await startPostgres()

/** The data files of every bundle, which are named by their content, and the manifests without what differs by run. */
const published = async (target: string) => {
  const bundles: Record<string, unknown> = {}
  for (const org of await readdir(target))
    for (const scope of await readdir(join(target, org))) {
      const folder = join(target, org, scope)
      const files = (await readdir(folder)).filter((file) => !file.startsWith('manifest')).sort()
      const text = await readFile(join(folder, 'manifest.json'), 'utf8')
      bundles[`${org}/${scope}`] = { files, manifest: { ...JSON.parse(text), exported_at: '', sequence: 0 } }
    }
  return bundles
}

describe.skipIf(!server)('a PostgreSQL server and PGlite with the same demo data', () => {
  const { config } = generateDemo({ applications: sharedApplications })
  let folder: string
  let embedded: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hirescope-same-'))
    embedded = await demoFolder(sharedApplications)
    await server?.create('demo')
    const client = await server?.connect('demo')
    if (client) await fillPostgres(client, { applications: sharedApplications })
    await client?.end()
  })
  afterAll(async () => {
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('give byte-identical data files and the same manifests', async () => {
    const own = join(folder, 'private')
    await mkdir(own)
    // Scopes get the same addresses from the same secret.
    await cp(join(embedded, 'private', 'secret'), join(own, 'secret'))
    const source = { kind: 'postgres', url: server?.url('demo') } as const
    const real = await exportInto({ ...config, source, private: own, threads: 1 }, folder)
    expect(real.summary.orgs.map(({ error }) => error)).toEqual([null, null, null])
    const bundles = await published(join(embedded, 'site', 'data'))
    expect(Object.keys(bundles).length).toBeGreaterThan(5)
    expect(await published(real.target)).toEqual(bundles)
  })

  it('rewrite nothing but the manifests when nothing changed', async () => {
    const source = { kind: 'postgres', url: server?.url('demo') } as const
    const again = await exportInto({ ...config, source }, folder)
    expect(again.summary.orgs.map(({ changed, error }) => ({ changed, error }))).toEqual(
      Array.from({ length: 3 }, () => ({ changed: 0, error: null })),
    )
  })
})
