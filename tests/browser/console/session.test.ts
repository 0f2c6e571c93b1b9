import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { comeBack, startPages, violations, type AppPages } from '../app-page.ts'
import { button, editor, gridOf, openSql, result, run, standing, textOf, write } from './sql-page.ts'

// A whole session: by keyboard alone, over newer numbers, and over an engine that is lost.
let pages: AppPages
beforeAll(async () => {
  pages = await startPages()
})
afterAll(() => pages?.close())

/** What has the focus, as a screen reader would call it. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const { activeElement: at } = document
    const by = at?.getAttribute('aria-labelledby')
    const named = by ? document.getElementById(by)?.textContent : null
    return (at?.getAttribute('aria-label') ?? named ?? at?.textContent ?? '').replace(/\s+/g, ' ').trim()
  })

/** Presses Tab until something of this name has the focus. */
const reach = async (page: Page, name: string | RegExp) => {
  const passed: string[] = []
  for (let step = 0; step < 80; step++) {
    const here = await focused(page)
    if (typeof name === 'string' ? here === name : name.test(here)) return
    passed.push(here)
    await page.keyboard.press('Tab')
  }
  throw new Error(`no way to ${String(name)} by Tab, past ${passed.join(' | ')}`)
}

it('works by keyboard from the dashboard to a saved file, and back to a pinned card', async () => {
  const page = await pages.open()
  await reach(page, 'SQL')
  await page.keyboard.press('Enter')
  await standing(page)
  await reach(page, /^Query|Escape then Tab leaves/)
  await editor(page).focus()
  await page.keyboard.type('SELECT status, count(*) AS jobs FROM v_jobs GROUP BY ALL ORDER BY ALL')
  await page.keyboard.press('Escape')
  await page.keyboard.press('ControlOrMeta+Enter')
  await result(page).getByRole('grid').waitFor()
  await page.keyboard.press('Escape')
  await reach(page, 'Rows')
  await page.keyboard.press('ArrowRight')
  expect(await focused(page)).toBe('Chart')
  await result(page).locator('canvas').waitFor()
  expect(await violations(page)).toEqual([])
  await reach(page, 'Pin')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Pin to the dashboard' })
  await dialog.getByLabel('Title').waitFor()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Enter')
  await page.getByText('is pinned to the dashboard').waitFor()
  await reach(page, 'Export')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Export the result' }).waitFor()
  expect(await violations(page)).toEqual([])
  const saved = page.waitForEvent('download')
  await reach(page, /^JSON/)
  await page.keyboard.press('Enter')
  expect((await saved).suggestedFilename()).toMatch(/\.json$/)
  for (const name of ['Queries', 'Limits']) {
    await button(page, name).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page
      .getByRole('dialog', { name })
      .waitFor({ state: 'detached' })
      .catch(() => {})
    expect(await page.getByRole('dialog', { name }).isVisible()).toBe(false)
    expect(await focused(page)).toBe(name)
  }
  await page.getByRole('link', { name: 'Dashboard' }).focus()
  await page.keyboard.press('Enter')
  const card = page.locator('section[data-pin]')
  await card.locator('canvas').waitFor()
  expect(await violations(page)).toEqual([])
  expect(pages.complaints).toEqual([])
  await page.context().close()
})

it('moves through the rows by arrows, sorts at a head, and shows a value whole', async () => {
  const page = await openSql(pages)
  await run(page, "SELECT i::INTEGER AS n, repeat('long ', 80) || i AS text FROM range(50) AS r(i)")
  const grid = result(page).getByRole('grid')
  await grid.waitFor()
  await page.keyboard.press('Escape')
  await reach(page, 'Rows of the result')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').filter({ hasText: 'long long' }).waitFor()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  expect(pages.complaints).toEqual([])
  await page.context().close()
})

