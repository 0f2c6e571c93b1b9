import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { BrowserContextOptions, Page, Route } from 'playwright-core'
import { startDemo, type StartOptions } from '../../src/demo/start.ts'
import { comeBack, crash } from './app-page.ts'
import { launchChromium, phone } from './chromium.ts'
import { button, editor, result, run, standing } from './console/sql-page.ts'

interface Picture {
  /** The query of the page. */
  query?: string
  options?: BrowserContextOptions
  /** What happens before the page is opened. */
  before?: (page: Page) => Promise<unknown>
  /** What has happened when the page is ready. */
  ready?: (page: Page) => Promise<unknown>
  /** What is done on the page. */
  act?: (page: Page) => Promise<unknown>
  /** Whether the picture ends with the window; otherwise it is as long as the page. */
  window?: boolean
}

const dark: BrowserContextOptions = { colorScheme: 'dark' }
const kept: BrowserContextOptions = { serviceWorkers: 'allow' }
const width = (pixels: number): BrowserContextOptions => ({ viewport: { width: pixels, height: 1000 } })

const settled = async (page: Page) => {
  await page.locator('[data-engine=checked]').waitFor()
  await page.locator('main[aria-busy=false]').waitFor()
  await page.locator('.change .skeleton').waitFor({ state: 'detached' })
}
const alert = (page: Page) => page.getByRole('alert').first().waitFor()
const never = (what: RegExp) => (page: Page) => page.route(what, () => {})
const card = (page: Page, id: string) => page.locator(`[data-card="${id}"]`)

const pickThree = async (page: Page) => {
  await page.getByRole('combobox', { name: 'Jobs' }).click()
  for (let job = 0; job < 3; job++) {
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
  }
  await page.keyboard.press('Escape')
  await page.locator('[data-chip]').nth(2).waitFor()
  // Numbers of another question stay for a moment.
  await page.waitForTimeout(500)
  await settled(page)
}

const lateByManifest = (page: Page) =>
  page.route(/manifest\.json/, async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...(await response.json()), expected_interval_hours: 26 } })
  })

/** Answers for a manifest as a host that has changed its mind, and has the page look. */
const manifestNow = async (page: Page, answer: (route: Route) => Promise<unknown>) => {
  await page.route(/manifest\.json/, answer)
  await comeBack(page)
}
const showNewer = async (page: Page) => {
  await manifestNow(page, async (route) => {
    const response = await route.fetch()
    const manifest = (await response.json()) as { as_of: string; sequence: number }
    const asOf = new Date(Date.parse(manifest.as_of) + 86_400_000).toISOString().replace('Z', '000Z')
    await route.fulfill({ response, json: { ...manifest, sequence: manifest.sequence + 1, as_of: asOf } })
  })
  await page.getByText('New numbers as of').waitFor()
}
const withdraw = async (page: Page) => {
  await manifestNow(page, (route) => route.fulfill({ status: 403 }))
  await alert(page)
}
const crashTwice = async (page: Page) => {
  for (let time = 0; time < 2; time++) {
    await crash(page)
    await page.getByRole('combobox', { name: 'Jobs' }).click()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await page.waitForTimeout(2_000)
  }
  await alert(page)
}
const loseNetwork = async (page: Page) => {
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.waitForTimeout(2_000)
  await page.context().setOffline(true)
  await page.reload()
  await settled(page)
}
const showList = async (page: Page) => {
  await page.getByRole('button', { name: 'Assessed: how is this computed?' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Show / })
    .first()
    .click()
  await page.getByRole('dialog').getByRole('row').nth(3).waitFor()
}
const openMenu = (page: Page) => card(page, 'weekly-graph').getByRole('button', { name: /^More/ }).click()
const showTip = (page: Page) => card(page, 'applicants-stage-graph-overview').locator('button.bar').nth(1).focus()
const showPoint = async (page: Page) => {
  await card(page, 'weekly-graph')
    .locator('canvas')
    .hover({ position: { x: 200, y: 120 } })
  await page.waitForTimeout(500)
}
const asTables = 'table=weekly-graph.score-distribution-graph.applicants-stage-graph-overview'
const showKept = async (page: Page) => {
  await page.getByRole('button', { name: 'Kept in this browser' }).click()
  await page.getByRole('dialog').getByRole('listitem').first().waitFor()
}
const showElement = async (page: Page) => {
  await page.goto(new URL('embed.html', page.url()).href)
  await page.waitForTimeout(4_000)
}

