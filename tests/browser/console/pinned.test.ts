import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { settled, startPages, violations, type AppPages } from '../app-page.ts'
import { editor, openSql, result, run } from './sql-page.ts'

let pages: AppPages
beforeAll(async () => {
  pages = await startPages()
})
afterAll(() => pages?.close())

const pin = async (page: Page, title: string, kind: string) => {
  await result(page).getByRole('button', { name: 'Pin', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Pin to the dashboard' })
  await dialog.getByLabel('Title').fill(title)
  await dialog.getByRole('radio', { name: kind }).check()
  await dialog.getByRole('button', { name: 'Pin' }).click()
  await page.getByText(`${title} is pinned to the dashboard`).waitFor()
}
const pinnedCards = (page: Page) => page.locator('section[data-pin]')
const titles = (page: Page) =>
  pinnedCards(page).evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')))
const choose = async (page: Page, title: string, item: string) => {
  await page.getByRole('button', { name: `More: ${title}`, exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: item }).click()
}

it('loads nothing of the console with a dashboard to which nothing is pinned', async () => {
  const page = await pages.newPage()
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await page.goto(pages.site.url)
  await settled(page)
  expect(asked.filter((path) => /console/.test(path))).toEqual([])
  expect(await page.getByRole('heading', { name: 'Pinned' }).count()).toBe(0)
  await page.context().close()
})

it('shows pinned results on the dashboard anew, as chart, table and number, and lets them be changed', async () => {
  const page = await openSql(pages)
  await run(
    page,
    'SELECT title, count(*) AS applications FROM applications JOIN jobs USING (job_key) GROUP BY title ORDER BY 2 DESC, 1',
  )
  await pin(page, 'By job', 'Chart')
  await run(page, 'SELECT application_key, applied_on FROM applications ORDER BY 1')
  await pin(page, 'All of them', 'Table')
  await run(page, 'SELECT count(*) AS applications FROM applications')
  await pin(page, 'How many', 'Number')
  await run(page, "SELECT error('not today') AS failing")
  await page.getByRole('link', { name: 'Dashboard' }).click()
  await settled(page)
  await page.getByRole('heading', { name: 'Pinned' }).waitFor()
  expect(await titles(page)).toEqual(['By job', 'All of them', 'How many'])
  const card = (title: string) => page.locator(`section[data-pin][aria-label="${title}"]`)
  await card('By job').locator('canvas').waitFor()
  // Twelve jobs with 40, 37, 34 … applications, 282 in all: see app-site.
  expect(await card('By job').getByRole('img').getAttribute('aria-label')).toContain(
    '12 points. applications: from 7 to 40.',
  )
  await card('All of them').getByRole('grid').waitFor()
  expect(await card('All of them').innerText()).toContain('282 rows')
  await card('How many').getByText('282', { exact: true }).waitFor()
  expect(await card('How many').innerText()).toContain('as of 1 Jun')
  expect(await violations(page)).toEqual([])
  await choose(page, 'How many', 'Move forward')
  await expect.poll(() => titles(page)).toEqual(['By job', 'How many', 'All of them'])
  await choose(page, 'How many', 'Rename')
  await page.getByRole('textbox', { name: 'Title' }).fill('Applications')
  await page.keyboard.press('Enter')
  await expect.poll(() => titles(page)).toEqual(['By job', 'Applications', 'All of them'])
  await choose(page, 'By job', 'Unpin')
  await expect.poll(() => titles(page)).toEqual(['Applications', 'All of them'])
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => titles(page)).toEqual(['By job', 'Applications', 'All of them'])
  await page.reload()
  await settled(page)
  await card('Applications').getByText('282', { exact: true }).waitFor()
  expect(await titles(page)).toEqual(['By job', 'Applications', 'All of them'])
  await choose(page, 'Applications', 'Open in SQL')
  await editor(page).waitFor()
  await expect.poll(() => editor(page).innerText()).toContain('count(*) AS applications FROM applications')
  await page.context().close()
})
