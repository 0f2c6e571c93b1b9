import { svelte } from '@sveltejs/vite-plugin-svelte'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { madeOnce } from '../../shared.ts'
import { launchChromium, serveFolders } from '../chromium.ts'

/** The folder of a page with a result and an engine alone, made once in a run. */
const builtPage = (): Promise<string> =>
  madeOnce('result-page', async (outDir) => {
    const { build } = await import('vite')
    await build({
      root: join(import.meta.dirname, 'result-page'),
      configFile: false,
      base: './',
      logLevel: 'error',
      plugins: [svelte({ configFile: false, compilerOptions: { css: 'injected' } })],
      worker: { format: 'es' },
      build: { outDir, target: 'es2023' },
    })
  })

export interface ResultPages {
  /** What pages wrote to the console as an error or a warning, or threw. */
  complaints: string[]
  open(options?: BrowserContextOptions): Promise<Page>
  close(): Promise<void>
}

export const startResultPages = async (): Promise<ResultPages> => {
  const server = await serveFolders({ '/': await builtPage() })
  const chromium = await launchChromium()
  const complaints: string[] = []
  const open = async (options: BrowserContextOptions = {}) => {
    const context = await chromium.browser.newContext({ viewport: { width: 1280, height: 720 }, ...options })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const page = await context.newPage()
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      const known = /404|Binder Error/.test(message.text())
      if (['error', 'warning'].includes(message.type()) && !known) complaints.push(message.text())
    })
    await page.goto(`${server.url}/`)
    await page.locator('[data-ready]').waitFor({ state: 'attached' })
    return page
  }
  const close = async () => {
    await chromium.close()
    await server.close()
  }
  return { complaints, open, close }
}

/** What the page offers its tests. */
export interface ResultWindow {
  show(sql: string, maxRows?: number, title?: string): Promise<{ length: number }>
}

/** Runs a statement and shows what becomes of it. */
export const show = (page: Page, sql: string, maxRows?: number, title?: string): Promise<number> =>
  page.evaluate(
    async ([sql, maxRows, title]) => {
      const { show } = window as unknown as ResultWindow
      return (await show(sql, maxRows, title)).length
    },
    [sql, maxRows, title] as const,
  )

/** Starts to note the tasks of the page's thread that keep it from answering; gives what ends this with their lengths. */
export const watchTasks = async (page: Page): Promise<() => Promise<number[]>> => {
  await page.evaluate(() => {
    const tasks: number[] = []
    Object.assign(window, { tasks })
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
    })
  })
  return () =>
    page.evaluate(async () => {
      // The last of them are told with the next frame.
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
      return (window as unknown as { tasks: number[] }).tasks
    })
}

/** A million rows of each type that an analyst meets. */
export const million = `SELECT i AS application_key, 'Candidate ' || (i * 7919 % 1000003) AS name,
  DATE '2024-01-01' + (i % 500)::INTEGER AS applied_on, TIMESTAMP '2024-01-01 10:00:00' + to_seconds(i) AS created_at,
  CASE WHEN i % 7 > 0 THEN (i * 31 % 100000 / 100)::DECIMAL(9,2) END AS salary,
  CASE WHEN i % 3 > 0 THEN list_value('Pune', 'Delhi', '<b>Oslo</b>', '', '=1+1')[i % 5 + 1] END AS city,
  i % 2 = 0 AS hired, i / 7 AS score, i * 9007199254740 AS big, i % 11 AS rating FROM range(1000000) AS r(i)`
