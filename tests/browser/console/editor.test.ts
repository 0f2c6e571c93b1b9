import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest } from 'hirescope/contract'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { settled, startPages, violations, type AppPages } from '../app-page.ts'
import { button, currentTab, editor, openSql, result, run, standing, tabNamed, textOf, write } from './sql-page.ts'

let pages: AppPages
// The page of tests that need none of their own: the engine takes seconds to start.
let desk: Page
beforeAll(async () => {
  pages = await startPages()
  desk = await openSql(pages)
})
afterAll(() => pages?.close())

const endless = 'SELECT sum(a.range % 7 + b.range) FROM range(1000000) AS a, range(1000000) AS b'
const inEditor = (page: Page) => editor(page).evaluate((each) => each === document.activeElement)
const tabNames = (page: Page) => page.getByRole('tablist', { name: 'Queries' }).getByRole('tab').allInnerTexts()
const saidBy = (page: Page, text: string | RegExp) => page.getByRole('status').filter({ hasText: text })

it('leads from the dashboard to the SQL page and back, by links and by the history', async () => {
  const page = await pages.open()
  const nav = page.getByRole('navigation', { name: 'Pages' })
  const link = nav.getByRole('link', { name: 'SQL' })
  expect(new URL((await link.getAttribute('href'))!, page.url()).search).toBe('?org=a&viewer=twelve&page=sql')
  await link.click()
  await editor(page).waitFor()
  expect(await page.title()).toBe('SQL · Test · hirescope')
  expect(await nav.locator('[aria-current=page]').innerText()).toBe('SQL')
  expect(await link.evaluate((each) => each === document.activeElement)).toBe(true)
  await run(page, 'CREATE TABLE mine AS SELECT 7 AS seven; FROM mine')
  await page.goBack()
  await settled(page)
  expect(await page.title()).toBe('Test · hirescope')
  await page.goForward()
  await standing(page)
  // Nothing is lost meanwhile: neither the text, nor the result, nor what was made in the engine.
  expect(await textOf(page)).toBe('CREATE TABLE mine AS SELECT 7 AS seven; FROM mine')
  await result(page).getByText('seven', { exact: true }).waitFor()
  await editor(page).focus()
  await page.keyboard.press('ControlOrMeta+z')
  expect(await textOf(page)).toBe('')
  await run(page, 'SELECT seven + 1 AS eight FROM mine')
  await result(page).getByText('eight', { exact: true }).waitFor()
  expect(pages.complaints).toEqual([])
  await page.context().close()
})

it('does not load with the dashboard', async () => {
  const page = await pages.newPage()
  const loaded: string[] = []
  page.on('request', (request) => void loaded.push(request.url()))
  await page.goto(pages.site.url)
  await settled(page)
  expect(loaded.filter((url) => /console|codemirror|sql-formatter/i.test(url))).toEqual([])
  const before = loaded.length
  await page.getByRole('link', { name: 'SQL' }).click()
  await standing(page)
  expect(loaded.slice(before).filter((url) => /console-parts.*\.js$/.test(url))).toHaveLength(1)
  await page.context().close()
})

it('runs the statement at the cursor, what is selected, or all', async () => {
  const page = desk
  await write(page, 'SELECT 1 AS one;\n\nSELECT 2 AS two;\nSELECT 3 AS three')
  await page.keyboard.press('ControlOrMeta+Home')
  await page.keyboard.press('ControlOrMeta+Enter')
  await result(page).getByText('one', { exact: true }).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+End')
  await page.keyboard.press('ControlOrMeta+Enter')
  await result(page).getByText('three', { exact: true }).waitFor()
  const results = page.getByRole('group', { name: 'Results' }).getByRole('button')
  expect(await results.count()).toBe(2)
  await results.first().click()
  await result(page).getByText('two', { exact: true }).waitFor()
  await button(page, 'Run all').click()
  await results.nth(2).waitFor()
  expect(await results.count()).toBe(3)
})

