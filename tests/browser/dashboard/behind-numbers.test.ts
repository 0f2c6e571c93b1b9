import { readFile } from 'node:fs/promises'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { card, looks, settled, startPages, tile, violations, type AppPages } from '../app-page.ts'

describe.each(looks('on a desktop, in light'))('%s', (look) => {
  // Keys 0 to 281 are the applications, and key % 281 is the applicant: see the twelve jobs in app-site.
  const keys = Array.from({ length: 282 }, (_, key) => key)
  const ids = (...chosen: number[]) => chosen.map((key) => `c${key % 281}`).sort()
  /** Applications were made on the 84 days up to 31 May, so many days before it. */
  const daysBefore = (key: number) => key % 84

  let pages: AppPages
  let page: Page
  beforeAll(async () => {
    pages = await startPages(look)
    page = await pages.open()
  })
  afterAll(() => pages?.close())

  /** Presses what opens a list, downloads the rows and closes it; gives the ids of the applicants. */
  const listed = async (title: string, open: () => Promise<unknown>) => {
    await open()
    const list = page.getByRole('dialog', { name: title, exact: true })
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      list.getByRole('button', { name: 'Download CSV' }).click(),
    ])
    await page.keyboard.press('Escape')
    await list.waitFor({ state: 'detached' })
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n')
    const head = lines.findIndex((line) => line.startsWith('Applicant,'))
    return lines
      .slice(head + 1)
      .map((line) => line.replace(/,.*/, ''))
      .sort()
  }

  const weekly = () => card(page, 'weekly-graph')
  const stages = () => card(page, 'applicants-stage-graph')
  const scores = () => card(page, 'score-distribution-graph')
  const overview = () => card(page, 'applicants-stage-graph-overview')
  const press = (within: Locator, name: string) => within.getByRole('button', { name, exact: true }).click()
  const asTable = (within: Locator) => press(within, 'Table')

  it('lists the résumés of one score from its bar, by keyboard too', async () => {
    const ofScore = keys.filter((key) => key % 11 === 7)
    await scores().getByRole('application').focus()
    await page.keyboard.press('Home')
    for (let step = 0; step < 7; step++) await page.keyboard.press('ArrowRight')
    expect(await listed('25 résumés with a score of 7', () => page.keyboard.press('Enter'))).toEqual(ids(...ofScore))
    const { width } = (await scores().locator('canvas').boundingBox())!
    // The bar of 10 is the last one.
    const click = () =>
      scores()
        .locator('canvas')
        .click({ position: { x: width - 12, y: 60 } })
    expect(await listed('25 résumés with a score of 10', click)).toEqual(ids(...keys.filter((key) => key % 11 === 10)))
    await asTable(scores())
    const inTable = () => press(scores(), '26: show 26 résumés with a score of 0')
    expect(await listed('26 résumés with a score of 0', inTable)).toEqual(ids(...keys.filter((key) => key % 11 === 0)))
    await asTable(scores())
  })

  it('lists what came in one week from its point', async () => {
    // The week of 27 May ends with 31 May, as far as applications go: days 0 to 4.
    const lately = keys.filter((key) => daysBefore(key) < 5)
    const { width, height } = (await weekly().locator('canvas').boundingBox())!
    // A desktop has room for the name of the last week, which goes beyond its point; a phone names fewer.
    const edge = look.includes('phone') ? 8 : 30
    const click = (y: number) => () =>
      weekly()
        .locator('canvas')
        .click({ position: { x: width - edge, y } })
    expect(await listed('20 applications in the week of 27 May', click(40))).toEqual(ids(...lately))
    // Of three points the lowest one is nearest.
    expect(await listed('4 video interviews in the week of 27 May', click(height - 40))).toEqual(
      ids(...lately.filter((key) => key % 4 === 1)),
    )
    await asTable(weekly())
    const inTable = () => press(weekly(), '12: show 12 assessments in the week of 27 May')
    expect(await listed('12 assessments in the week of 27 May', inTable)).toEqual(
      ids(...lately.filter((key) => key % 2 === 0)),
    )
    const april = keys.filter((key) => daysBefore(key) >= 40 && daysBefore(key) <= 46)
    const first = () => press(weekly(), '21: show 21 applications in the week of 15 Apr')
    expect(await listed('21 applications in the week of 15 Apr', first)).toEqual(ids(...april))
    await asTable(weekly())
  })

  it('lists who has withdrawn', async () => {
    const open = () => press(stages(), '28: show the applications, withdrawn')
    expect(await listed('28 applications · withdrawn', open)).toEqual(ids(...keys.filter((key) => key % 10 === 9)))
    expect(
      await stages()
        .getByRole('button', { name: /unknown/ })
        .count(),
    ).toBe(0)
  })

  it('lists one stage of one job', async () => {
    // Job 1 has the keys 40 to 76.
    const hired = () => press(overview(), '4: show the applications to Café manager, hired')
    // A phone has this column in the table alone.
    if (!look.includes('phone'))
      expect(await listed('4 applications to Café manager · hired', hired)).toEqual(ids(46, 56, 66, 76))
    await asTable(overview())
    const assessment = () => press(overview(), '8: show 8 applications to Café manager · assessment')
    expect(await listed('8 applications to Café manager · assessment', assessment)).toEqual(
      ids(43, 44, 53, 54, 63, 64, 73, 74),
    )
    const withdrawn = () => press(overview(), '3: show 3 applications to Café manager · withdrawn')
    expect(await listed('3 applications to Café manager · withdrawn', withdrawn)).toEqual(ids(49, 59, 69))
    expect(await violations(page)).toEqual([])
    await asTable(overview())
  })

  /** Presses a list in the explanation of the applicants. */
  const behindApplicants = (name: string) => async () => {
    await page.getByRole('button', { name: 'Applicants: how is this computed?' }).click()
    await page.getByRole('dialog').getByRole('button', { name, exact: true }).click()
  }

  it('lists who applied in the 12 weeks of the change', async () => {
    await expect.poll(() => tile(page, 'Applicants')).toContain('before')
    // They ended with 26 May, before the days 0 to 4. Nobody applied in the 12 weeks before.
    const open = behindApplicants('Show 262 applicants · 4 Mar to 26 May')
    expect(await listed('262 applicants · 4 Mar to 26 May', open)).toEqual(
      ids(...keys.filter((key) => daysBefore(key) >= 5)),
    )
  })

  it('lists the same of the chosen jobs alone', async () => {
    await page.goto(`${pages.site.url}?job=J01&table=weekly-graph.score-distribution-graph`)
    await settled(page)
    const score = () => press(scores(), '4: show 4 résumés with a score of 7')
    expect(await listed('4 résumés with a score of 7', score)).toEqual(ids(40, 51, 62, 73))
    const week = () => press(weekly(), '7: show 7 applications in the week of 15 Apr')
    expect(await listed('7 applications in the week of 15 Apr', week)).toEqual(ids(40, 41, 42, 43, 44, 45, 46))
    const withdrawn = () => press(stages(), '3: show the applications, withdrawn')
    expect(await listed('3 applications · withdrawn', withdrawn)).toEqual(ids(49, 59, 69))
    await expect.poll(() => tile(page, 'Applicants')).toContain('before')
    const change = behindApplicants('Show 37 applicants · 4 Mar to 26 May')
    expect(await listed('37 applicants · 4 Mar to 26 May', change)).toEqual(ids(...keys.slice(40, 77)))
  })

  it('lists who is in no known state', async () => {
    await page.goto(`${pages.site.url}?viewer=large&job=J00000`)
    await settled(page)
    // To job 0 are the applications up to 447, three more where the jobs begin anew; each sixth has an unknown outcome.
    const unknown = [...Array(448).keys(), 61_645, 87_178, 87_179].filter((key) => key % 6 === 5)
    const open = () => press(stages(), '75: show the applications, unknown')
    expect(await listed('75 applications · unknown', open)).toEqual(unknown.map((key) => `c${key}`).sort())
  })

  it('leaves nothing in the console', () => {
    expect(pages.complaints).toEqual([])
  })
})
