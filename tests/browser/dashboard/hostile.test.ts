import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { card, chips, jobBox, option, settled, startPages, violations, type AppPages } from '../app-page.ts'
import { hostileTexts } from '../app-site.ts'

let pages: AppPages
let page: Page
const asked: string[] = []
const dialogs: string[] = []
beforeAll(async () => {
  pages = await startPages()
  page = await pages.newPage()
  page.on('request', (request) => asked.push(request.url()))
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  await page.goto(`${pages.site.url}?viewer=hostile`)
  await settled(page)
})
afterAll(() => pages?.close())

/** Jobs 6 to 11 have the same titles once more, told apart by their status. */
const startsWithEach = (texts: readonly string[]) => {
  for (const text of hostileTexts) expect(texts.filter((each) => each.startsWith(text)).length).toBe(2)
}
const excess = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
const inNarrow = async (look: () => Promise<unknown>) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await look()
  await expect.poll(excess).toBe(0)
  await page.setViewportSize({ width: 1280, height: 900 })
}
const isolated = (selector: string) =>
  page
    .locator(selector)
    .evaluateAll((each) => each.every((element) => getComputedStyle(element).unicodeBidi === 'isolate'))

/** The cells of a CSV file (RFC 4180) below its head. */
const cellsOf = (text: string) =>
  [...text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(?:,|\r\n)/g)].map(([, cell = '']) => cell)
const asCell = (text: string) => {
  const safe = text.startsWith('=') ? `'${text}` : text
  return /[",]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe
}
const download = async (act: () => Promise<unknown>) => {
  const [file] = await Promise.all([page.waitForEvent('download'), act()])
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) }
}

it('shows any title as text among the jobs to choose, each for itself', async () => {
  await jobBox(page).click()
  startsWithEach(await option(page).locator('.title').allTextContents())
  expect(await isolated('[role=option] .title')).toBe(true)
  expect(await violations(page)).toEqual([])
  await inNarrow(() => option(page).first().waitFor())
  await page.keyboard.press('Escape')
})

it('finds a job by a title that is markup, a formula, or runs from right to left', async () => {
  for (const text of hostileTexts) {
    await jobBox(page).click()
    await page.keyboard.insertText(text)
    await expect.poll(() => option(page).locator('.title').allTextContents()).toHaveLength(2)
    expect((await option(page).locator('.title').allTextContents()).every((each) => each.startsWith(text))).toBe(true)
    await page.keyboard.press('Escape')
  }
})

it('shows any title as text in a chip', async () => {
  const jobs = Array.from({ length: 12 }, (_, job) => `job=J${String(job).padStart(2, '0')}`).join('&')
  await page.goto(`${pages.site.url}?viewer=hostile&${jobs}`)
  await settled(page)
  await page.getByRole('button', { name: 'and 7 more' }).click()
  startsWithEach(await chips(page))
  expect(await isolated('[data-chip] .label')).toBe(true)
  await inNarrow(() => page.locator('[data-chip]').last().waitFor())
  await page.getByRole('button', { name: 'Show all jobs' }).click()
  await settled(page)
})

it('writes any title and name into a file so that it is text there, too', async () => {
  const overview = card(page, 'applicants-stage-graph-overview')
  const menu = overview.getByRole('button', { name: /^More/ })
  const item = (name: RegExp) => page.getByRole('dialog').getByRole('button', { name })
  await menu.click()
  const table = await download(() => item(/CSV/).click())
  // Titles that repeat have words behind them, which are in the same cell.
  const titles = cellsOf(table.bytes.toString('utf8'))
  for (const text of hostileTexts) {
    const start = asCell(text).replace(/"$/, '')
    expect(titles.filter((cell) => cell.startsWith(start)).length).toBe(2)
  }
  await menu.click()
  const picture = await download(() => item(/PNG/).click())
  expect(picture.bytes.subarray(1, 4).toString()).toBe('PNG')
  await page.getByRole('button', { name: 'Applicants: how is this computed?' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Show 281 applicants', exact: true }).click()
  const list = page.getByRole('dialog', { name: '281 applicants', exact: true })
  const rows = await download(() => list.getByRole('button', { name: 'Download CSV' }).click())
  const names = cellsOf(rows.bytes.toString('utf8'))
  // Applicant i has the name i % 6: 47 have each but the last, which 46 have.
  for (const [index, text] of hostileTexts.entries())
    expect(names.filter((cell) => cell === asCell(text)).length).toBe(index === 5 ? 46 : 47)
  expect(names.filter((cell) => /^"?[=+@-]/.test(cell))).toEqual([])
  await inNarrow(() => list.getByText('281 rows').waitFor())
  await page.keyboard.press('Escape')
})

it('names the file of a job by letters and digits alone, whatever its title', async () => {
  for (const text of hostileTexts) {
    await jobBox(page).click()
    await page.keyboard.insertText(text)
    await expect.poll(() => option(page).count()).toBe(2)
    await option(page).first().click()
    await page.keyboard.press('Escape')
    await page.locator('[data-tile="Credits per hire"]').waitFor()
    await settled(page)
    await card(page, 'weekly-graph').getByRole('button', { name: /^More/ }).click()
    const { name } = await download(() => page.getByRole('dialog').getByRole('button', { name: /PNG/ }).click())
    expect(name).toMatch(/^test-applications-over-time-[\p{L}\p{N}-]+-2024-06-01\.png$/u)
    expect(await excess()).toBe(0)
    await page.getByRole('button', { name: 'Show all jobs' }).click()
    await page.locator('[data-tile="Jobs"]').waitFor()
  }
})

it('makes no element, no dialog and no request of any text', () => {
  expect(dialogs).toEqual([])
  expect(asked.filter((url) => !url.startsWith(pages.site.url) && !url.startsWith('blob:'))).toEqual([])
  expect(asked.filter((url) => /\/x$|onerror|elsewhere/.test(url))).toEqual([])
  expect(pages.chromium.foreign).toEqual([])
  expect(pages.complaints).toEqual([])
})

it('has no picture in the page', async () => {
  expect(await page.locator('img').count()).toBe(0)
})
