import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EndpointId } from 'hirescope/contract'
import { loadDataset } from 'hirescope/engine'
import { createNativeStore, folderSource } from 'hirescope/engine/native'
import { metrics, rowsOf } from 'hirescope/metrics'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { card, settled, startPages, violations, type AppPages } from '../app-page.ts'
import { button, currentTab, editor, gridOf, openSql, result, run, standing, textOf, write } from './sql-page.ts'

let pages: AppPages
let store: Awaited<ReturnType<typeof createNativeStore>>
beforeAll(async () => {
  pages = await startPages()
  store = await createNativeStore({ threads: 1 })
  await loadDataset(folderSource(join(pages.site.data, 'twelve')), store)
})
afterAll(async () => {
  await pages?.close()
  await store?.engine.close()
})

const queries = async (page: Page, kind?: string) => {
  await button(page, 'Queries').click()
  const dialog = page.getByRole('dialog', { name: 'Queries' })
  if (kind) await dialog.getByRole('button', { name: new RegExp(`^${kind}`) }).click()
  return dialog
}
const titles = (dialog: Awaited<ReturnType<typeof queries>>) => dialog.locator('li .title').allInnerTexts()
const saveAs = async (page: Page, title: string, description: string) => {
  await button(page, 'Save').click()
  const form = page.getByRole('dialog', { name: 'Save query' })
  await form.getByLabel('Title').fill(title)
  await form.getByLabel('Description').fill(description)
  await form.getByRole('button', { name: 'Save' }).click()
}
const downloaded = async (page: Page, act: () => Promise<void>) => {
  const [download] = await Promise.all([page.waitForEvent('download'), act()])
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}

/** The rows of a metric's own statement, in native DuckDB, as the grid writes them. */
const expectedRows = async (id: EndpointId, job: number) => {
  // Asked about one job, a metric reads the one row of it.
  const sql = job < 0 ? metrics[id].sql : metrics[id].sql.replace('<> -1', '= $job')
  const [found] = await store.engine.columns([{ sql: sql.replaceAll('$job', String(job)), params: [] }])
  return rowsOf(found!).map((row) => Object.values(row).map((value) => (value === null ? 'NULL' : String(value))))
}

/** The rows of the grid, in which figures stand without the separators of thousands. */
const shownRows = async (page: Page) => {
  const grid = await gridOf(page)
  return grid.map((row) =>
    Object.values(row).map((text) => (/^-?[\d,]+$/.test(text) ? text.replaceAll(',', '') : text)),
  )
}

// Where on the dashboard the question "How is this computed?" is answered for each metric.
const places: Record<EndpointId, (page: Page) => ReturnType<Page['locator']>> = {
  'total-applicants': (page) => page.locator('[data-tile="Applicants"]'),
  'top-location': (page) => page.locator('[data-tile="Top city"]'),
  'top-skill': (page) => page.locator('[data-tile="Top skills"]'),
  'most-recent-applicant': (page) => page.locator('[data-tile="Applicants"]'),
  details: (page) => page.locator('[data-tile="Assessed"]'),
  'weekly-graph': (page) => card(page, 'weekly-graph'),
  'applicants-stage-graph': (page) => card(page, 'applicants-stage-graph'),
  'score-distribution-graph': (page) => card(page, 'score-distribution-graph'),
  'applicants-stage-graph-overview': (page) => card(page, 'applicants-stage-graph-overview'),
}

it.each([
  ['all jobs', '', -1],
  ['one job', '?job=J01', 1],
])('opens the statement of each metric from the dashboard, with the same numbers: %s', async (_, path, job) => {
  const page = await pages.open(path)
  for (const [id, place] of Object.entries(places) as [EndpointId, (typeof places)[EndpointId]][]) {
    await place(page)
      .getByRole('button', { name: /how is this computed|^why/i })
      .first()
      .click()
    const part = page
      .getByRole('dialog')
      .locator('section')
      .filter({ hasText: id === 'details' ? metrics.details.fields.assessment_ratio : metrics[id].definition })
    await part.getByRole('button', { name: 'Open in SQL' }).click()
    await standing(page)
    // The editor draws the lines that are in sight.
    expect(await textOf(page), id).toContain('SELECT ')
    await editor(page).focus()
    await page.keyboard.press('ControlOrMeta+Shift+Enter')
    await result(page)
      .getByText(/^\d+ rows? · /)
      .waitFor()
    const rows = await shownRows(page)
    expect(rows.length, id).toBeGreaterThan(0)
    const expected = await expectedRows(id, job)
    // The grid draws the columns that are in sight.
    expect(rows, id).toEqual(expected.slice(0, rows.length).map((row) => row.slice(0, rows[0]!.length)))
    await page.goBack()
    await settled(page)
  }
  await page.context().close()
})