const byCity = `SELECT city, count(*) AS applications, count(*) FILTER (WHERE outcome = 'hired') AS hires
FROM v_applications
GROUP BY ALL
ORDER BY applications DESC`
const sql = {
  query: 'page=sql',
  ready: async (page: Page) => {
    await standing(page)
    await page.getByRole('treeitem', { includeHidden: true }).first().waitFor({ state: 'attached' })
  },
}
const showCities = (page: Page) => run(page, byCity)
const showView = (name: string) => async (page: Page) => {
  await showCities(page)
  await result(page).getByRole('tab', { name }).click()
  await page.waitForTimeout(1_000)
}
const showProfile = async (page: Page) => {
  await showCities(page)
  for (const name of ['v_applications', 'score'])
    await page
      .getByRole('treeitem')
      .filter({ has: page.getByText(name, { exact: true }) })
      .first()
      .click()
  await page.getByText('Quartiles').waitFor()
}
const showPinned = async (page: Page) => {
  await showView('Chart')(page)
  await button(page, 'Pin').click()
  await page.getByRole('dialog').getByRole('button', { name: 'Pin' }).click()
  await page.getByText('is pinned to the dashboard').waitFor()
  await page.getByRole('link', { name: 'Dashboard' }).click()
  await page.locator('section[data-pin] canvas').waitFor()
  await page.waitForTimeout(1_000)
}

