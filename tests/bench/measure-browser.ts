import { loadedTableNames } from 'hirescope/contract'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { build } from 'vite'
import { launchChromium, serveFolders, type Chromium, type Server } from '../browser/chromium.ts'
import type { Found } from './largest-bundle.ts'
import { lookAround } from './machine.ts'
import type {} from './page/main.ts'
import { loadStages, type Endpoints, type Load } from './results.ts'
import { round, spreadOf } from './spread.ts'

const repetitions = 7

/** Builds the page that measures, as the app is built. */
export const buildPage = async (outDir: string): Promise<void> => {
  await build({
    root: join(import.meta.dirname, 'page'),
    configFile: false,
    base: './',
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: true, target: 'es2023' },
  })
}

export const chromiumVersion = async (): Promise<string> => {
  const { browser, close } = await launchChromium()
  const version = browser.version()
  await close()
  return version
}

/** A page that has visited nothing before: no cache, no compiled module. */
const withPage = async <Result>(
  { browser }: Chromium,
  server: Server,
  use: (page: Awaited<ReturnType<typeof browser.newPage>>) => Promise<Result>,
): Promise<Result> => {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.goto(`${server.url}/`)
    return await use(page)
  } finally {
    await context.close()
  }
}

const seconds = (milliseconds: number | undefined) => round((milliseconds ?? NaN) / 1000)

const measureLoad = async (
  chromium: Chromium,
  server: Server,
  { address, manifest }: Found,
): Promise<Omit<Load, 'at' | 'busy_before'>> => {
  const loads = []
  for (let load = 0; load < repetitions; load += 1)
    loads.push(
      await withPage(chromium, server, (page) =>
        page.evaluate((address) => window.bench.loadOnce(address), `/${address}`),
      ),
    )
  const [first] = loads
  const middle = [...loads].sort((a, b) => a.total - b.total)[(repetitions - 1) / 2]
  const total = spreadOf(loads.map(({ total }) => total / 1000))
  return {
    loads: repetitions,
    bytes_fetched: loadedTableNames.reduce((sum, table) => sum + manifest.tables[table].bytes, 0),
    stages: Object.fromEntries(loadStages.map((stage) => [stage, seconds(middle?.stages[stage])])) as Load['stages'],
    total,
    first: seconds(first?.total),
  }
}

const measureEndpoints = async (chromium: Chromium, server: Server, found: Found): Promise<Endpoints> => {
  const measured = await lookAround()
  const { wholeScope, oneJob, oneJobApplications, answers } = await withPage(chromium, server, (page) =>
    page.evaluate(([address, repetitions]) => window.bench.askAll(address, repetitions), [
      `/${found.address}`,
      repetitions,
    ] as const),
  )
  if (!isDeepStrictEqual(answers, found.answers))
    throw new Error('endpoints: Chromium answers other than the exporter did; the times would be worth nothing')
  return {
    ...measured,
    repetitions,
    one_job_applications: oneJobApplications,
    whole_scope: wholeScope,
    one_job: oneJob,
  }
}

/** Loads a bundle of a site in Chromium, several times, and asks it the nine endpoints. */
export const measureInChromium = async (
  page: string,
  site: string,
  found: Found,
  say: (line: string) => void,
): Promise<{ load: Load; endpoints: Endpoints }> => {
  const server = await serveFolders({ '/': page, '/data/': join(site, 'data') })
  try {
    // Chromium keeps the processors busy while it starts.
    const measured = await lookAround()
    const chromium = await launchChromium()
    try {
      say(`chromium: ${repetitions} loads`)
      const load = { ...measured, ...(await measureLoad(chromium, server, found)) }
      say(`chromium: ${repetitions} rounds of questions`)
      return { load, endpoints: await measureEndpoints(chromium, server, found) }
    } finally {
      await chromium.close()
    }
  } finally {
    await server.close()
  }
}