it('opens the statement of a card and of a list of applicants', async () => {
  const page = await pages.open('?job=J00&job=J02')
  await card(page, 'weekly-graph').getByRole('button', { name: /^More/ }).click()
  await page.getByRole('button', { name: 'Open in SQL' }).click()
  await standing(page)
  expect(await currentTab(page).innerText()).toBe(metrics['weekly-graph'].title)
  await editor(page).focus()
  await page.keyboard.press('ControlOrMeta+Shift+Enter')
  await result(page)
    .getByText(/^1 row · /)
    .waitFor()
  await page.goBack()
  await settled(page)
  await page.locator('[data-tile="Assessed"]').getByRole('button').first().click()
  await page.getByRole('button', { name: /^Show 37 applicants with an assessment/ }).click()
  await page.getByText('The SQL that ran').click()
  await page.getByRole('button', { name: 'Open in SQL' }).click()
  await standing(page)
  await editor(page).focus()
  await page.keyboard.press('ControlOrMeta+Shift+Enter')
  await result(page)
    .getByText(/^37 rows · /)
    .waitFor()
  expect(await page.getByRole('tablist', { name: 'Queries' }).getByRole('tab').count()).toBe(2)
  await page.context().close()
})

it('remembers what was run, how long it took and how it ended, and finds it again', async () => {
  const page = await openSql(pages)
  await run(page, 'SELECT * FROM jobs; SELECT missing FROM jobs')
  await page.reload()
  await standing(page)
  const dialog = await queries(page, 'History')
  expect(await titles(dialog)).toEqual(['SELECT missing FROM jobs', 'SELECT * FROM jobs'])
  expect(await dialog.locator('li .note').allInnerTexts()).toEqual([
    expect.stringMatching(/ · failed · [\d,]+ ms$/),
    expect.stringMatching(/ · 12 rows · [\d,]+ ms$/),
  ])
  expect(await violations(page)).toEqual([])
  await dialog.getByRole('searchbox', { name: 'Search queries' }).fill('* jobs')
  expect(await titles(dialog)).toEqual(['SELECT * FROM jobs'])
  await dialog.getByRole('button', { name: 'SELECT * FROM jobs' }).click()
  expect(await textOf(page)).toBe('SELECT * FROM jobs')
  await page.context().close()
})

it('saves queries, exports them as files and imports those again', async () => {
  const page = await openSql(pages, { engine: false })
  await write(page, 'SELECT count(*) FROM jobs')
  await saveAs(page, 'Jobs', 'How many there are.')
  expect(await currentTab(page).innerText()).toBe('Jobs')
  await write(page, 'SELECT 2')
  await saveAs(page, 'Two', '')
  let dialog = await queries(page)
  expect(await titles(dialog)).toEqual(['Jobs', 'Two'])
  expect(await violations(page)).toEqual([])
  const one = await downloaded(page, () => dialog.getByRole('button', { name: 'Export Jobs' }).click())
  expect(one).toEqual({
    name: 'jobs.sql',
    text: '-- title: Jobs\n-- description: How many there are.\n\nSELECT count(*) FROM jobs\n',
  })
  const all = await downloaded(page, () => dialog.getByRole('button', { name: 'Export all' }).click())
  expect(all.text).toBe(`${one.text}\n-- title: Two\n\nSELECT 2\n`)
  await dialog.getByRole('button', { name: 'Remove Two' }).click()
  await dialog.getByRole('button', { name: 'Undo' }).click()
  expect(await titles(dialog)).toEqual(['Jobs', 'Two'])
  await page.context().close()

  const other = await openSql(pages, { engine: false })
  dialog = await queries(other)
  const file = (name: string, text: string) => ({ name, mimeType: 'application/sql', buffer: Buffer.from(text) })
  await dialog
    .locator('input[type=file]')
    .setInputFiles([
      file('all.sql', all.text),
      file('hires.sql', 'SELECT 3'),
      file('broken.sql', '-- title: Broken\n-- author: me\nSELECT 1'),
    ])
  await dialog.getByText('3 queries imported').waitFor()
  expect(await titles(dialog)).toEqual(['hires', 'Jobs', 'Two'])
  expect(await dialog.getByRole('alert').innerText()).toContain('broken.sql, line 2: "author" is not known here')
  await dialog.locator('li').nth(1).getByRole('button', { name: 'Jobs', exact: true }).click()
  expect(await textOf(other)).toBe('SELECT count(*) FROM jobs')
  await other.context().close()
})

