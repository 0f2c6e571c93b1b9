import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { startSite, type Site } from './app-site.ts'
import { launchChromium, phone, type Chromium } from './chromium.ts'

const desktop: BrowserContextOptions = { viewport: { width: 1280, height: 900 } }
const allLooks = {
  'on a desktop, in light': { ...desktop, colorScheme: 'light' },
  'on a desktop, in dark': { ...desktop, colorScheme: 'dark' },
  'on a phone, in light': { ...phone, colorScheme: 'light' },
  'on a phone, in dark': { ...phone, colorScheme: 'dark' },
} satisfies Record<string, BrowserContextOptions>

/** How a page is looked at. */
export type Look = keyof typeof allLooks

/** The looks in which tests are run: all of them, or in the short form one. */
export const looks = (short: Look): Look[] => (process.env.HIRESCOPE_FULL ? (Object.keys(allLooks) as Look[]) : [short])

/** The window and the colours of a look. */
export const optionsOf = (look: Look): BrowserContextOptions => allLooks[look]

/** The app in a browser, beside the bundles of `app-site`. */
export interface AppPages {
  site: Site
  chromium: Chromium
  /** What pages wrote to the console as an error or a warning, or threw. */
  complaints: string[]
  newPage(options?: BrowserContextOptions): Promise<Page>
  /** Opens the page at a path and waits for its numbers. Without options it is one that is done with, if there is any. */
  open(path?: string, options?: BrowserContextOptions): Promise<Page>
  /** Gives a page back that is as it was opened but for its address, the window and what closes by Escape: its engine goes on. */
  done(page: Page): Promise<void>
  close(): Promise<void>
}

export const startPages = async (
  look: Look = 'on a desktop, in light',
  { asUsual = false } = {},
): Promise<AppPages> => {
  const site = await startSite()
  const chromium = await launchChromium({ asUsual })
  const idle: Page[] = []
  const complaints: string[] = []
  const newPage = async (options: BrowserContextOptions = {}) => {
    const context = await chromium.browser.newContext({
      ...allLooks[look],
      // It would fetch the whole app for each context.
      serviceWorkers: 'block',
      ...options,
    })
    const page = await context.newPage()
    // What a host lacks or gives under another type is no fault of the page, but browser and engine write lines about it.
    page.on('console', (message) => {
      const faulty = /status of (404|403|500)|MIME type|^ErrorEvent$|registration blocked by Playwright/.test(
        message.text(),
      )
      if (['error', 'warning'].includes(message.type()) && !faulty) complaints.push(message.text())
    })
    page.on('pageerror', (error) => {
      if (!/MIME type/.test(error.message)) complaints.push(error.message)
    })
    return page
  }
  const open = async (path = '', options?: BrowserContextOptions) => {
    const inApp = /^(\?|$)/.test(path)
    const reused = options || !inApp ? undefined : idle.pop()
    if (reused) return visit(reused, path)
    const page = await newPage(options)
    await page.goto(site.url + path)
    return settled(page)
  }
  /** Leads a page elsewhere as going back would. */
  const visit = async (page: Page, path: string) => {
    const query = new URLSearchParams(path)
    if (!query.has('org')) query.set('org', 'a')
    if (!query.has('viewer')) query.set('viewer', 'twelve')
    await page.evaluate((address) => {
      history.pushState(null, '', address)
      dispatchEvent(new PopStateEvent('popstate'))
    }, `?${query}`)
    // Numbers of another question stay for a moment.
    await page.waitForTimeout(150)
    return settled(page)
  }
  const done = async (page: Page) => {
    for (let layer = 0; layer < 2; layer++) await page.keyboard.press('Escape')
    const { viewport, colorScheme } = allLooks[look]
    await page.emulateMedia({ media: null, colorScheme })
    await page.setViewportSize(viewport ?? { width: 0, height: 0 })
    idle.push(page)
  }
  const close = async () => {
    await chromium.close()
    await site.close()
  }
  return { site, chromium, complaints, newPage, open, done, close }
}

/** Waits for the numbers, those of the engine. */
export const settled = async (page: Page): Promise<Page> => {
  await page.locator('[data-engine=checked]').waitFor()
  await page.locator('main[aria-busy=false]').waitFor()
  return page
}

export const tile = (page: Page, label: string) => page.locator(`[data-tile="${label}"]`).innerText()
export const card = (page: Page, id: string) => page.locator(`[data-card="${id}"]`)
export const jobBox = (page: Page) => page.getByRole('combobox', { name: 'Jobs', exact: true })
export const option = (page: Page) => page.getByRole('listbox').getByRole('option')
export const chips = (page: Page) => page.locator('[data-chip] .label').allInnerTexts()

/** Tells a page that somebody looks at it again. */
export const comeBack = (page: Page) => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))

/** Has every worker of the page die of an error. */
export const crash = (page: Page) =>
  Promise.all(
    page.workers().map((worker) =>
      worker
        .evaluate(() => {
          setTimeout(() => {
            throw new Error('crash')
          })
        })
        // One that its parent has ended answers nothing more.
        .catch(() => {}),
    ),
  )

/** Goes on with Tab until something has the focus. @throws Error where that does not come */
export const tabTo = async (page: Page, target: Locator): Promise<void> => {
  for (let step = 0; step < 150; step++) {
    if (await target.evaluateAll(([each]) => each === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`focus: ${String(target)} is not reached by Tab`)
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds wrong with a page as it stands, in light and in dark. */
export const violations = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe)
  const before = await page.evaluate(() => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'))
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    // Of what axe looks at, colours alone are others in the dark.
    const rules = colorScheme === 'dark' ? { runOnly: ['color-contrast'] } : {}
    const here = await page.evaluate(async (rules) => {
      const { axe } = window as unknown as { axe: { run(what: Document, rules: object): Promise<AxeResults> } }
      const { violations } = await axe.run(document, rules)
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
    }, rules)
    found.push(...here.map((violation) => `${colorScheme}: ${violation}`))
  }
  await page.emulateMedia({ colorScheme: before })
  return found
}
