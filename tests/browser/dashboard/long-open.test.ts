import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest } from 'hirescope/contract'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../fixtures/bundle.ts'
import { card, chips, comeBack, jobBox, looks, option, settled, startPages, tile, type AppPages } from '../app-page.ts'
import { twelveJobs, writeWhole } from '../app-site.ts'

describe.each(looks('on a desktop, in light'))('%s', (look) => {
  const week = 7 * 86_400_000
  const bundle = '/data/org/twelve/'

  let pages: AppPages
  let folder: string
  let older: Manifest
  let newer: Manifest
  beforeAll(async () => {
    pages = await startPages(look)
    folder = await temporaryFolder()
    older = JSON.parse(await readFile(join(pages.site.data, 'twelve/manifest.json'), 'utf8')) as Manifest
    const eleven = (sql = '') => sql.replaceAll('range(12)', 'range(11)')
    newer = await writeWhole(folder, {
      queries: { ...twelveJobs, jobs: eleven(twelveJobs.jobs), applications: eleven(twelveJobs.applications) },
      sequence: 2,
      manifest: { as_of: '2024-06-08T00:00:00.000000Z' },
    })
  })
  afterAll(async () => {
    await pages?.close()
    await rm(folder, { recursive: true })
  })

  const filesOf = ({ answers, tables }: Manifest) => [answers, ...Object.values(tables)].map(({ file }) => file)

  /** Has the host serve the export of a week later; those files of the older one that are not in it are gone. */
  const publish = () => {
    const files = new Set(filesOf(newer))
    for (const file of filesOf(older))
      if (!files.has(file)) pages.site.answer(bundle + file, (response) => response.writeHead(404).end())
    for (const file of ['manifest.json', ...files])
      pages.site.answer(bundle + file, (response) => {
        response.setHeader('date', new Date(Date.now() + week).toUTCString())
        void readFile(join(folder, file)).then((bytes) => response.end(bytes))
      })
  }

  const header = (page: Page) => page.locator('header').innerText()
  const daysAgo = async (page: Page) => Number(/([\d,]+) days ago/.exec(await header(page))?.[1]?.replace(',', ''))
  const pick = async (page: Page, ...titles: string[]) => {
    await jobBox(page).click()
    for (const title of titles) await option(page).filter({ hasText: title }).click()
    await page.keyboard.press('Escape')
  }

  it('says what to do when a newer release has taken the place of its scripts, and goes on with the rest', async () => {
    const page = await pages.open()
    await page.context().route('**/assets/*.js', (route) => route.fulfill({ status: 404 }))
    const notice = page.getByRole('status').filter({ hasText: 'A part of this page did not load' })
    const stages = card(page, 'applicants-stage-graph')
    await stages.getByRole('button', { name: '28: show the applications, Hired' }).click()
    await notice.waitFor()
    await stages.getByRole('button', { name: /^More/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: /PNG/ }).click()
    expect(await page.getByRole('dialog').count()).toBe(0)

    await page.getByRole('button', { name: 'Theme: auto' }).click()
    await page.getByRole('button', { name: 'Theme: light' }).waitFor()
    await page.getByRole('button', { name: '+ Filter' }).click()
    await page.getByRole('dialog', { name: 'Filter' }).getByLabel('Closed').check()
    await expect.poll(() => tile(page, 'Applicants')).toMatch(/\s84\s/)
    await page.keyboard.press('Escape')
    await stages.getByRole('button', { name: 'Table' }).click()
    expect(await stages.locator('tbody tr').count()).toBe(8)
    expect(await page.getByRole('alert').count()).toBe(0)

    await page.getByRole('link', { name: 'SQL' }).click()
    await page.getByRole('alert').filter({ hasText: 'The SQL page could not be loaded' }).waitFor()
    await page.goBack()
    await page.context().unroute('**/assets/*.js')
    await notice.getByRole('button', { name: 'Reload the page' }).click()
    await notice.waitFor({ state: 'detached' })
    await settled(page)
    expect(await chips(page)).toEqual(['Closed jobs'])
    await page.context().close()
  })

  it('says how old its numbers are after a week, and opens the newer export for rows that are gone', async () => {
    const page = await pages.newPage()
    await page.clock.install()
    // Single rows have not come before.
    const rows = bundle + older.tables.applications.file
    const back = pages.site.answer(rows, (response) => response.writeHead(503).end())
    await page.goto(pages.site.url)
    await settled(page)
    const before = await daysAgo(page)
    back()
    publish()
    await page.clock.fastForward(week)
    await comeBack(page)
    await page.getByText('New numbers as of 8 Jun, 05:30 IST').waitFor()
    expect(await daysAgo(page)).toBe(before + 7)
    expect(await header(page)).toContain('as of 1 Jun')

    await pick(page, 'Café manager', 'Data analyst')
    await page.locator('header').filter({ hasText: 'as of 8 Jun' }).waitFor()
    await settled(page)
    await expect.poll(() => tile(page, 'Applicants')).toMatch(/\s68\s/)
    expect(await chips(page)).toEqual(['Café manager', 'Data analyst'])
    expect(await header(page)).toContain('2 of your 11 visible jobs')
    expect(await daysAgo(page)).toBe(before)
    expect(await page.getByText('New numbers').count()).toBe(0)
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.context().close()
  })

  it('says to reload the page when the engine itself is that of an older release', async () => {
    const page = await pages.open()
    await page.context().route('**/assets/*.js', (route) => route.fulfill({ status: 404 }))
    pages.site.answer(`${bundle}manifest.json`, (response) => response.end(JSON.stringify({ ...newer, sequence: 3 })))
    await comeBack(page)
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    const alert = page.getByRole('alert').filter({ hasText: 'The engine could not be loaded' })
    await alert.waitFor()
    expect(await alert.innerText()).toContain('Reload the page')
    expect(await tile(page, 'Applicants')).toMatch(/\s275\s/)
    await page.context().close()
  })

  it('leaves nothing in the console', () => {
    expect(pages.complaints).toEqual([])
  })
})
