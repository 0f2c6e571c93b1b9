import fc from 'fast-check'
import { openFolder } from 'hirescope/engine/native'
import { cp, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/bundle.ts'
import { sourceRows, type OracleBundle } from '../oracle/index.ts'
import { expectAnswers, filtersOf, scopesOf } from '../truth/agree.ts'
import { exportedDemo, sharedApplications, type DemoBundle, type ExportedDemo } from '../truth/demo-bundles.ts'
import { exportDrawn } from '../truth/exported.ts'
import { builtEnginePage } from './built.ts'
import { launchChromium, serveFolders, type Chromium, type Server } from './chromium.ts'
import type {} from './engine-page/main.ts'

const runs = process.env.HIRESCOPE_FULL ? 30 : 2

let drawn: string
let demo: ExportedDemo
let server: Server
let chromium: Chromium

beforeAll(async () => {
  drawn = await temporaryFolder()
  demo = await exportedDemo(sharedApplications)
  const folders = { '/': await builtEnginePage(), '/data/': join(demo.site, 'data'), '/drawn/': drawn }
  server = await serveFolders(folders)
  chromium = await launchChromium({ asUsual: false })
})
afterAll(async () => {
  await chromium?.close()
  await server?.close()
  await rm(drawn, { recursive: true })
})

const viewerWith = (role: string): DemoBundle => {
  const found = demo.bundles.filter(
    ({ users, jobIds }) => jobIds.length > 0 && users.some((user) => user.role === role),
  )
  if (!found[0]) throw new Error(`demo: no ${role} who sees a job`)
  return found[0]
}

/** Opens a bundle in Chromium, asks about sets of jobs and row filters, and holds the answers against the oracle's. */
const expectAgreementOf = async (
  folder: string,
  address: string,
  expected: OracleBundle,
  jobIds: readonly string[],
  sets: number,
) => {
  const native = await openFolder(folder)
  const scopes = [...scopesOf(jobIds, sets), ...(await filtersOf(native))]
  await native.close()
  const page = await chromium.browser.newPage()
  await page.goto(`${server.url}/`)
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
  scopes.forEach((scope, index) => expectAnswers(answers[index]!, expected, scope, JSON.stringify(scope)))
  await page.close()
  expect(chromium.foreign).toEqual([])
}

it.each(['admin', 'editor', 'participant'])(
  'agrees with the oracle in Chromium for a viewer who is %s, their jobs, sets of jobs and row filters',
  async (role) => {
    const { org, jobIds, folder } = viewerWith(role)
    const address = `data/${relative(join(demo.site, 'data'), folder)}/`
    await expectAgreementOf(folder, address, demo.oracle.bundle(org, jobIds), jobIds, 4)
  },
)

it(`agrees with the oracle in Chromium on ${runs} random small databases`, async () => {
  const served = join(drawn, 'bundle')
  await fc.assert(
    fc.asyncProperty(sourceRows(), async ({ rows, config }) => {
      const { exported, oracle } = await exportDrawn(rows, config)
      try {
        // An engine is started for each: one viewer of each organisation.
        for (const org of oracle.orgs)
          for (const { userId, jobIds } of oracle.viewers(org).slice(0, 1)) {
            await rm(served, { recursive: true, force: true })
            await cp((await exported.bundleOf(org, userId)) ?? '', served, { recursive: true })
            await expectAgreementOf(served, 'drawn/bundle/', oracle.bundle(org, jobIds), jobIds, 2)
          }
      } finally {
        await exported.remove()
      }
    }),
    { numRuns: runs, endOnFailure: true },
  )
}, 3_600_000)
