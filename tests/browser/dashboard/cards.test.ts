import { readFile } from 'node:fs/promises'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { card, looks, tabTo, settled, startPages, tile, violations, type AppPages } from '../app-page.ts'
import { hostileTexts } from '../app-site.ts'

describe.each(looks('on a phone, in dark'))('%s', (look) => {
  let pages: AppPages
  beforeAll(async () => {
    pages = await startPages(look)
  })
  afterAll(() => pages?.close())

  const menu = (page: Page, id: string) => card(page, id).getByRole('button', { name: /^More/ })
  const overview = 'applicants-stage-graph-overview'

  /** Chooses from the menu of a card what gives a file; its name and its bytes. */
  const saved = async (page: Page, id: string, item: RegExp) => {
    await menu(page, id).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('dialog').getByRole('button', { name: item }).click(),
    ])
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) }
  }

  const firstColumn = (table: Locator) => table.locator('tbody th').allInnerTexts()

  it('sorts a table by its heads, keeps that in the address, and copies it as it stands', async () => {
    const page = await pages.open()
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const stages = card(page, 'applicants-stage-graph')
    await stages.getByRole('button', { name: 'Table' }).click()
    const head = stages.getByRole('columnheader', { name: 'Applications' })
    expect(await head.getAttribute('aria-sort')).toBeNull()
    await head.getByRole('button').click()
    expect(await head.getAttribute('aria-sort')).toBe('descending')
    // Ten applications of each last digit, but for 28 of 8 and 9: see the states in app-site.
    expect((await firstColumn(stages))[0]).toBe('Résumé screening')
    await head.getByRole('button').click()
    expect(await head.getAttribute('aria-sort')).toBe('ascending')
    expect((await firstColumn(stages)).slice(0, 2)).toEqual(['Unknown', 'Video interview'])
    expect(new URL(page.url()).searchParams.get('table')).toBe('applicants-stage-graph')
    expect(new URL(page.url()).searchParams.get('sort-applicants-stage-graph')).toBe('applications-up')
    await stages.getByRole('button', { name: /^Copy/ }).click()
    await stages.getByText('8 rows copied').waitFor()
    const lines = (await page.evaluate(() => navigator.clipboard.readText())).split(/\r?\n/)
    expect(lines[0]).toBe('Stage\tApplications\tShare')
    expect(lines[1]).toBe('Unknown\t0\t0')
    expect(lines).toHaveLength(9)
    await page.reload()
    await settled(page)
    expect((await firstColumn(stages))[0]).toBe('Unknown')
    await page.context().close()
  })

  it('saves what a card shows as a table and as a picture on white ground', async () => {
    const page = await pages.open('', { colorScheme: 'dark' })
    const csv = await saved(page, 'weekly-graph', /CSV/)
    expect(csv.name).toBe('test-applications-over-time-all-12-jobs-2024-06-01.csv')
    const lines = csv.bytes.toString('utf8').split('\r\n')
    expect(lines.slice(0, 3)).toEqual(['\ufeffApplications over time', 'Test', 'All 12 visible jobs'])
    expect(lines[3]).toContain('As of 1 Jun, 05:30 IST (2024-06-01T00:00:00Z, Asia/Kolkata)')
    expect(lines[7]).toBe('Week of,Applications,Assessments,Video interviews')
    expect(lines[8]).toMatch(/^2024-03-11,\d+,\d+,\d+$/)
    for (const id of ['weekly-graph', 'applicants-stage-graph', overview]) {
      const { name, bytes } = await saved(page, id, /PNG/)
      expect(name).toMatch(/^test-.+-all-12-jobs-2024-06-01\.png$/)
      const { width, corner, colours } = await page.evaluate(async (encoded) => {
        const bytes = Uint8Array.from(atob(encoded), (each) => each.charCodeAt(0))
        const bitmap = await createImageBitmap(new Blob([bytes]))
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
        const context = canvas.getContext('2d')!
        context.drawImage(bitmap, 0, 0)
        const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height)
        const colours = new Set<number>()
        for (let at = 0; at < data.length; at += 4)
          colours.add((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!)
        return { width: bitmap.width, corner: [...data.slice(0, 4)], colours: [...colours] }
      }, bytes.toString('base64'))
      expect({ name, width, corner }).toEqual({ name, width: 1920, corner: [255, 255, 255, 255] })
      // The accent of the light theme is in each of them, that of the dark one in none.
      expect([name, colours.includes(0x2f5bd3), colours.includes(0x8aa9ff)]).toEqual([name, true, false])
    }
    await pages.done(page)
  })

  it('compares the applicants with the 12 weeks before, and moves nothing when that comes', async () => {
    const page = await pages.newPage()
    await page.addInitScript(() => {
      const shifts: string[] = []
      Object.assign(window, { shifts })
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & { sources: { node: Element | null }[] })[])
          shifts.push(
            ...entry.sources.flatMap(({ node }) => (node?.closest?.('.numbers') ? node.outerHTML.slice(0, 200) : [])),
          )
      }).observe({ type: 'layout-shift', buffered: true })
    })
    await page.goto(pages.site.url)
    await settled(page)
    // The applications are of the 84 days up to 31 May; the last 12 full weeks are those from 4 March to 26 May.
    await page.locator('[data-tile="Applicants"]').filter({ hasText: 'before' }).waitFor()
    expect(await tile(page, 'Applicants')).toMatch(/281\s+282 applications\s+latest résumé[^]+\d+\s+in 12 wk, 0 before/)
    await page.getByRole('button', { name: 'Applicants: how is this computed?' }).click()
    const dialog = page.getByRole('dialog')
    expect(await dialog.innerText()).toMatch(
      /Change of applicants[^]+Applicants, 4 Mar to 26 May\s+\d+\s+Applicants, 11 Dec 2023 to 3 Mar\s+0/,
    )
    expect(await dialog.innerText()).toContain('applied_on >= CAST($applied_from AS DATE)')
    expect(await page.evaluate(() => (window as unknown as { shifts: string[] }).shifts)).toEqual([])
    await page.context().close()
  })

  it('is read point by point, and says each point politely', async () => {
    const page = await pages.open()
    const scores = card(page, 'score-distribution-graph')
    const cursor = scores.getByRole('application')
    const spoken = scores.locator('[aria-live=polite]')
    await cursor.focus()
    await page.keyboard.press('End')
    expect(await spoken.textContent()).toBe('Score 10. Résumés: 25 (9% of those scored)')
    await page.keyboard.press('ArrowLeft')
    expect(await spoken.textContent()).toContain('Score 9.')
    await page.keyboard.press('Escape')
    expect(await spoken.textContent()).toBe('')
    await pages.done(page)
  })

  it('does everything without a mouse', async () => {
    const page = await pages.open()
    const focus = (target: Locator) => tabTo(page, target)
    const stages = card(page, 'applicants-stage-graph')
    await focus(stages.getByRole('button', { name: 'How is this computed?' }))
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByRole('button', { name: 'Show 282 applications' }).waitFor()
    await focus(page.getByRole('dialog').getByRole('button', { name: 'Show 282 applications' }))
    await page.keyboard.press('Enter')
    const list = page.getByRole('dialog', { name: '282 applications' })
    await list.getByRole('row').nth(1).waitFor()
    await focus(list.getByRole('region'))
    await page.keyboard.press('End')
    await list.getByText('c0', { exact: true }).first().waitFor()
    await page.keyboard.press('Escape')
    await list.waitFor({ state: 'detached' })
    expect(
      await stages
        .getByRole('button', { name: 'How is this computed?' })
        .evaluate((each) => each === document.activeElement),
    ).toBe(true)
    await focus(stages.getByRole('button', { name: 'Table' }))
    await page.keyboard.press('Space')
    await focus(stages.getByRole('columnheader', { name: 'Share' }).getByRole('button'))
    await page.keyboard.press('Enter')
    expect(await stages.getByRole('columnheader', { name: 'Share' }).getAttribute('aria-sort')).toBe('descending')
    await focus(menu(page, 'weekly-graph'))
    await page.keyboard.press('Enter')
    await focus(page.getByRole('dialog').getByRole('button', { name: /CSV/ }))
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
    expect(download.suggestedFilename()).toMatch(/\.csv$/)
    await focus(card(page, 'weekly-graph').getByRole('button', { name: 'Assessments' }))
    await page.keyboard.press('Space')
    await expect.poll(() => new URL(page.url()).searchParams.get('weekly')).toBe('assessments')
    await pages.done(page)
  })

  it('is printed in light colours with patterns, without controls or cut cards', async () => {
    const page = await pages.open('?theme=dark', { colorScheme: 'dark' })
    await page.emulateMedia({ media: 'print' })
    const styles = await page.evaluate(() => {
      const style = (selector: string) => getComputedStyle(document.querySelector(selector)!)
      return {
        card: style('[data-card]').backgroundColor,
        whole: style('[data-card]').breakInside,
        actions: style('[data-card] .actions').display,
        filters: style('.filters').display,
        pattern: style('[data-pattern="--stage-rejected"]').backgroundImage,
      }
    })
    expect(styles).toMatchObject({ card: 'rgb(255, 255, 255)', whole: 'avoid', actions: 'none', filters: 'none' })
    expect(styles.pattern).toContain('gradient')
    expect(await page.locator('main').innerText()).toContain('All 12 visible jobs · As of 1 Jun, 05:30 IST')
    const pdf = (await page.pdf({ format: 'A4', printBackground: true })).toString('latin1')
    expect(pdf.match(/\/Type\s*\/Page\b/g)?.length).toBeLessThanOrEqual(4)
    await pages.done(page)
  })

  it('is printed with tables whole, without what only a screen can do', async () => {
    const page = await pages.open('?table=applicants-stage-graph-overview')
    const stages = card(page, 'applicants-stage-graph-overview')
    const cut = () =>
      stages.getByRole('region').evaluate(({ scrollHeight, clientHeight }) => Math.max(0, scrollHeight - clientHeight))
    await page.setViewportSize({ width: 794, height: 900 })
    await page.emulateMedia({ media: 'print' })
    expect(await cut()).toBe(0)
    expect(await stages.getByRole('row').count()).toBe(13)
    expect(await stages.getByRole('button', { name: /^Copy/ }).isVisible()).toBe(false)
    await pages.done(page)
  })

  it('shows whatever a text holds as text, and long ones whole on demand', async () => {
    const page = await pages.open('?viewer=hostile')
    const long = hostileTexts.at(-1)!
    const main = await page.locator('main').textContent()
    for (const text of hostileTexts) expect(main).toContain(text)
    expect(await page.locator('main img').count()).toBe(0)
    const excess = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(await excess()).toBe(0)
    // In one row, or on a phone in four.
    const most = look.includes('phone') ? 640 : 240
    expect((await page.locator('[aria-label="Key figures"]').boundingBox())?.height).toBeLessThan(most)
    await page.locator('[data-tile="Top city"]').getByRole('button', { name: long }).click()
    expect(await page.getByRole('dialog').innerText()).toBe(long)
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    // Tooltips, and the tiles of skills and cities, which take their texts from other tables.
    const told: string[] = []
    for (const bar of await card(page, overview).locator('button.bar').all()) {
      await bar.focus()
      const tip = page.locator('.tip')
      await tip.waitFor()
      expect(await tip.locator('img').count()).toBe(0)
      told.push(await tip.locator('.name').innerText())
      await page.keyboard.press('Escape')
      await tip.waitFor({ state: 'detached' })
    }
    for (const text of hostileTexts) expect(told.some((each) => each.startsWith(text.slice(0, 300)))).toBe(true)
    expect(await page.locator('[data-tile="Top skills"]').textContent()).toContain(hostileTexts[0])
    expect(await page.locator('[data-tile="Top city"]').textContent()).toContain(long)
    await card(page, overview).getByRole('button', { name: 'Table' }).click()
    const table = await card(page, overview).getByRole('table').textContent()
    for (const text of hostileTexts) expect(table).toContain(text)
    // An override or an isolate ends with the text that it is in.
    const directions = await card(page, overview)
      .locator('tbody bdi')
      .evaluateAll((each) => each.map((element) => getComputedStyle(element).unicodeBidi))
    expect(new Set(directions)).toEqual(new Set(['isolate']))
    const { bytes } = await saved(page, overview, /CSV/)
    expect(bytes.toString('utf8')).toContain(`"'=HYPERLINK(""https://elsewhere.example"")`)
    await page.setViewportSize({ width: 360, height: 740 })
    await expect.poll(excess).toBe(0)
    await page.context().close()
  })

  it('scrolls and sorts a table of 19,000 jobs without drawing them all', async () => {
    const page = await pages.open('?viewer=large')
    const jobs = card(page, overview)
    await jobs.getByRole('button', { name: 'Table' }).click()
    expect(await jobs.getByRole('table').getAttribute('aria-rowcount')).toBe('19001')
    await jobs.getByRole('button', { name: 'Job', exact: true }).click()
    expect((await firstColumn(jobs))[0]).toMatch(/^Job 0/)
    await jobs.getByRole('button', { name: 'Job', exact: true }).click()
    expect((await firstColumn(jobs))[0]).toMatch(/^Job 18999/)
    await jobs.getByRole('region').focus()
    await page.keyboard.press('End')
    await jobs.getByRole('rowheader', { name: 'Job 0', exact: true }).waitFor()
    expect(await jobs.locator('tbody tr').count()).toBeLessThan(80)
    expect(await violations(page)).toEqual([])
    await pages.done(page)
  })

  it('leaves nothing in the console and asks nothing of any other host', () => {
    expect(pages.complaints).toEqual([])
    expect(pages.chromium.foreign).toEqual([])
  })
})
