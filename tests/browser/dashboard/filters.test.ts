import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  card,
  chips,
  jobBox,
  looks,
  option,
  settled,
  startPages,
  tile,
  violations,
  type AppPages,
} from '../app-page.ts'

describe.each(looks('on a phone, in dark'))('%s', (look) => {
  let pages: AppPages
  beforeAll(async () => {
    pages = await startPages(look)
  })
  afterAll(() => pages?.close())

  const queryOf = (page: Page) => new URL(page.url()).search
  const shows = (page: Page, applicants: number) =>
    page
      .locator('[data-tile="Applicants"]')
      .filter({ hasText: new RegExp(`Applicants\\s*${applicants}\\s`) })
      .waitFor()

  // Job j has 40 − 3j applications, each of another applicant: jobs 0 to 3 have 40, 37, 34 and 31.
  it('takes several jobs by keyboard alone, and takes them away again', async () => {
    const page = await pages.open()
    const focused = (name: string) =>
      page.getByRole('button', { name }).evaluate((each) => each === document.activeElement)
    for (let step = 0; step < 20 && !(await jobBox(page).evaluate((box) => box === document.activeElement)); step++)
      await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowDown')
    expect(await page.getByRole('listbox').getAttribute('aria-multiselectable')).toBe('true')
    await page.keyboard.type('cafe')
    await page.getByRole('status').filter({ hasText: '1 job found' }).waitFor({ state: 'attached' })
    await page.keyboard.press('Enter')
    await page.keyboard.type('data an')
    await option(page).filter({ hasText: 'Data analyst' }).waitFor()
    await page.keyboard.press('Enter')
    expect(await option(page).count()).toBe(13)
    await page.keyboard.press('Escape')
    await shows(page, 68)
    expect(await chips(page)).toEqual(['Café manager', 'Data analyst'])
    expect(await jobBox(page).inputValue()).toBe('2 of 12 jobs')
    expect(await page.locator('header').innerText()).toContain('2 of your 12 visible jobs')
    expect(await tile(page, 'Jobs')).toMatch(/1\s+open\s+0 closed\s+1 draft or on hold\s+2 in all/)
    expect(await card(page, 'applicants-stage-graph-overview').innerText()).toContain('2 jobs')
    expect(queryOf(page)).toBe('?org=a&viewer=twelve&job=J01&job=J03')
    expect(await violations(page)).toEqual([])

    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await shows(page, 31)
    expect(await focused('Remove Data analyst')).toBe(true)
    expect(await page.getByText('Open · Sales · Pune').count()).toBe(1)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await shows(page, 281)
    expect(await chips(page)).toEqual([])
    expect(await jobBox(page).evaluate((box) => box === document.activeElement)).toBe(true)
    await pages.done(page)
  })

  it('filters by status, together with jobs, and says so where nothing is left', async () => {
    const page = await pages.open()
    await page.getByRole('button', { name: '+ Filter' }).click()
    const dialog = page.getByRole('dialog', { name: 'Filter' })
    expect(await dialog.innerText()).toMatch(/Open\s+6\s+Closed\s+3\s+Draft\s+3\s+On hold\s+0/)
    await dialog.getByLabel('Closed').check()
    // Jobs 0, 4 and 8 are closed: 40, 28 and 16 applications.
    await shows(page, 84)
    await dialog.getByLabel('Draft').check()
    await shows(page, 159)
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    expect(await chips(page)).toEqual(['Closed jobs', 'Draft jobs'])
    expect(queryOf(page)).toBe('?org=a&viewer=twelve&status=closed&status=draft')
    await page.getByRole('button', { name: 'Remove Draft jobs' }).click()
    await shows(page, 84)
    await jobBox(page).click()
    await page.keyboard.type('data an')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await page.getByText('No job of this view fits the filters.').waitFor()
    await shows(page, 0)
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Show all jobs' }).click()
    await shows(page, 281)
    await jobBox(page).click()
    await option(page).filter({ hasText: 'Café manager' }).click()
    await option(page).filter({ hasText: 'All 12 jobs' }).click()
    await page.keyboard.press('Escape')
    await shows(page, 281)
    expect(await chips(page)).toEqual([])
    await pages.done(page)
  })

  it('goes back and forward through what was asked, and a copied link opens the same', async () => {
    const page = await pages.open()
    await jobBox(page).click()
    await option(page).filter({ hasText: 'Café manager' }).click()
    await shows(page, 37)
    await option(page).filter({ hasText: 'Data analyst' }).click()
    await shows(page, 68)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Theme: auto' }).click()
    await page.getByRole('button', { name: 'Theme: light' }).click()
    expect(queryOf(page)).toBe('?org=a&viewer=twelve&job=J01&job=J03&theme=dark')
    await page.goBack()
    await shows(page, 37)
    expect(await chips(page)).toEqual(['Café manager'])
    expect(queryOf(page)).toBe('?org=a&viewer=twelve&job=J01&theme=dark')
    await page.goForward()
    await shows(page, 68)
    await page.getByLabel('Viewer').selectOption({ label: 'Viewer few (editor)' })
    await shows(page, 3)
    expect(queryOf(page)).toBe('?org=a&viewer=few&theme=dark')
    await page.goBack()
    await shows(page, 68)
    const link = page.url()
    await page.context().close()

    const other = await pages.newPage()
    await other.goto(link)
    await settled(other)
    await shows(other, 68)
    expect(await other.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe(
      'rgb(19, 20, 24)',
    )
    await other.context().close()
  })

  it('says which part of a link is lost, and keeps the rest', async () => {
    const page = await pages.open('?job=J03&job=gone&status=open&status=lost')
    await shows(page, 31)
    expect(await page.locator('main').innerText()).toContain(
      'A job of this link is not among those that you may see: removed, or not shared with you. The others are shown.',
    )
    expect(await page.locator('main').innerText()).not.toContain('gone')
    expect(await violations(page)).toEqual([])
    await pages.done(page)
  })

  /** Opens the list of a viewer and searches; gives the milliseconds from the slowest key or click to what it painted. */
  const search = async (viewer: string, query: string, found: number) => {
    const page = await pages.open(`?viewer=${viewer}`)
    await page.evaluate(() => {
      const tasks: number[] = ((window as unknown as { tasks: number[] }).tasks = [])
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
        type: 'event',
        durationThreshold: 16,
      } as PerformanceObserverInit)
    })
    await jobBox(page).click()
    expect(await option(page).count()).toBe(101)
    await page.keyboard.type(query)
    await page.getByText(`${found} jobs found`).waitFor({ state: 'attached' })
    expect(await option(page).count()).toBe(found)
    await option(page).last().click()
    await page.keyboard.press('Escape')
    await settled(page)
    expect((await chips(page)).length).toBe(1)
    const tasks = await page.evaluate(() => (window as unknown as { tasks: number[] }).tasks)
    await page.context().close()
    return Math.max(0, ...tasks)
  }

  it('searches five thousand jobs about as quickly as a few hundred', async () => {
    const few = await search('quiet', 'job 24', 13)
    const many = await search('many', 'job 499', 15)
    // Other tests share the machine.
    expect(many).toBeLessThan(3 * few + 200)
  })

  it('has no horizontal scroll with many chips on any screen', async () => {
    const jobs = Array.from({ length: 12 }, (_, job) => `job=J${String(job).padStart(2, '0')}`).join('&')
    const page = await pages.open(`?${jobs}&status=open`)
    expect((await chips(page)).length).toBe(5)
    await page.getByRole('button', { name: 'and 8 more' }).click()
    expect((await chips(page)).length).toBe(13)
    // A title is text, whatever it holds.
    expect(await chips(page)).toContain('<img src=x onerror=alert(1)>')
    for (const width of [1920, 1280, 768, 360]) {
      await page.setViewportSize({ width, height: 800 })
      // Charts are drawn anew a moment later.
      await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0)
    }
    await page.context().close()
  })

  it('leaves nothing in the console and asks nothing of any other host', () => {
    expect(pages.complaints).toEqual([])
    expect(pages.chromium.foreign).toEqual([])
  })
})
