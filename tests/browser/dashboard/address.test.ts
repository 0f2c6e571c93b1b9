import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { card, chips, jobBox, looks, option, settled, startPages, type AppPages } from '../app-page.ts'

describe.each(looks('on a desktop, in light'))('%s', (look) => {
  let pages: AppPages
  beforeAll(async () => {
    pages = await startPages(look)
  })
  afterAll(() => pages?.close())

  const light = 'rgb(247, 247, 245)'
  const dark = 'rgb(19, 20, 24)'
  const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  const queryOf = (page: Page) => [...new URL(page.url()).searchParams].map((each) => each.join('=')).sort()
  const pressed = (page: Page, id: string) =>
    card(page, id)
      .locator('[aria-pressed]')
      .evaluateAll((each) =>
        each.map((button) => `${button.textContent.trim()}: ${String(button.getAttribute('aria-pressed'))}`),
      )

  it('opens the same view from a copied link: jobs, statuses, hidden series, tables, order and theme', async () => {
    const page = await pages.open('', { colorScheme: 'light' })
    await jobBox(page).click()
    for (const title of ['Café manager', 'Data analyst', 'Job 5']) await option(page).filter({ hasText: title }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: '+ Filter' }).click()
    for (const status of ['Open', 'Draft'])
      await page.getByRole('dialog', { name: 'Filter' }).getByLabel(status).check()
    await page.keyboard.press('Escape')
    for (const series of ['Assessments', 'Video interviews'])
      await card(page, 'weekly-graph').getByRole('button', { name: series }).click()
    await card(page, 'applicants-stage-graph-overview').getByRole('button', { name: 'Rejected', exact: true }).click()
    const stages = card(page, 'applicants-stage-graph')
    await stages.getByRole('button', { name: 'Table' }).click()
    await stages.getByRole('columnheader', { name: 'Applications' }).getByRole('button').click()
    for (const theme of ['auto', 'light']) await page.getByRole('button', { name: `Theme: ${theme}` }).click()
    await settled(page)
    const view = async (page: Page) => ({
      chips: await chips(page),
      numbers: await page.locator('.numbers').innerText(),
      weekly: await pressed(page, 'weekly-graph'),
      stages: await pressed(page, 'applicants-stage-graph-overview'),
      ground: await ground(page),
    })
    // The change of the applicants comes last.
    await page.locator('.change:not(:has(.skeleton))').waitFor()
    const before = await view(page)
    expect(before.chips).toEqual(['Café manager', 'Data analyst', 'Job 5', 'Open jobs', 'Draft jobs'])
    expect(before.weekly).toContain('Assessments: false')
    expect(before.ground).toBe(dark)

    const other = await pages.newPage({ colorScheme: 'light' })
    await other.goto(page.url())
    await settled(other)
    await other.locator('.change:not(:has(.skeleton))').waitFor()
    expect(await view(other)).toEqual(before)
    expect(queryOf(other)).toEqual(queryOf(page))
    await page.context().close()
    await other.context().close()
  })

  it('reads the theme from a link, without one from what this browser remembers', async () => {
    const page = await pages.newPage({ colorScheme: 'dark' })
    const opened = async (query: string) => {
      await page.goto(pages.site.url + query)
      await page.locator('[data-tile=Applicants] .value').waitFor()
      return [await ground(page), new URL(page.url()).searchParams.get('theme')]
    }
    expect(await opened('')).toEqual([dark, null])
    expect(await opened('?theme=light')).toEqual([light, 'light'])
    // A link is no choice of this browser's.
    expect(await opened('')).toEqual([dark, null])
    for (const theme of ['auto', 'light', 'dark', 'auto'])
      await page.getByRole('button', { name: `Theme: ${theme}` }).click()
    expect([await ground(page), new URL(page.url()).searchParams.get('theme')]).toEqual([light, 'light'])
    expect(await opened('')).toEqual([light, 'light'])
    expect(await opened('?theme=dark')).toEqual([dark, 'dark'])
    // Whoever copies a link that leaves it to the system leaves it to the system, here, too.
    expect(await opened('?theme=auto')).toEqual([dark, 'auto'])
    await page.reload()
    await page.locator('[data-tile=Applicants] .value').waitFor()
    expect(await ground(page)).toBe(dark)
    await page.context().close()
  })

  it('tells no file of the data where it is asked from, and nobody where the data is', async () => {
    const manifest = await readFile(join(pages.site.data, 'twelve/manifest.json'), 'utf8')
    const files = ['manifest.json', ...manifest.matchAll(/[0-9a-f]{64}\.(parquet|json\.gz)/g)].map(String)
    const referrers = new Map<string, string | undefined>()
    const backs = files.map((match) => {
      const file = match.replace(/,.*/, '')
      return pages.site.answer(`/data/org/twelve/${file}`, (response) => {
        referrers.set(file, response.req.headers.referer)
        void readFile(join(pages.site.data, 'twelve', file)).then((bytes) => response.end(bytes))
      })
    })
    const page = await pages.open('alone/?data=/data/org/twelve/&theme=dark')
    await page.getByRole('button', { name: 'Applicants: how is this computed?' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Show 281 applicants', exact: true }).click()
    await page.getByRole('dialog', { name: '281 applicants', exact: true }).getByText('281 rows').waitFor()
    await page.keyboard.press('Escape')
    await jobBox(page).click()
    await option(page).filter({ hasText: 'Café manager' }).click()
    await page.keyboard.press('Escape')
    await settled(page)
    // The manifest, the answers, the first tables and those of single rows.
    expect(referrers.size).toBeGreaterThan(6)
    expect([...new Set(referrers.values())]).toEqual([undefined])
    const told = () =>
      page.evaluate(() => [location.href, document.title, document.referrer, String(JSON.stringify(history.state))])
    expect((await told()).join(' ')).not.toMatch(/data|org\/|twelve/)
    await page.goBack()
    await settled(page)
    expect((await told()).join(' ')).not.toMatch(/data|org\/|twelve/)
    expect(await page.locator('body').innerText()).not.toMatch(/data\/org|\/twelve/)
    for (const back of backs) back()
    await page.context().close()
  })

  it('leaves nothing in the console', () => {
    expect(pages.complaints).toEqual([])
  })
})