/** The states of the page, each under the name of its picture. */
const pictures: Record<string, Picture> = {
  normal: {},
  'normal-dark': { options: dark },
  'normal-phone': { options: phone },
  'normal-phone-dark': { options: { ...phone, ...dark } },
  'normal-768': { options: width(768) },
  'normal-1920': { options: width(1920) },
  loading: { before: never(/manifest\.json/), ready: (page) => page.locator('main[aria-busy=true]').waitFor() },
  'loading-phone': {
    options: phone,
    before: never(/manifest\.json/),
    ready: (page) => page.locator('main[aria-busy=true]').waitFor(),
  },
  'engine-starting': {
    before: never(/duckdb.*\.wasm/),
    ready: (page) => page.locator('[data-engine=starting]').waitFor(),
  },
  filtered: { act: pickThree },
  'filtered-phone': { options: phone, act: pickThree },
  'filtered-status': { query: 'status=open' },
  jobs: { act: (page) => page.getByRole('combobox', { name: 'Jobs' }).click(), window: true },
  'jobs-phone': { options: phone, act: (page) => page.getByRole('combobox', { name: 'Jobs' }).click(), window: true },
  filter: { options: dark, act: (page) => page.getByRole('button', { name: '+ Filter' }).click(), window: true },
  receipt: { act: (page) => page.getByRole('button', { name: 'verified' }).click(), window: true },
  computed: {
    act: (page) => card(page, 'applicants-stage-graph').getByRole('button', { name: 'How is this computed?' }).click(),
    window: true,
  },
  list: { act: showList, window: true },
  'list-phone': { options: { ...phone, ...dark }, act: showList, window: true },
  menu: { act: openMenu },
  'menu-phone': { options: phone, act: openMenu },
  tooltip: { act: showTip },
  'tooltip-dark': { options: dark, act: showTip },
  point: { act: showPoint },
  tables: { query: asTables },
  'tables-phone': { query: asTables, options: phone },
  newer: { act: showNewer, window: true },
  'newer-phone': { options: phone, act: showNewer, window: true },
  withdrawn: { act: withdraw },
  'withdrawn-phone': { options: { ...phone, ...dark }, act: withdraw },
  crash: { act: crashTwice, window: true },
  'crash-phone': { options: phone, act: crashTwice, window: true },
  offline: { options: kept, act: loseNetwork, window: true },
  'offline-phone': { options: { ...phone, ...dark, ...kept }, act: loseNetwork, window: true },
  kept: { act: showKept, window: true },
  'kept-phone': { options: phone, act: showKept, window: true },
  embed: { act: showElement },
  'embed-dark': { options: dark, act: showElement },
  'embed-phone': { options: phone, act: showElement },
  'no-jobs': { query: 'org=3&viewer=12', ready: (page) => page.getByText('No job is shared with you yet').waitFor() },
  empty: { query: 'status=on_hold' },
  'empty-phone': { options: phone, query: 'status=on_hold' },
  late: { before: lateByManifest },
  'late-phone': { options: { ...phone, ...dark }, before: lateByManifest },
  'unknown-job': { query: 'job=gone' },
  'error-not-found': {
    before: (page) => page.route(/manifest\.json/, (route) => route.fulfill({ status: 404 })),
    ready: alert,
  },
  'error-no-engine': { before: (page) => page.addInitScript('delete globalThis.WebAssembly'), ready: alert },
  'error-no-engine-phone': {
    options: { ...phone, ...dark },
    before: (page) => page.addInitScript('delete globalThis.WebAssembly'),
    ready: alert,
  },
  sql: { ...sql, act: showCities },
  'sql-dark': { ...sql, options: dark, act: showCities },
  'sql-phone': { ...sql, options: phone, act: showCities },
  'sql-1920': { ...sql, options: width(1920), act: showCities },
  'sql-chart': { ...sql, act: showView('Chart') },
  'sql-chart-phone': { ...sql, options: { ...phone, ...dark }, act: showView('Chart') },
  'sql-plan': {
    ...sql,
    act: async (page) => {
      await showView('Plan')(page)
      await button(page, 'Explain and profile').click()
      await result(page).getByRole('tree').waitFor()
    },
  },
  'sql-profile': { ...sql, act: showProfile },
  'sql-fault': { ...sql, act: (page) => run(page, 'SELECT city, count(*)\nFROM v_applicatons\nGROUP BY ALL') },
  'sql-queries': { ...sql, act: (page) => button(page, 'Queries').click() },
  'sql-loading': {
    ...sql,
    before: never(/duckdb.*\.wasm/),
    ready: (page) => editor(page).waitFor(),
  },
  pinned: { ...sql, act: showPinned },
  print: { act: (page) => page.emulateMedia({ media: 'print' }), options: width(794) },
}

/**
 * Takes a picture of every state of the page, of the demo's data, into a folder that is made anew.
 * @throws what starting the demo or a state that does not come throws
 */
export const takeScreenshots = async (
  options: StartOptions,
  say: (line: string) => void,
  only: readonly string[] = Object.keys(pictures),
): Promise<{ folder: string; pictures: number }> => {
  const folder = resolve('screenshots')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const demo = await startDemo(options, say)
  const { browser, close } = await launchChromium()
  try {
    for (const name of only) {
      const { query = '', options, before, ready = settled, act, window = false } = pictures[name] ?? {}
      const context = await browser.newContext({
        ...width(1280),
        reducedMotion: 'reduce',
        // It would take the requests that pictures answer themselves.
        serviceWorkers: 'block',
        timezoneId: 'Europe/London',
        ...options,
      })
      const page = await context.newPage()
      await before?.(page)
      await page.goto(`${demo.url}?${query}`)
      await ready(page)
      await act?.(page)
      await page.evaluate(() => document.fonts.ready)
      await page.screenshot({ path: join(folder, `${name}.png`), fullPage: !window })
      await context.close()
      say(`screenshots: ${name}`)
    }
  } finally {
    await close()
    await demo.close()
  }
  return { folder, pictures: only.length }
}