it('marks a fault where it is, stops at it and says which statement it was', async () => {
  const page = desk
  await run(page, 'SELECT 1 AS one;\nSELECT nowhere FROM jobs;\nSELECT 3;\nSELECT 4')
  expect(await page.getByText('Statement 2 of 4 failed; the 2 after it were not run.').count()).toBe(1)
  expect(await editor(page).locator('.cm-lintRange-error').allInnerTexts()).toEqual(['nowhere'])
  expect(await result(page).getByRole('alert').innerText()).toContain('nowhere')
  expect(await violations(page)).toEqual([])
  await page.keyboard.type(';')
  await editor(page).locator('.cm-lintRange-error').waitFor({ state: 'detached' })
})

it('can be left by keyboard, and searched', async () => {
  const page = desk
  await write(page, 'SELECT 1')
  await page.keyboard.press('Tab')
  expect(await inEditor(page)).toBe(true)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Tab')
  expect(await inEditor(page)).toBe(false)
  expect(await editor(page).getAttribute('aria-label')).toContain('Escape then Tab leaves')
  await write(page, 'SELECT 1 AS one')
  await page.keyboard.press('Escape')
  await page.keyboard.press('ControlOrMeta+f')
  const find = page.getByRole('textbox', { name: 'Find' })
  await find.focus()
  await page.keyboard.type('one')
  await editor(page).locator('.cm-searchMatch').waitFor()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  expect(await inEditor(page)).toBe(true)
})

it('completes tables, columns in reach, functions of the engine, and metrics', async () => {
  const page = desk
  await page.getByText('v_applications').first().waitFor()
  const offered = page.getByRole('listbox').getByRole('option')
  const complete = async (text: string, label: string) => {
    await write(page, '')
    await page.keyboard.type(text)
    await page.keyboard.press('Control+Space')
    await offered.filter({ hasText: label }).first().waitFor()
  }
  const take = (label: string) => offered.filter({ hasText: label }).first().click()
  await complete('FROM v_appl', 'v_applications')
  await take('v_applications')
  expect(await textOf(page)).toBe('FROM v_applications')
  // The columns of what the statement names, before and after it is named.
  await write(page, 'SELECT  FROM rollup_job')
  await page.keyboard.press('ControlOrMeta+Home')
  for (let step = 0; step < 7; step++) await page.keyboard.press('ArrowRight')
  await page.keyboard.type('top_skill_3_a')
  await take('top_skill_3_applicants')
  expect(await textOf(page)).toBe('SELECT top_skill_3_applicants FROM rollup_job')
  await complete('SELECT list_has_a', 'list_has_any')
  await take('list_has_any')
  expect(await textOf(page)).toBe('SELECT list_has_any()')
  await complete('Appl', 'Applications over time')
  await take('Applications over time')
  expect(await textOf(page)).toContain('FROM rollup_job')
  await run(page, 'CREATE TABLE my_own_table AS SELECT 1 AS my_own_column')
  await page.getByText('my_own_table', { exact: true }).first().waitFor()
  await complete('SELECT * FROM my_ow', 'my_own_table')
  expect(await violations(page)).toEqual([])
})

it('knows the words of the language, wherever they stand in the list of them', async () => {
  await write(desk, 'SELECT city FROM jobs WHERE job_key > 1 GROUP BY ALL')
  const colours = await editor(desk)
    .locator('.cm-line span')
    .evaluateAll((all) => Object.fromEntries(all.map((each) => [each.textContent, getComputedStyle(each).color])))
  for (const word of ['FROM', 'WHERE', 'GROUP', 'BY', 'ALL']) expect(colours[word], word).toBe(colours.SELECT)
})

it('lays a query out', async () => {
  const page = desk
  await write(page, 'select job_key,count(*) as hires from applications where outcome=2 group by all')
  await button(page, 'Format').click()
  await editor(page).locator('.cm-line').nth(4).waitFor()
  expect((await textOf(page)).split('\n').map((line) => line.trim())).toEqual([
    'SELECT',
    'job_key,',
    'count(*) AS hires',
    'FROM',
    'applications',
    'WHERE',
    'outcome = 2',
    'GROUP BY ALL',
  ])
  await editor(page).click()
  await page.keyboard.press('ControlOrMeta+z')
  expect(await textOf(page)).toMatch(/^select job_key,count/)
})

