import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { card, comeBack, looks, settled, startPages, violations, type AppPages } from '../app-page.ts'

// The states that no other test has axe look at.
describe.each(looks('on a phone, in light'))('axe finds nothing %s', (look) => {
  let pages: AppPages
  beforeAll(async () => {
    pages = await startPages(look)
  })
  afterAll(() => pages?.close())

  const overview = 'applicants-stage-graph-overview'

  const shows = (page: Page, what: string) => page.locator(what).first().waitFor()

  it.each<[string, act: (page: Page) => Promise<unknown>, shown: string]>([
    [
      'the menu of a card',
      (page) => card(page, 'weekly-graph').getByRole('button', { name: /^More/ }).click(),
      '[role=dialog]',
    ],
    ['a tooltip', (page) => card(page, overview).locator('button.bar').first().focus(), '.tip'],
    ['the receipt', (page) => page.getByRole('button', { name: 'verified' }).click(), '[role=dialog] dl'],
    ['the filter of statuses', (page) => page.getByRole('button', { name: '+ Filter' }).click(), '[role=dialog] input'],
    [
      'hidden series',
      (page) => card(page, 'weekly-graph').getByRole('button', { name: 'Assessments', exact: true }).click(),
      '[data-card=weekly-graph] [aria-pressed=false] .swatch',
    ],
  ])('about %s', async (_, act, shown) => {
    const page = await pages.open()
    await act(page)
    await shows(page, shown)
    expect(await violations(page)).toEqual([])
    await pages.done(page)
  })

  it('about numbers that differ from those of the export', async () => {
    const page = await pages.open('?viewer=drifted')
    await page.getByText('differs from the export').first().waitFor()
    expect(await violations(page)).toEqual([])
    await pages.done(page)
  })

  it('about newer numbers', async () => {
    const page = await pages.open()
    const manifest = JSON.parse(await readFile(join(pages.site.data, 'twelve/manifest.json'), 'utf8')) as object
    const back = pages.site.answer('/data/org/twelve/manifest.json', (response) =>
      response.end(JSON.stringify({ ...manifest, sequence: 2, as_of: '2024-06-02T00:00:00.000000Z' })),
    )
    await comeBack(page)
    await page.getByText('New numbers as of 2 Jun, 05:30 IST').waitFor()
    expect(await violations(page)).toEqual([])
    back()
    await page.context().close()
  })

  it('while the numbers and the engine are loaded', async () => {
    let respond = () => {}
    const back = pages.site.answer('/data/org/twelve/manifest.json', (response) => {
      respond = () =>
        void readFile(join(pages.site.data, 'twelve/manifest.json')).then((manifest) => response.end(manifest))
    })
    const page = await pages.newPage()
    const release = pages.site.holdEngine()
    await page.goto(pages.site.url)
    await page.locator('main[aria-busy=true] .skeleton').first().waitFor()
    await page.getByRole('button', { name: 'Stop' }).waitFor()
    expect(await violations(page)).toEqual([])
    back()
    respond()
    await page.locator('[data-engine=starting]').waitFor()
    await page.getByRole('button', { name: 'Stop' }).waitFor()
    expect(await violations(page)).toEqual([])
    release()
    await settled(page)
    await page.context().close()
  })

  it('for who is not signed in', async () => {
    const back = pages.site.answer('/signed/session.json', (response) => response.writeHead(401).end())
    const page = await pages.newPage()
    await page.goto(`${pages.site.url}signed/`)
    await page.getByRole('alert').filter({ hasText: 'You are not signed in' }).waitFor()
    expect(await violations(page)).toEqual([])
    back()
    await page.context().close()
  })

  it('where no job is shared', async () => {
    const page = await pages.open('?viewer=empty')
    expect(await violations(page)).toEqual([])
    await pages.done(page)
  })
})
