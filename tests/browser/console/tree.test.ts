import { bundleTableNames } from 'hirescope/contract'
import { metrics } from 'hirescope/metrics'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPages, violations, type AppPages } from '../app-page.ts'
import { button, currentTab, gridOf, openSql, result, run, textOf, write } from './sql-page.ts'

let pages: AppPages
let page: Page
beforeAll(async () => {
  pages = await startPages()
  page = await openSql(pages)
  await line(page, 'applications').waitFor()
})
afterAll(() => pages?.close())

const tree = (page: Page) => page.getByRole('tree', { name: 'Tables and columns' })
const line = (page: Page, name: string) =>
  tree(page)
    .getByRole('treeitem')
    .filter({ has: page.getByText(name, { exact: true }) })
const profile = (page: Page, column: string) => page.getByRole('region', { name: `Profile of ${column}` })
const active = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.replace(/\s+/g, ' ').trim())

it('lists tables with their rows, columns with their types, and what each is', async () => {
  await line(page, 'Names and codes').click()
  await line(page, 'Rollups').click()
  const names = await tree(page).locator('[aria-level="2"] .name').allInnerTexts()
  for (const name of bundleTableNames) expect(names).toContain(name)
  expect(await line(page, 'jobs').locator('.aside').innerText()).toBe('12')
  await line(page, 'jobs').click()
  expect(await page.locator('#sql-about').innerText()).toMatch(/job/i)
  expect(await line(page, 'jobs').getAttribute('aria-describedby')).toBe('sql-about')
  expect(await line(page, 'title').first().locator('.aside').innerText()).toBe('text')
  expect(await violations(page)).toEqual([])
  await line(page, 'jobs').click()
})

it('offers each metric, with its definition, as a query that runs', async () => {
  await line(page, 'Metrics').click()
  const { title, definition } = metrics['top-location']
  await line(page, title).click()
  await result(page).getByRole('grid').waitFor()
  expect(await currentTab(page).innerText()).toBe(title)
  expect((await textOf(page)).replace(/\n-- /g, ' ')).toContain(definition.slice(0, 40))
  expect(Object.values((await gridOf(page))[0] ?? {})).toContain('Pune')
  expect(await page.locator('#sql-about').innerText()).toBe(definition)
  for (const { title } of Object.values(metrics)) expect(await line(page, title).count()).toBe(1)
  await line(page, 'Metrics').click()
})

it('profiles a column: what is empty, distinct, least, greatest, frequent, and how it is spread', async () => {
  await write(page, '')
  await run(
    page,
    `CREATE OR REPLACE TABLE measured AS
SELECT CASE WHEN i % 4 > 0 THEN i END AS score, 'word ' || (i % 3) AS word FROM range(100) AS r(i)`,
  )
  await line(page, 'measured').click()
  await line(page, 'score').last().click()
  const score = profile(page, 'score')
  await score.getByText('Quartiles').waitFor()
  const facts = (await score.locator('dl').innerText()).replace(/\s+/g, ' ')
  expect(facts).toContain('Rows 100 Empty 25 (25 %) Distinct 75 Least 1 Greatest 99 Average 50')
  const table = await score.getByRole('table', { name: 'Rows by value of score' }).locator('tbody tr').count()
  expect(table).toBe(12)
  expect(await violations(page)).toEqual([])
  await line(page, 'word').click()
  const word = profile(page, 'word')
  await word.getByRole('table', { name: 'Most frequent' }).waitFor()
  expect((await word.getByRole('row').first().innerText()).replace(/\s+/g, ' ')).toBe('word 0 34 34 %')
  await write(page, 'SELECT ')
  await word.getByRole('button', { name: 'Insert' }).click()
  expect(await textOf(page)).toBe('SELECT word')
  await word.getByRole('button', { name: 'Close the profile' }).click()
  expect(await word.count()).toBe(0)
})

it('works by keyboard as trees do', async () => {
  await write(page, 'FROM ')
  await line(page, 'Readable views').focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => active(page)).toBe('v_applications')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => active(page)).toBe('Show first 100 rows')
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => active(page)).toBe('v_applications')
  await page.keyboard.press('Enter')
  expect(await textOf(page)).toBe('FROM v_applications')
  await write(page, 'FROM ')
  await line(page, 'v_applications').focus()
  await button(page, 'Insert v_applications').click()
  expect(await textOf(page)).toBe('FROM v_applications')
  await line(page, 'v_applications').focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => active(page)).toMatch(/^Readable views/)
  await page.keyboard.type('cred')
  await expect.poll(() => active(page)).toMatch(/^credit_events/)
  await page.keyboard.press('Home')
  await expect.poll(() => active(page)).toMatch(/^Readable views/)
  await page.keyboard.press('End')
  await expect.poll(() => active(page)).toMatch(/^Metrics/)
})

it('finds tables, columns and metrics by a part of their names', async () => {
  const search = page.getByRole('searchbox', { name: 'Search tables and columns' })
  await search.fill('outcome')
  await line(page, 'outcome').first().waitFor()
  expect(await line(page, 'jobs').count()).toBe(0)
  await search.fill('no such thing')
  await page.getByText('No table or column has this name').waitFor()
  expect(await violations(page)).toEqual([])
  await search.fill('')
})

it('shows what the analyst has made, and takes it away when the database is reset', async () => {
  await run(page, 'CREATE TABLE my_jobs AS FROM jobs; CREATE MACRO twice(x) AS 2 * x; DROP TABLE jobs')
  await line(page, 'my_jobs').waitFor()
  await page.locator('.macros').getByText('twice(x)').waitFor()
  await line(page, 'jobs').waitFor({ state: 'detached' })
  await button(page, 'Reset database').click()
  const dialog = page.getByRole('dialog', { name: 'Reset the database?' })
  expect(await dialog.innerText()).toMatch(/my_jobs.*twice/s)
  expect(await violations(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Leave it' }).click()
  expect(await line(page, 'my_jobs').count()).toBe(1)
  await button(page, 'Reset database').click()
  await dialog.getByRole('button', { name: 'Reset', exact: true }).click()
  await line(page, 'my_jobs').waitFor({ state: 'detached' })
  await line(page, 'jobs').waitFor()
  await run(page, 'SELECT count(*)::INTEGER AS n FROM jobs')
  await expect.poll(() => gridOf(page)).toEqual([{ 'n INTEGER': '12' }])
  expect(pages.complaints).toEqual([])
})