it('follows the dashboard to newer numbers, and asks first where something would be lost', async () => {
  const page = await openSql(pages)
  const manifest: object = JSON.parse(await readFile(join(pages.site.data, 'twelve/manifest.json'), 'utf8'))
  const publish = (change: object) =>
    pages.site.answer(
      '/data/org/twelve/manifest.json',
      (response) => void response.end(JSON.stringify({ ...manifest, ...change })),
    )
  const show = async () => {
    await comeBack(page)
    await page.getByRole('button', { name: 'Show', exact: true }).click()
  }
  const state = page.getByRole('status').filter({ hasText: /^As of/ })
  await write(page, 'SELECT 1')
  let back = publish({ sequence: 2, as_of: '2024-06-02T00:00:00.000000Z' })
  await show()
  await state.filter({ hasText: '2 Jun' }).waitFor()
  expect(await textOf(page)).toBe('SELECT 1')
  await run(page, 'CREATE TABLE mine AS SELECT 1 AS one')
  await page.getByRole('treeitem').filter({ hasText: 'mine' }).waitFor()
  back()
  back = publish({ sequence: 3, as_of: '2024-06-03T00:00:00.000000Z' })
  await show()
  await state.filter({ hasText: 'reset the database to have them here' }).waitFor()
  expect(await state.innerText()).toContain('As of 2 Jun')
  await run(page, 'SELECT one FROM mine')
  await expect.poll(async () => Object.values((await gridOf(page))[0] ?? {}).at(-1)).toBe('1')
  await button(page, 'Reset database').click()
  await page.getByRole('dialog').getByRole('button', { name: 'Reset', exact: true }).click()
  await state.filter({ hasText: 'As of 3 Jun' }).waitFor()
  back()
  await page.context().close()
})

it('starts the engine anew where it is lost, with all tabs, and says what is gone', async () => {
  const page = await openSql(pages)
  await run(page, 'CREATE TABLE mine AS SELECT 1 AS one')
  // What the engine does not let go of, it is ended for.
  await write(page, 'SELECT count(*) FROM range(1000000) AS a, range(1000000) AS b WHERE a.range + b.range = 7')
  await page.keyboard.press('ControlOrMeta+Enter')
  // What is cancelled before it has begun is no reason to end an engine.
  await page.waitForTimeout(1_000)
  await button(page, 'Cancel').click()
  await button(page, 'Run').waitFor()
  await page.getByText('The engine was lost and has been started anew').waitFor()
  expect(await textOf(page)).toMatch(/^SELECT count/)
  await run(page, 'SELECT count(*)::INTEGER AS n FROM jobs')
  await expect.poll(async () => Object.values((await gridOf(page))[0] ?? {}).at(-1)).toBe('12')
  await run(page, 'FROM mine')
  await result(page).getByRole('alert').filter({ hasText: 'mine' }).waitFor()
  expect(await violations(page)).toEqual([])
  await page.context().close()
})

it('shows within 200 ms of the click that a cross join of a million by a million rows is cancelled', async () => {
  const page = await openSql(pages)
  await write(page, 'SELECT sum(a.range % 7 + b.range) FROM range(1000000) AS a, range(1000000) AS b')
  await page.keyboard.press('ControlOrMeta+Enter')
  await button(page, 'Cancel').waitFor()
  await page.waitForTimeout(1_000)
  const milliseconds = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const buttons = () => [...document.querySelectorAll('button')]
        const start = performance.now()
        new MutationObserver((_, observer) => {
          if (!buttons().some(({ textContent }) => textContent === 'Run')) return
          observer.disconnect()
          resolve(performance.now() - start)
        }).observe(document.body, { subtree: true, childList: true })
        buttons()
          .find(({ textContent }) => textContent === 'Cancel')
          ?.click()
      }),
  )
  console.info(`cancelled ${Math.round(milliseconds)} ms after the click`)
  expect(milliseconds).toBeLessThan(200)
  await result(page).getByText('cancelled').first().waitFor()
  await run(page, 'SELECT count(*)::INTEGER AS n FROM jobs')
  await expect.poll(async () => Object.values((await gridOf(page))[0] ?? {}).at(-1)).toBe('12')
  await page.context().close()
})

it('takes the memory limit that is set once the database is reset, and tells of it in words', async () => {
  const page = await openSql(pages)
  await button(page, 'Limits').click()
  await page.getByLabel('Memory limit, MB').fill('50')
  await page.keyboard.press('Enter')
  await page.getByText('Memory: 128 to 3072 MB, or nothing.').waitFor()
  await page.getByLabel('Memory limit, MB').fill('192')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await button(page, 'Reset database').click()
  await page
    .getByText(/^As of /)
    .last()
    .waitFor()
  await run(page, "SELECT value FROM duckdb_settings() WHERE name = 'memory_limit'")
  await expect.poll(async () => Object.values((await gridOf(page))[0] ?? {}).at(-1)).toMatch(/^18\d\.\d MiB|^192/)
  await run(page, 'CREATE TABLE big AS SELECT i, i::VARCHAR AS s, random() AS r FROM range(30000000) AS r(i)')
  await result(page).getByRole('alert').filter({ hasText: 'set more memory' }).waitFor()
  await run(page, 'SELECT count(*)::INTEGER AS n FROM jobs')
  await expect.poll(async () => Object.values((await gridOf(page))[0] ?? {}).at(-1)).toBe('12')
  await page.context().close()
})
