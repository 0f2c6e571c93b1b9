import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { card, chips, comeBack, jobBox, looks, settled, startPages, tabTo, tile, type AppPages } from '../app-page.ts'

describe.each(looks('on a desktop, in light'))('%s', (look) => {
  // Nothing here touches a mouse.
  let pages: AppPages
  let page: Page
  beforeAll(async () => {
    pages = await startPages(look)
    page = await pages.newPage({ permissions: ['clipboard-read', 'clipboard-write'] })
    await page.addInitScript(() => {
      const printed = { times: 0 }
      Object.assign(window, { printed, print: () => printed.times++ })
    })
    await page.goto(pages.site.url)
    await settled(page)
  })
  afterAll(() => pages?.close())

  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })
  const dialog = (name: string) => page.getByRole('dialog', { name })
  const main = () => page.getByRole('main')
  const hasFocus = (target: Locator) => target.evaluateAll(([each]) => each === document.activeElement)
  const expectFocus = (target: Locator) => expect.poll(() => hasFocus(target), { message: String(target) }).toBe(true)

  const press = async (target: Locator, key = 'Enter') => {
    await tabTo(page, target)
    await page.keyboard.press(key)
  }

  it('changes the theme', async () => {
    await press(button('Theme: auto'))
    await press(button('Theme: light'), 'Space')
    await expectFocus(button('Theme: dark'))
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark')
    await page.keyboard.press('Enter')
    await expectFocus(button('Theme: auto'))
  })

  it('prints', async () => {
    await press(button('Print'))
    expect(await page.evaluate(() => (window as unknown as { printed: { times: number } }).printed.times)).toBe(1)
    await expectFocus(button('Print'))
  })

  it('reads where the numbers come from, and closes that by Escape', async () => {
    await press(button(/verified/))
    const text = dialog('Where the numbers come from')
    await text.getByText('Every file that was read matches').waitFor()
    expect(await text.evaluate((each) => each.contains(document.activeElement))).toBe(true)
    await page.keyboard.press('Escape')
    await text.waitFor({ state: 'detached' })
    await expectFocus(button(/verified/))
  })

  it('filters by status', async () => {
    await press(button('+ Filter'))
    await press(dialog('Filter').getByLabel('Closed'), 'Space')
    // Jobs 0, 4 and 8 are closed: 40, 28 and 16 applications.
    await expect.poll(() => tile(page, 'Applicants')).toMatch(/\s84\s/)
    await expectFocus(dialog('Filter').getByLabel('Closed'))
    await page.keyboard.press('Escape')
    await dialog('Filter').waitFor({ state: 'detached' })
    await expectFocus(button('+ Filter'))
  })

  it('removes a filter, and goes on at what stood before it', async () => {
    await press(button('Remove Closed jobs'))
    await expect.poll(() => tile(page, 'Applicants')).toMatch(/\s281\s/)
    await expectFocus(jobBox(page))
  })

  it('saves a picture from the menu of a card', async () => {
    await press(button('More: Applications over time'))
    const item = dialog('Applications over time: more').getByRole('button', { name: /PNG/ })
    await tabTo(page, item)
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
    expect(download.suggestedFilename()).toMatch(/\.png$/)
    await expectFocus(button('More: Applications over time'))
  })

  it('copies a table', async () => {
    const scores = card(page, 'score-distribution-graph')
    await press(scores.getByRole('button', { name: 'Table' }), 'Space')
    await press(scores.getByRole('button', { name: /^Copy/ }))
    await scores.getByText('11 rows copied').waitFor()
    // Keys have the scores 0 to 10 in turn, and 282 of them are one more than 25 of each of the first seven.
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied.split(/\r?\n/).slice(0, 2)).toEqual(['Score\tRésumés\tShare', '0\t26\t9.22'])
    await expectFocus(scores.getByRole('button', { name: /^Copy/ }))
  })

  it('hides a series and shows it again', async () => {
    const series = card(page, 'applicants-stage-graph-overview').getByRole('button', { name: 'Rejected', exact: true })
    await press(series, 'Space')
    expect(await series.getAttribute('aria-pressed')).toBe('false')
    await expectFocus(series)
    await page.keyboard.press('Enter')
    expect(await series.getAttribute('aria-pressed')).toBe('true')
  })

  it('shows newer numbers', async () => {
    const manifest: object = JSON.parse(await readFile(join(pages.site.data, 'twelve/manifest.json'), 'utf8'))
    const back = pages.site.answer('/data/org/twelve/manifest.json', (response) =>
      response.end(JSON.stringify({ ...manifest, sequence: 2, as_of: '2024-06-02T00:00:00.000000Z' })),
    )
    await comeBack(page)
    await page.getByText('New numbers as of 2 Jun').waitFor()
    await press(button('Show'))
    await page.locator('header').filter({ hasText: 'as of 2 Jun' }).waitFor()
    await settled(page)
    expect(await page.getByText('New numbers').count()).toBe(0)
    await expectFocus(main())
    back()
  })

  it('shows the chips that do not fit', async () => {
    const jobs = Array.from({ length: 9 }, (_, job) => `job=J0${job}`).join('&')
    await page.goto(`${pages.site.url}?viewer=alike&${jobs}`)
    await settled(page)
    expect(await chips(page)).toHaveLength(5)
    await press(button('and 4 more'))
    expect(await chips(page)).toHaveLength(9)
    await expectFocus(page.locator('[data-chip]').nth(5))
  })

  it('stops what takes long, and tries again', async () => {
    const back = pages.site.answer('/data/org/lacking/manifest.json', () => {})
    await press(page.getByLabel('Viewer'), 'ArrowUp')
    await button('Stop').waitFor()
    await press(button('Stop'))
    await page.getByRole('alert').filter({ hasText: 'Loading was stopped' }).waitFor()
    await expectFocus(main())
    back()
    await press(button('Try again'))
    await settled(page)
    expect(await tile(page, 'Applicants')).toMatch(/\s40\s/)
    await expectFocus(main())
  })

  it('chooses a viewer and an organisation', async () => {
    await press(page.getByLabel('Viewer'), 'ArrowDown')
    await page.getByText('12 visible jobs', { exact: true }).waitFor()
    await settled(page)
    await expectFocus(page.getByLabel('Viewer'))
    await press(page.getByLabel('Organisation'), 'ArrowDown')
    await expect.poll(() => new URL(page.url()).search).toBe('?org=b&viewer=twelve')
    await settled(page)
    await expectFocus(page.getByLabel('Organisation'))
  })

  it('lists what this browser keeps, and removes it', async () => {
    const kept = () => page.evaluate(async () => (await caches.keys()).filter((name) => name.includes('-bundle:')))
    await expect.poll(kept).not.toEqual([])
    await press(button('Kept in this browser'))
    const opened = dialog('Kept in this browser')
    const remove = opened.getByRole('button', { name: /^Remove/ })
    await remove.first().waitFor()
    for (let left = await remove.count(); left > 0; left--) {
      await press(remove.first())
      await expect.poll(() => remove.count()).toBe(left - 1)
      await expectFocus(opened.getByRole('button').first())
    }
    await opened.getByText('No data is kept here').waitFor()
    await expect.poll(kept).toEqual([])
    await page.keyboard.press('Enter')
    await opened.waitFor({ state: 'hidden' })
    await expectFocus(button('Kept in this browser'))
  })

  it('leaves nothing in the console', () => {
    expect(pages.complaints).toEqual([])
  })
})