it('keeps tabs, cursor and undo over a reload, for this scope alone', async () => {
  const page = await openSql(pages)
  await write(page, 'SELECT 1')
  await page.keyboard.type(' + 10')
  await button(page, 'New tab').click()
  await write(page, 'SELECT 2 AS other')
  await tabNamed(page, 'Query 1').click()
  await editor(page).getByText('+ 10').waitFor()
  await editor(page).click()
  await page.keyboard.press('ControlOrMeta+Home')
  await page.keyboard.press('ArrowRight')
  await page.reload()
  await standing(page)
  expect(await tabNames(page)).toEqual(['Query 1', 'Query 2'])
  expect(await textOf(page)).toBe('SELECT 1 + 10')
  await editor(page).focus()
  await page.keyboard.type('x')
  expect(await textOf(page)).toBe('SxELECT 1 + 10')
  // Both were written in one go, so they are one step.
  for (const expected of ['SELECT 1 + 10', '']) {
    await page.keyboard.press('ControlOrMeta+z')
    expect(await textOf(page)).toBe(expected)
  }
  await tabNamed(page, 'Query 2').click()
  expect(await textOf(page)).toBe('SELECT 2 AS other')
  const manifest = JSON.parse(await readFile(join(pages.site.data, 'few/manifest.json'), 'utf8')) as Manifest
  const elsewhere = JSON.stringify({ ...manifest, scope: { ...manifest.scope, id: 'another' } })
  const end = pages.site.answer('/data/org/few/manifest.json', (response) => void response.end(elsewhere))
  await page.goto(`${pages.site.url}?org=a&viewer=few&page=sql`)
  await standing(page)
  expect(await tabNames(page)).toEqual(['Query 1'])
  expect(await textOf(page)).toBe('')
  end()
  await page.context().close()
})

it('has tabs that keys move between, rename and close, and gives a closed one back', async () => {
  const page = await openSql(pages)
  await write(page, 'SELECT 1')
  await button(page, 'New tab').click()
  expect(await inEditor(page)).toBe(true)
  await tabNamed(page, 'Query 2').focus()
  await page.keyboard.press('ArrowRight')
  expect(await currentTab(page).innerText()).toBe('Query 1')
  await page.keyboard.press('F2')
  await page.getByRole('textbox', { name: 'Title' }).fill('People')
  await page.keyboard.press('Enter')
  await tabNamed(page, 'People').focus()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Delete')
  await saidBy(page, 'People is closed.').waitFor()
  expect(await tabNames(page)).toEqual(['Query 2'])
  await button(page, 'Undo').click()
  expect(await tabNames(page)).toEqual(['People', 'Query 2'])
  expect(await textOf(page)).toBe('SELECT 1')
  await page.context().close()
})

it('cancels a query by button and by key, and ends one at the time limit', async () => {
  const page = desk
  await write(page, endless)
  await page.keyboard.press('ControlOrMeta+Enter')
  await button(page, 'Cancel').click()
  await result(page).getByText('cancelled').first().waitFor()
  await write(page, endless)
  await page.keyboard.press('ControlOrMeta+Enter')
  await button(page, 'Cancel').waitFor()
  await page.keyboard.press('Escape')
  await button(page, 'Run').waitFor()
  await button(page, 'Limits').click()
  await page.getByLabel('Time limit, seconds').fill('1')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await write(page, endless)
  await page.keyboard.press('ControlOrMeta+Enter')
  await result(page).getByText('longer than 1 s').first().waitFor()
  await run(page, 'SELECT 5 AS five')
  await result(page).getByText('five', { exact: true }).waitFor()
  await page.reload()
  await standing(page)
  await button(page, 'Limits').click()
  expect(await page.getByLabel('Time limit, seconds').inputValue()).toBe('1')
  expect(await violations(page)).toEqual([])
  await page.getByLabel('Time limit, seconds').fill('60')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
})

it.each([360, 768, 1280, 1920])('stands on a page of %i px without scrolling sideways', async (width) => {
  const page = desk
  await page.setViewportSize({ width, height: 900 })
  await run(
    page,
    'SELECT a.job_key, b.title, a.applied_on FROM applications AS a JOIN jobs AS b USING (job_key); SELECT 2',
  )
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wide).toBe(0)
  expect(await violations(page)).toEqual([])
  expect(pages.complaints).toEqual([])
})
