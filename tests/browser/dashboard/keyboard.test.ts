import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { card, chips, looks, settled, startPages, tabTo, tile, type AppPages } from '../app-page.ts'

// No mouse in this file.
describe.each(looks('on a desktop, in dark'))('by keyboard alone, %s,', (look) => {
  let pages: AppPages
  beforeAll(async () => {
    pages = await startPages(look)
  })
  afterAll(() => pages?.close())

  const press = async (page: Page, target: Locator, key = 'Enter') => {
    await tabTo(page, target)
    await page.keyboard.press(key)
  }
  const focused = (target: Locator) => target.evaluateAll(([each]) => each === document.activeElement)
  const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name })
  const shows = (page: Page, applicants: number) =>
    expect.poll(() => tile(page, 'Applicants')).toMatch(new RegExp(`Applicants\\s*${applicants}\\s`))

  it('the theme changes and the page is printed', async () => {
    const page = await pages.open()
    await page.evaluate(() => Object.assign(window, { print: () => Object.assign(window, { printed: true }) }))
    await press(page, button(page, 'Print'))
    expect(await page.evaluate(() => (window as unknown as { printed?: boolean }).printed)).toBe(true)
    const theme = button(page, /^Theme:/)
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    await press(page, theme)
    expect([await theme.innerText(), await ground()]).toEqual(['Theme: light', 'rgb(247, 247, 245)'])
    await page.keyboard.press('Space')
    expect([await theme.innerText(), await ground()]).toEqual(['Theme: dark', 'rgb(19, 20, 24)'])
    await page.keyboard.press('Enter')
    expect([await theme.innerText(), await focused(theme)]).toEqual(['Theme: auto', true])
    expect(new URL(page.url()).searchParams.has('theme')).toBe(false)
    await pages.done(page)
  })

  it('the receipt opens and closes', async () => {
    const page = await pages.open()
    const verdict = button(page, 'verified')
    await press(page, verdict)
    const receipt = page.getByRole('dialog')
    await receipt.getByText('Where the numbers come from').waitFor()
    await page.keyboard.press('Escape')
    await receipt.waitFor({ state: 'detached' })
    await expect.poll(() => focused(verdict)).toBe(true)
    await pages.done(page)
  })

  it('statuses are filtered, and the filter is taken away', async () => {
    const page = await pages.open()
    const filter = button(page, '+ Filter')
    await press(page, filter)
    await press(page, page.getByRole('dialog').getByLabel('Closed'), 'Space')
    await shows(page, 84)
    await page.keyboard.press('Escape')
    await expect.poll(() => focused(filter)).toBe(true)
    expect(await chips(page)).toEqual(['Closed jobs'])
    await press(page, button(page, /^Remove Closed/))
    await shows(page, 281)
    expect(await chips(page)).toEqual([])
    await pages.done(page)
  })

  it('a card is saved as a picture, and its table copied', async () => {
    const page = await pages.open()
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const stages = card(page, 'applicants-stage-graph')
    await press(page, stages.getByRole('button', { name: /^More/ }))
    await tabTo(page, page.getByRole('dialog').getByRole('button', { name: /PNG/ }))
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
    expect(download.suggestedFilename()).toMatch(/\.png$/)
    await press(page, stages.getByRole('button', { name: 'Table' }))
    await press(page, stages.getByRole('button', { name: /^Copy/ }))
    await stages.getByText('8 rows copied').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^Stage\tApplications\tShare\r?\n/)
    await pages.done(page)
  })

  it('another viewer is chosen', async () => {
    const page = await pages.open()
    await tabTo(page, page.getByLabel('Viewer'))
    await page.keyboard.type('Viewer few')
    await page.keyboard.press('Enter')
    await shows(page, 3)
    expect(await focused(page.getByLabel('Viewer'))).toBe(true)
    await tabTo(page, page.getByLabel('Organisation'))
    await page.keyboard.press('b')
    await page.keyboard.press('Enter')
    await shows(page, 281)
    await settled(page)
    await page.context().close()
  })

  it('newer numbers are shown', async () => {
    const page = await pages.open('?org=a&viewer=twelve')
    const manifest = JSON.parse(await readFile(join(pages.site.data, 'twelve/manifest.json'), 'utf8')) as object
    const back = pages.site.answer('/data/org/twelve/manifest.json', (response) =>
      response.end(JSON.stringify({ ...manifest, sequence: 2, as_of: '2024-06-02T00:00:00.000000Z' })),
    )
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await page.getByText('New numbers as of 2 Jun').waitFor()
    await press(page, page.getByRole('button', { name: 'Show', exact: true }))
    await page.locator('header').filter({ hasText: 'as of 2 Jun' }).waitFor()
    await settled(page)
    back()
    await page.context().close()
  })

  it('loading is stopped, and tried again', async () => {
    const back = pages.site.answer('/data/org/twelve/manifest.json', () => {})
    const page = await pages.newPage()
    await page.goto(pages.site.url)
    const stop = button(page, 'Stop')
    await stop.waitFor()
    await press(page, stop)
    await page.getByRole('alert').filter({ hasText: 'Loading was stopped' }).waitFor()
    back()
    await press(page, button(page, 'Try again'))
    await settled(page)
    await shows(page, 281)
    await page.context().close()
  })

  it('leaves nothing in the console and asks nothing of any other host', () => {
    expect(pages.complaints).toEqual([])
    expect(pages.chromium.foreign).toEqual([])
  })
})
