import type { BrowserContextOptions, Page } from 'playwright-core'
import type { AppPages } from '../app-page.ts'

export const editor = (page: Page) => page.locator('.cm-content')
export const result = (page: Page) => page.getByRole('region', { name: 'Result', exact: true })
export const tabNamed = (page: Page, name: string) => page.getByRole('tab', { name, exact: true })
export const currentTab = (page: Page) =>
  page.getByRole('tablist', { name: 'Queries' }).getByRole('tab', { selected: true })
export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** Waits for the engine of the SQL page. */
export const standing = async (page: Page): Promise<Page> => {
  await editor(page).waitFor()
  await page
    .getByText(/^As of /)
    .last()
    .waitFor()
  return page
}

/** Opens the SQL page of a viewer and waits for its engine, unless told that nothing will be run. */
export const openSql = async (
  pages: AppPages,
  { viewer = 'twelve', engine = true, ...options }: BrowserContextOptions & { viewer?: string; engine?: boolean } = {},
): Promise<Page> => {
  const page = await pages.newPage(options)
  await page.goto(`${pages.site.url}?org=a&viewer=${viewer}&page=sql`)
  if (engine) return standing(page)
  await editor(page).waitFor()
  return page
}

/** The text of the editor, with its line breaks. */
export const textOf = async (page: Page): Promise<string> =>
  (await editor(page).locator('.cm-placeholder').count())
    ? ''
    : (await editor(page).locator('.cm-line').allInnerTexts()).map((line) => line.replace(/^\n$/, '')).join('\n')

/** Puts a text in place of what the editor holds. */
export const write = async (page: Page, text: string) => {
  await editor(page).focus()
  await page.keyboard.press('ControlOrMeta+a')
  if (text) await page.keyboard.insertText(text)
  else await page.keyboard.press('Delete')
}

/** Runs what the editor holds and waits for the end. */
export const run = async (page: Page, text: string) => {
  await write(page, text)
  await page.keyboard.press('ControlOrMeta+Shift+Enter')
  await button(page, 'Run').waitFor()
}

/** The rows of the grid as it shows them, with the names of the columns. */
export const gridOf = async (page: Page): Promise<Record<string, string>[]> => {
  const heads = await result(page)
    .locator('[role=columnheader][aria-colindex]')
    .evaluateAll((all) => all.map((each) => [each.getAttribute('aria-colindex'), each.textContent?.trim() ?? '']))
  const rows = await result(page)
    .locator('[role=row]')
    .evaluateAll((all) =>
      all.map((row) =>
        [...row.querySelectorAll('[role=gridcell]')].map((cell) => [
          cell.getAttribute('aria-colindex'),
          cell.textContent?.trim() ?? '',
        ]),
      ),
    )
  const names = new Map(heads as [string, string][])
  return rows
    .filter((cells) => cells.length)
    .map((cells) => Object.fromEntries(cells.map(([at, text]) => [names.get(at ?? '') ?? '', text ?? ''])))
}
