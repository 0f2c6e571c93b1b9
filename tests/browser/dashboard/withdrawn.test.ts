import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { comeBack, looks, settled, startPages, type AppPages } from '../app-page.ts'

describe.each(looks('on a desktop, in light'))('%s', (look) => {
  let pages: AppPages
  beforeAll(async () => {
    pages = await startPages(look)
  })
  afterAll(() => pages?.close())

  const keptOf = (page: Page, bundle: string) =>
    page.evaluate(async (bundle) => (await caches.keys()).filter((name) => name.endsWith(bundle)), bundle)

  it.each([404, 410])('shows nothing of a bundle that answers %i, and keeps nothing of it', async (status) => {
    const page = await pages.open('?job=J01')
    await expect.poll(() => keptOf(page, '/org/twelve/')).toHaveLength(1)
    await page.getByRole('button', { name: 'Applicants: how is this computed?' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Show 37 applicants', exact: true }).click()
    await page.getByRole('dialog', { name: '37 applicants', exact: true }).getByText('37 rows').waitFor()

    const back = pages.site.answer('/data/org/twelve/manifest.json', (response) => response.writeHead(status).end())
    await comeBack(page)
    await page.getByRole('alert').filter({ hasText: 'The data is no longer there for you' }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await page.locator('[data-tile], [data-card], [data-chip]').count()).toBe(0)
    expect(await page.locator('body').innerText()).not.toMatch(/Café|visible job|281|\bc\d+\b/)
    expect(await page.title()).toBe('hirescope')
    await expect.poll(() => keptOf(page, '/org/twelve/')).toEqual([])
    await page.getByRole('button', { name: 'Kept in this browser' }).click()
    await page.getByText('No data is kept here').waitFor()
    await page.keyboard.press('Escape')

    back()
    await page.getByRole('button', { name: 'Try again' }).click()
    await settled(page)
    await page.context().close()
  })

  it('forgets also what it has of a bundle that was left before it had come whole', async () => {
    const page = await pages.open('?viewer=few')
    const release = pages.site.holdEngine()
    await page.getByLabel('Viewer').selectOption({ label: 'Viewer alike (editor)' })
    await page.getByText('12 visible jobs', { exact: true }).waitFor()
    await expect.poll(() => keptOf(page, '/org/alike/')).toHaveLength(1)
    const back = pages.site.answer('/data/org/alike/manifest.json', (response) => response.writeHead(404).end())
    await page.getByLabel('Viewer').selectOption({ label: 'Viewer lacking (editor)' })
    release()
    await settled(page)
    await expect.poll(() => keptOf(page, '/org/alike/')).toEqual([])
    back()
    await page.context().close()
  })

  it('leaves nothing in the console', () => {
    // The browser itself notes each answer of the host that is none.
    expect(pages.complaints.filter((text) => !text.includes('410'))).toEqual([])
  })
})
