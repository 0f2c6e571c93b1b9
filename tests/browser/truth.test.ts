import { endpointIds } from 'hirescope/contract'
import { rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/bundle.ts'
import { scopesOf } from '../truth/agree.ts'
import { exportedDemo, type DemoBundle, type ExportedDemo } from '../truth/demo-bundles.ts'
import { launchChromium, serveFolders, type Chromium, type Server } from './chromium.ts'
import type {} from './engine-page/main.ts'

const applications = process.env.HIRESCOPE_FULL ? 20_000 : 3_000

let folder: string
let demo: ExportedDemo
let server: Server
let chromium: Chromium

beforeAll(async () => {
  folder = await temporaryFolder()
  demo = await exportedDemo(applications)
  await build({
    root: join(import.meta.dirname, 'engine-page'),
    configFile: false,
    base: './',
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir: folder, target: 'es2023' },
  })
  server = await serveFolders({ '/': folder, '/data/': join(demo.site, 'data') })
  chromium = await launchChromium()
})
afterAll(async () => {
  await chromium?.close()
  await server?.close()
  await demo?.remove()
  await rm(folder, { recursive: true })
})

const viewerWith = (role: string): DemoBundle => {
  const found = demo.bundles.filter(
    ({ users, jobIds }) => jobIds.length > 0 && users.some((user) => user.role === role),
  )
  if (!found[0]) throw new Error(`demo: no ${role} who sees a job`)
  return found[0]
}

it.each(['admin', 'editor', 'participant'])(
  'agrees with the oracle in Chromium for a viewer who is %s',
  async (role) => {
    const { org, jobIds, folder } = viewerWith(role)
    const expected = demo.oracle.bundle(org, jobIds)
    const scopes = scopesOf(jobIds, 4)
    const page = await chromium.browser.newPage()
    await page.goto(`${server.url}/`)
    const address = `data/${relative(join(demo.site, 'data'), folder)}/`
    const answers = await page.evaluate(
      async ({ address, scopes }) => {
        const { openDataset, metrics, runAll } = window.hirescope
        const dataset = await openDataset(address)
        const answers = []
        for (const scope of scopes) answers.push(await runAll(dataset, metrics, scope))
        await dataset.close()
        return answers
      },
      { address, scopes },
    )
    scopes.forEach((scope, index) => {
      for (const endpoint of endpointIds) {
        const { status, body } = answers[index]![endpoint]
        const label = `${endpoint} of ${JSON.stringify(scope)}`
        expect({ status, body }, label).toEqual(expected.answer(endpoint, scope as { job_id?: string }))
      }
    })
    await page.close()
    expect(chromium.foreign).toEqual([])
  },
)
