import { firstTableNames, type Manifest } from 'hirescope/contract'
import { rowTables } from 'hirescope/metrics'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Page } from 'playwright-core'
import { build } from 'vite'
import { launchChromium, serveFolders, type Chromium, type Server } from '../browser/chromium.ts'
import type { Found } from './largest-bundle.ts'
import { lookAround } from './machine.ts'
import type { Loaded } from './page/load.ts'
import type {} from './page/main.ts'
import { loadStages, type Endpoints, type Load, type Rollups } from './results.ts'
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
  use: (page: Page) => Promise<Result>,
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

/** Resident memory of the largest renderer in MB: the page with its workers; null where there is no /proc. */
const rendererMemory = async ({ browser }: Chromium): Promise<number | null> => {
  if (process.platform !== 'linux') return null
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  const sizes = await Promise.all(
    processInfo
      .filter(({ type }) => type === 'renderer')
      .map(async ({ id }) => {
        const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '')
        return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0)
      }),
  )
  return Math.round((Math.max(0, ...sizes) * 1024) / 1e6)
}

const bytesOf = ({ tables }: Manifest, names: readonly (keyof Manifest['tables'])[]) =>
  names.reduce((sum, table) => sum + tables[table].bytes, 0)

const stagesOf = ({ stages }: Loaded['first']): Load['first']['stages'] =>
  Object.fromEntries(loadStages.map((stage) => [stage, round((stages[stage] ?? 0) / 1000)])) as Load['first']['stages']

const measureLoad = async (
  chromium: Chromium,
  server: Server,
  { address, manifest }: Found,
): Promise<Omit<Load, 'at' | 'busy_before'>> => {
  const loads: (Loaded & { memory: number | null })[] = []
  for (let load = 0; load < repetitions; load += 1)
    loads.push(
      await withPage(chromium, server, async (page) => {
        const loaded = await page.evaluate((address) => window.bench.loadOnce(address), `/${address}`)
        return { ...loaded, memory: await rendererMemory(chromium) }
      }),
    )
  const part = (name: 'first' | 'rows', tables: readonly (keyof Manifest['tables'])[]) => {
    const middle = [...loads].sort((a, b) => a[name].total - b[name].total)[(repetitions - 1) / 2] as Loaded
    return {
      bytes_fetched: bytesOf(manifest, tables),
      stages: stagesOf(middle[name]),
      total: spreadOf(loads.map((load) => load[name].total / 1000)),
    }
  }
  const memory = loads.flatMap(({ memory }) => memory ?? [])
  return {
    loads: repetitions,
    first: part('first', firstTableNames),
    rows: part('rows', [...rowTables.keys()]),
    memory_mb: memory.length ? spreadOf(memory).median : null,
  }
}

const measureEndpoints = async (chromium: Chromium, server: Server, site: string, found: Found): Promise<Endpoints> => {
  const measured = await lookAround()
  const views = await readFile(join(site, decodeURI(found.address), found.manifest.views.file), 'utf8')
  const { answers, ...asked } = await withPage(chromium, server, (page) =>
    page.evaluate(([address, views, repetitions]) => window.bench.askAll(address, views, repetitions), [
      `/${found.address}`,
      views,
      repetitions,
    ] as const),
  )
  if (!isDeepStrictEqual(answers, found.answers))
    throw new Error('endpoints: Chromium answers other than the exporter did; the times would be worth nothing')
  return { ...measured, repetitions, ...asked } as Endpoints
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
      say(`chromium: ${repetitions} rounds of questions, ours and those of the baselines`)
      return { load, endpoints: await measureEndpoints(chromium, server, site, found) }
    } finally {
      await chromium.close()
    }
  } finally {
    await server.close()
  }
}

/** Asks the nine of a bundle that has jobs and rollups alone. */
export const measureRollups = async (page: string, folder: string, jobs: number): Promise<Rollups> => {
  const server = await serveFolders({ '/': page, '/data/': folder })
  const measured = await lookAround()
  const chromium = await launchChromium()
  try {
    const asked = await withPage(chromium, server, (page) =>
      page.evaluate((repetitions) => window.bench.askRollups('/data/', repetitions), repetitions),
    )
    return { ...measured, jobs, ...asked }
  } finally {
    await chromium.close()
    await server.close()
  }
}
