import { mkdir, readdir, readFile, rm, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildDemo, fillPostgres, type BuiltDemo } from '../../src/demo/index.ts'
import { startPostgres, type TestServer } from '../postgres.ts'
import { exportInto, type Exported } from '../truth/exported.ts'

const applications = process.env.HIRESCOPE_FULL ? 20_000 : 3_000
const server: TestServer | null = await startPostgres()

/** The data files of every bundle, which are named by their content, and the manifests without what differs by run. */
const published = async ({ target }: Exported) => {
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
  let folder: string
  let built: BuiltDemo
  const secret = async (own: string) => {
    await mkdir(own, { recursive: true })
    await writeFile(join(own, 'secret'), `${'5a'.repeat(32)}\n`)
    return own
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hirescope-same-'))
    built = await buildDemo(join(folder, 'demo'), { applications })
    await server?.create('demo')
    const client = await server?.connect('demo')
    if (client) await fillPostgres(client, { applications })
    await client?.end()
  })
  afterAll(async () => {
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('give byte-identical data files and the same manifests', async () => {
    const embedded = await exportInto(
      {
        ...built.demo.config,
        source: { kind: 'pglite', folder: built.database },
        private: await secret(join(folder, 'a')),
      },
      join(folder, 'embedded'),
    )
    const real = await exportInto(
      {
        ...built.demo.config,
        source: { kind: 'postgres', url: server?.url('demo') },
        private: await secret(join(folder, 'b')),
        threads: 1,
      },
      join(folder, 'real'),
    )
    expect(real.summary.orgs.map(({ error }) => error)).toEqual([null, null, null])
    const bundles = await published(embedded)
    expect(Object.keys(bundles).length).toBeGreaterThan(5)
    expect(await published(real)).toEqual(bundles)
  })

  it('rewrite nothing but the manifests when nothing changed', async () => {
    const config = {
      ...built.demo.config,
      source: { kind: 'pglite', folder: built.database },
      private: join(folder, 'a'),
    } as const
    const again = await exportInto(config, join(folder, 'embedded'))
    expect(again.summary.orgs.map(({ changed, error }) => ({ changed, error }))).toEqual(
      Array.from({ length: 3 }, () => ({ changed: 0, error: null })),
    )
  })
})
