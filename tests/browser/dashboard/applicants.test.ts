import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { card, looks, settled, startPages, violations, type AppPages } from '../app-page.ts'
import { hostileTexts } from '../app-site.ts'

describe.each(looks('on a phone, in dark'))('%s', (look) => {
  let pages: AppPages
  beforeAll(async () => {
    pages = await startPages(look)
  })
  afterAll(() => pages?.close())

  const dialog = (page: Page) => page.getByRole('dialog')

  /** Opens the rows behind the number of a tile. */
  const openList = async (page: Page, tile: string, list: string) => {
    await page.getByRole('button', { name: `${tile}: how is this computed?` }).click()
    await dialog(page).getByRole('button', { name: list }).click()
    const opened = page.getByRole('dialog', { name: list.replace('Show ', '') })
    await opened.getByRole('row').nth(1).waitFor()
    return opened
  }

  const withLinks = (page: Page, config: unknown) =>
    page.route('**/config.json', (route) => route.fulfill({ body: JSON.stringify(config) }))

  it('lists who is behind a number, linked to the ATS, sorted, and as a file', async () => {
    const page = await pages.open()
    await withLinks(page, { applicant_url: 'https://ats.example/applicants/{candidate_id}' })
    const list = await openList(page, 'Assessed', 'Show 141 applicants with an assessment')
    const table = list.getByRole('table')
    expect(await table.getAttribute('aria-rowcount')).toBe('142')
    expect(await list.innerText()).toContain('141 rows')
    expect(await list.innerText()).toMatch(
      /who have an assessment.+Test · All 12 visible jobs · as of 1 Jun, 05:30 IST/,
    )
    // Applications of the even keys have an assessment; the oldest of them, 82, was made 82 days before 31 May.
    const link = table.getByRole('link').first()
    expect(await link.getAttribute('href')).toMatch(/^https:\/\/ats\.example\/applicants\/c\d+$/)
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer')
    await list.getByRole('button', { name: 'Applied' }).click()
    expect(await table.getByRole('row').nth(1).innerText()).toContain('10 Mar')
    expect(await violations(page)).toEqual([])
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      list.getByRole('button', { name: 'Download CSV' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('test-141-applicants-with-an-assessment-all-12-jobs-2024-06-01.csv')
    const lines = (await readFile(await download.path(), 'utf8')).split('\r\n')
    const head = lines.indexOf('Applicant,Name,Job,Stage,Outcome,Applied,Outcome on')
    expect(head).toBeGreaterThan(3)
    expect(lines.slice(head + 1).filter(Boolean)).toHaveLength(141)
    expect(lines[head + 1]).toMatch(
      /^c\d+,,.+,(Applied|Résumé screening|Assessment|Video interview),.+,2024-03-10,2024-03-10$/,
    )
    await page.keyboard.press('Escape')
    await list.waitFor({ state: 'detached' })
    const label = page.getByRole('button', { name: 'Assessed: how is this computed?' })
    expect(await label.evaluate((each) => each === document.activeElement)).toBe(true)
    await page.context().close()
  })

  it('lists the applications of a stage and of a job', async () => {
    const page = await pages.open()
    await card(page, 'applicants-stage-graph').getByRole('button', { name: '28: show the applications, Hired' }).click()
    await page.getByRole('dialog', { name: '28 applications · hired' }).getByText('28 rows').waitFor()
    expect(await dialog(page).getByRole('cell', { name: 'Hired' }).count()).toBe(28)
    await dialog(page).getByRole('button', { name: 'Close' }).click()
    await card(page, 'applicants-stage-graph-overview')
      .getByRole('button', { name: '37: show the applications to Café manager' })
      .click()
    const list = page.getByRole('dialog', { name: '37 applications to Café manager' })
    await list.getByText('37 rows').waitFor()
    expect(await list.innerText()).toContain('Jobs: Café manager')
    expect(await list.getByRole('cell', { name: 'Café manager' }).count()).toBe(37)
    await pages.done(page)
  })

  it('says what is wrong with the rows or with the links, and tries again', async () => {
    const page = await pages.newPage()
    let broken = true
    const { tables } = JSON.parse(await readFile(`${pages.site.data}/twelve/manifest.json`, 'utf8')) as {
      tables: Record<string, { file: string }>
    }
    // The worker fetches its own files, which a route of the page does not see.
    await page
      .context()
      .route(`**/${tables.source_ids_candidates!.file}`, (route) => (broken ? route.abort() : route.continue()))
    await page.goto(pages.site.url)
    await settled(page)
    await withLinks(page, { applicant_url: 'javascript:alert({candidate_id})' })
    await page.getByRole('button', { name: 'Applicants: how is this computed?' }).click()
    await dialog(page).getByRole('button', { name: 'Show 281 applicants' }).click()
    const list = page.getByRole('dialog', { name: '281 applicants' })
    await list.getByText('The rows could not be read').waitFor()
    expect(await list.innerText()).toContain('Applicants have no links: config.json: applicant_url')
    expect(await violations(page)).toEqual([])
    broken = false
    await list.getByRole('button', { name: 'Try again' }).click()
    await list.getByText('281 rows').waitFor()
    expect(await list.getByRole('link').count()).toBe(0)
    await page.context().close()
  })

  it('scrolls through 100,000 rows without drawing them all', async () => {
    const page = await pages.open('?viewer=large')
    const list = await openList(page, 'Applicants', 'Show 100,000 applicants')
    const table = list.getByRole('table')
    expect(await table.getAttribute('aria-rowcount')).toBe('100001')
    await list.getByRole('region').focus()
    await page.keyboard.press('PageDown')
    await expect.poll(() => list.getByRole('region').evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(100)
    await page.keyboard.press('End')
    await table.locator('[aria-rowindex="100001"]').waitFor()
    const drawn = await table.locator('tbody tr').count()
    expect(drawn).toBeLessThan(80)
    const quick = await list.getByRole('region').evaluate(async (region) => {
      const times: number[] = []
      for (let step = 0; step < 41; step++) {
        const start = performance.now()
        region.scrollTop = (region.scrollHeight * ((step * 17) % 41)) / 41
        await new Promise(requestAnimationFrame)
        await new Promise(requestAnimationFrame)
        times.push(performance.now() - start)
      }
      return times.sort((a, b) => a - b)[10]
    })
    // Two frames; most are held up by whatever else runs on the same processors.
    expect(quick).toBeLessThan(200)
    await list.getByRole('button', { name: 'Applicant', exact: true }).click()
    expect(await table.getByRole('rowheader').first().innerText()).toBe('c0')
    await pages.done(page)
  })

  it('shows names that hold markup, overrides and formulas as text', async () => {
    const page = await pages.open('?viewer=hostile')
    await withLinks(page, { applicant_url: 'https://ats.example/{candidate_id}' })
    const list = await openList(page, 'Applicants', 'Show 281 applicants')
    const text = await list.textContent()
    for (const hostile of hostileTexts) expect(text).toContain(hostile)
    expect(await list.locator('img').count()).toBe(0)
    expect(await list.getByRole('link').first().getAttribute('href')).toMatch(
      /^https:\/\/ats\.example\/c%3Cb%3E%2F\.\.\d+$/,
    )
    expect(await violations(page)).toEqual([])
    await page.context().close()
  })

  it('leaves nothing in the console and asks nothing of any other host', () => {
    expect(pages.complaints.filter((text) => !text.includes('net::ERR_FAILED'))).toEqual([])
    expect(pages.chromium.foreign).toEqual([])
  })
})
