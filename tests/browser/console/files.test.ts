import { tableFromArrays, tableToIPC } from 'apache-arrow'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPages, violations, type AppPages } from '../app-page.ts'
import { button, gridOf, openSql, result, run, standing } from './sql-page.ts'

let pages: AppPages
beforeAll(async () => {
  pages = await startPages()
})
afterAll(() => pages?.close())

const csv = 'job_key,budget\n1,1000\n2,2500\n3,\n'
const file = (name: string, content: string | Uint8Array) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(content),
})
const bring = (page: Page, ...files: ReturnType<typeof file>[]) =>
  page.locator('input[type=file][accept*=".parquet"]').setInputFiles(files)
const files = (page: Page) => page.getByRole('region', { name: 'Files you brought' })
const nameOf = (page: Page, source: string) => files(page).getByLabel(`Name of the table of ${source}`)

it('joins a file with the tables, and sends it nowhere', async () => {
  const page = await openSql(pages)
  const asked: string[] = []
  page.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url())) asked.push(`${request.method()} ${new URL(request.url()).pathname}`)
  })
  await bring(page, file('Budgets 2024.csv', csv))
  await nameOf(page, 'Budgets 2024.csv').waitFor()
  expect(await nameOf(page, 'Budgets 2024.csv').inputValue()).toBe('budgets_2024')
  await page.getByRole('treeitem').filter({ hasText: 'Files you brought' }).waitFor()
  await run(
    page,
    'SELECT job_key, budget FROM jobs JOIN budgets_2024 USING (job_key) WHERE budget IS NOT NULL ORDER BY job_key',
  )
  await expect
    .poll(async () => (await gridOf(page)).map((row) => Object.values(row).join()))
    .toEqual(['1,1,000', '2,2,500'])
  // The modules that read it, and nothing else; nothing is sent.
  expect(asked.filter((each) => !/^GET \/assets\//.test(each))).toEqual([])
  expect(await violations(page)).toEqual([])
  await page.context().close()
})

it('takes a file that is dropped anywhere on the page', async () => {
  const page = await openSql(pages)
  const dropped = await page.evaluateHandle(() => {
    const data = new DataTransfer()
    data.items.add(new File(['{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n'], 'lines.ndjson'))
    return data
  })
  await page.dispatchEvent('body', 'dragover', { dataTransfer: dropped })
  await page.getByText('Drop it here').waitFor()
  await page.dispatchEvent('body', 'drop', { dataTransfer: dropped })
  await nameOf(page, 'lines.ndjson').waitFor()
  expect(await page.getByText('Drop it here').count()).toBe(0)
  await run(page, 'SELECT sum(a)::INTEGER AS total FROM lines')
  await expect.poll(async () => Object.values((await gridOf(page))[0] ?? {}).at(-1)).toBe('3')
  await page.context().close()
})

it('is gone on reload unless it is kept, and can be renamed and removed', async () => {
  const page = await openSql(pages)
  const arrow = tableToIPC(tableFromArrays({ n: Int32Array.of(1, 2, 3) }), 'file')
  await bring(page, file('kept.csv', csv), file('passing.arrow', arrow))
  await nameOf(page, 'passing.arrow').waitFor()
  await page.getByText('What is not kept is gone when the page is reloaded.').waitFor()
  await files(page).getByRole('checkbox', { name: 'Keep' }).first().check()
  await nameOf(page, 'kept.csv').fill('1 bad name')
  await page.keyboard.press('Enter')
  await files(page).getByRole('alert').filter({ hasText: 'begins with no digit' }).waitFor()
  expect(await nameOf(page, 'kept.csv').inputValue()).toBe('kept')
  await nameOf(page, 'kept.csv').fill('jobs')
  await page.keyboard.press('Enter')
  await files(page).getByRole('alert').filter({ hasText: 'there is a table of this name' }).waitFor()
  await nameOf(page, 'kept.csv').fill('budgets')
  await page.keyboard.press('Enter')
  await button(page, 'Remove budgets').waitFor()
  await page.reload()
  await standing(page)
  await nameOf(page, 'kept.csv').waitFor()
  expect(await files(page).getByRole('listitem').count()).toBe(1)
  await run(page, 'SELECT count(*)::INTEGER AS n FROM budgets')
  await expect.poll(async () => Object.values((await gridOf(page))[0] ?? {}).at(-1)).toBe('3')
  await button(page, 'Remove budgets').click()
  await nameOf(page, 'kept.csv').waitFor({ state: 'detached' })
  await page.reload()
  await standing(page)
  await run(page, 'FROM budgets')
  await result(page).getByRole('alert').filter({ hasText: 'budgets' }).waitFor()
  expect(await files(page).getByRole('listitem').count()).toBe(0)
  await page.context().close()
})

it('says of a file that it cannot read what is wrong, and goes on', async () => {
  const page = await openSql(pages)
  await bring(page, file('page.pdf', '%PDF'), file('good.csv', csv))
  await nameOf(page, 'good.csv').waitFor()
  await bring(page, file('page.pdf', '%PDF'))
  const fault = files(page).getByRole('alert')
  await fault.filter({ hasText: 'bring CSV, JSON, Parquet or Arrow' }).waitFor()
  await bring(page, file('broken.parquet', 'PAR1 and no more'))
  await fault.filter({ hasText: 'broken.parquet: cannot be read as Parquet' }).waitFor()
  expect(await violations(page)).toEqual([])
  await fault.getByRole('button', { name: 'Dismiss' }).click()
  await bring(page, file('empty.csv', ''))
  await fault.filter({ hasText: 'empty.csv: empty' }).waitFor()
  await run(page, 'SELECT count(*)::INTEGER AS n FROM good')
  await expect.poll(async () => Object.values((await gridOf(page))[0] ?? {}).at(-1)).toBe('3')
  expect(pages.complaints).toEqual([])
  await page.context().close()
})
