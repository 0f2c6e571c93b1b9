import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { card, chips, comeBack, looks, settled, startPages, tile, violations, type AppPages } from '../app-page.ts'

describe.each(looks('on a phone, in dark'))('%s', (look) => {
  let pages: AppPages
  beforeAll(async () => {
    pages = await startPages(look)
  })
  afterAll(() => pages?.close())

  const header = (page: Page) => page.locator('header').innerText()

  /** Has the manifest of the twelve jobs say something else. */
  const withManifest = async (change: object, date = true) => {
    const manifest: object = JSON.parse(await readFile(join(pages.site.data, 'twelve/manifest.json'), 'utf8'))
    return pages.site.answer('/data/org/twelve/manifest.json', (response) => {
      response.sendDate = date
      response.end(JSON.stringify({ ...manifest, ...change }))
    })
  }

  it('says where the numbers come from, how old they are and that they are verified', async () => {
    const page = await pages.open()
    expect(await header(page)).toMatch(/12 visible jobs · as of 1 Jun, 05:30 IST, \d+ days ago ·\s+✓ verified/)
    await page.getByRole('button', { name: 'verified' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Where the numbers come from' })
    const text = await dialog.innerText()
    expect(text).toMatch(/Whose view\s+Viewer twelve \(editor\)\s+Organisation\s+Test\s+Jobs\s+12 visible jobs/)
    expect(text).toMatch(/Loaded from\s+this site, 127\.0\.0\.1:\d+/)
    expect(text).toContain('Every file that was read matches the SHA-256 in the manifest.')
    expect(text).toContain('computed again here: the same as at the export')
    expect(await violations(page)).toEqual([])
    await page.context().close()
  })

  it('says in one line that the numbers are late, and shows newer ones when told to', async () => {
    let back = await withManifest({ expected_interval_hours: 26 })
    const page = await pages.open('?job=J01')
    const top = await page.locator('main').boundingBox()
    const line = page.getByText(/^These numbers were taken \d+ days ago; newer ones are expected every 26 hours\./)
    expect(await line.count()).toBe(1)
    expect(await violations(page)).toEqual([])
    back()
    back = await withManifest({ sequence: 2, as_of: '2024-06-02T00:00:00.000000Z' })
    await comeBack(page)
    await page.getByText('New numbers as of 2 Jun, 05:30 IST').waitFor()
    expect(await line.count()).toBe(0)
    // A line that comes moves nothing; on a phone it is shorter than the one that it takes the place of.
    if (!look.includes('phone')) expect(await page.locator('main').boundingBox()).toEqual(top)
    expect(await header(page)).toContain('as of 1 Jun')
    await page.getByRole('button', { name: 'Show', exact: true }).press('Enter')
    await page.locator('header').filter({ hasText: 'as of 2 Jun' }).waitFor()
    await settled(page)
    expect(await chips(page)).toEqual(['Café manager'])
    expect(await tile(page, 'Applicants')).toMatch(/Applicants\s+37\s/)
    expect(await page.getByText('New numbers').count()).toBe(0)
    back()
    await page.context().close()
  })

  it('tells the age by the clock of the host, and none where no clock can be right', async () => {
    const page = await pages.newPage()
    await page.clock.setFixedTime('2020-01-01T00:00:00Z')
    await page.goto(pages.site.url)
    await settled(page)
    expect(await header(page)).toMatch(/05:30 IST, \d+ days ago/)
    const back = await withManifest({ expected_interval_hours: 26 }, false)
    await page.route(/json\.gz$/, async (route) => {
      const response = await route.fetch()
      const { date: _, ...headers } = response.headers()
      await route.fulfill({ response, headers })
    })
    await page.reload()
    await settled(page)
    expect(await header(page)).toMatch(/as of 1 Jun, 05:30 IST ·/)
    expect(await page.getByText('These numbers were taken').count()).toBe(0)
    await page.getByRole('button', { name: 'verified' }).click()
    expect(await page.getByRole('dialog').innerText()).toContain(
      'in the future by the clocks here, one of which is wrong',
    )
    back()
    await page.context().close()
  })

  it('writes numbers and days as the browser’s language does, on the organisation’s clock', async () => {
    const page = await pages.open('', { locale: 'de-DE', timezoneId: 'Pacific/Honolulu' })
    expect(await header(page)).toMatch(/as of 1\. Juni, 05:30 IST/)
    expect(await tile(page, 'Assessed')).toMatch(/50,18\s+%/)
    await card(page, 'weekly-graph').getByRole('button', { name: 'Table' }).click()
    expect(await card(page, 'weekly-graph').innerText()).toMatch(/27\. Mai/)
    await page.context().close()
  })
})