it('offers the nine metrics and the rollup, which run as they are', async () => {
  const page = await openSql(pages)
  let dialog = await queries(page, 'Metrics')
  const offered = await titles(dialog)
  expect(offered).toEqual([...Object.values(metrics).map(({ title }) => title), 'Rollup of all jobs'])
  for (const title of offered) {
    await dialog.getByRole('button', { name: title, exact: true }).click()
    await editor(page).focus()
    await page.keyboard.press('ControlOrMeta+Shift+Enter')
    await result(page)
      .getByText(/^\d+ rows? · /)
      .waitFor()
    if (title !== offered.at(-1)) dialog = await queries(page, 'Metrics')
  }
  // Twelve jobs and all of them together.
  await result(page)
    .getByText(/^13 rows · /)
    .waitFor()
  await page.context().close()
})

it('offers what the host has in queries/, and says what is broken there', async () => {
  const answers = new Map([
    ['/queries/index.json', '{ "files": ["hires by job.sql", "broken.sql", "missing.sql"] }'],
    ['/queries/hires by job.sql', '-- title: Hires by job\n-- description: The team’s.\n\nSELECT 11 AS hires'],
    ['/queries/broken.sql', '-- title: Broken\n'],
  ])
  const ends = [...answers].map(([path, text]) => pages.site.answer(path, (response) => void response.end(text)))
  const page = await openSql(pages, { engine: false })
  let dialog = await queries(page, 'Team')
  expect(await titles(dialog)).toEqual(['Hires by job'])
  expect((await dialog.getByRole('alert').allInnerTexts()).sort()).toEqual([
    'queries/broken.sql, line 2: no SQL under the title "Broken"',
    'queries/missing.sql: the host answered 404',
  ])
  await dialog.getByRole('button', { name: 'Hires by job', exact: true }).click()
  expect(await textOf(page)).toBe('SELECT 11 AS hires')
  ends.push(pages.site.answer('/queries/index.json', (response) => void response.end('{ "files": ["../secret.sql"] }')))
  dialog = await queries(page, 'Team')
  await dialog.getByText('queries/index.json: expected { "files": ["name.sql", …] }, at files.0').waitFor()
  ends.forEach((end) => end())
  await page.context().close()
  const without = await openSql(pages, { engine: false })
  dialog = await queries(without)
  await dialog.getByRole('button', { name: /^Metrics/ }).waitFor()
  expect(await dialog.getByRole('button', { name: /^Team/ }).count()).toBe(0)
  expect(await dialog.getByRole('alert').count()).toBe(0)
  await without.context().close()
})

it('shares a query by a link that opens it without running it', async () => {
  const page = await openSql(pages, { engine: false, permissions: ['clipboard-read', 'clipboard-write'] })
  await write(page, "SELECT '<b>' AS markup, 42 AS answer")
  await button(page, 'Copy link').click()
  await page.getByText('Link copied').waitFor()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  expect(link).toMatch(/\?org=a&viewer=twelve&page=sql#sql=[\w-]+$/)
  await page.context().close()

  const other = await pages.newPage()
  await other.goto(link)
  await standing(other)
  await other.getByText('This query came by a link. It has not been run: read it first.').waitFor()
  expect(await textOf(other)).toBe("SELECT '<b>' AS markup, 42 AS answer")
  expect(other.url()).not.toContain('#')
  expect(await result(other).innerText()).toContain('Run a statement')
  expect(await button(other, 'Run').evaluate((each) => each === document.activeElement)).toBe(true)
  expect(await violations(other)).toEqual([])
  await other.keyboard.press('Enter')
  await result(other).getByText('42', { exact: true }).waitFor()
  await other.evaluate(() => (location.hash = '#sql=broken'))
  await other.getByText('link: no query in it').waitFor()
  expect(pages.complaints).toEqual([])
  await other.context().close()
})

it('forgets the queries of a scope with what is kept of its data', async () => {
  const page = await openSql(pages, { engine: false })
  await write(page, 'SELECT 1 AS secret')
  await saveAs(page, 'Secret', '')
  await button(page, 'Kept in this browser').click()
  await page.getByRole('button', { name: /^Remove/ }).click()
  await page.getByText('No data is kept here.').waitFor()
  const databases = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))
  expect(databases.filter((name) => name?.startsWith('hirescope-sql:'))).toEqual([])
  await page.reload()
  await editor(page).waitFor()
  expect(await textOf(page)).toBe('')
  expect(await titles(await queries(page))).toEqual([])
  await page.context().close()
})
