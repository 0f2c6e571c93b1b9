import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { card, looks, startPages, violations, type AppPages } from '../app-page.ts'

// The numbers of a table lead to the rows behind them. What there is says `twelveJobs` in app-site.
describe.each(looks('on a desktop, in light'))('%s', (look) => {
  let pages: AppPages
  beforeAll(async () => {
    pages = await startPages(look)
  })
  afterAll(() => pages?.close())

  /** Opens the rows behind a number of a card's table; gives the column of a name, then closes them. */
  const rowsBehind = async (page: Page, id: string, number: RegExp | string, column: string) => {
    await card(page, id).getByRole('button', { name: number }).click()
    const list = page.getByRole('dialog')
    await list.getByRole('row').nth(1).waitFor()
    const heads = await list.getByRole('columnheader').allInnerTexts()
    const at = heads.findIndex((head) => head.trim() === column)
    const rows = await list.getByRole('row').evaluateAll((rows) => rows.map((row) => (row as HTMLElement).innerText))
    const cells = rows.slice(1).map((row) => row.split('\t')[at]?.trim() ?? '')
    const said = await list.getByRole('heading').first().innerText()
    await page.keyboard.press('Escape')
    await list.waitFor({ state: 'detached' })
    return { said, cells }
  }

  it('lists the résumés of one score', async () => {
    const page = await pages.open('?table=score-distribution-graph')
    // The scores of keys 0 to 281 go round from 0 to 10.
    const { said, cells } = await rowsBehind(
      page,
      'score-distribution-graph',
      '25: show the 25 résumés with a score of 10',
      'Score',
    )
    expect(said).toBe('25 résumés with a score of 10')
    expect(cells).toEqual(Array(25).fill('10'))
    await pages.done(page)
  })

  it('lists the records of one week', async () => {
    const page = await pages.open('?table=weekly-graph')
    // One application a day and each 84 days again: of the days from 20 to 26 May, three times seven are within 282, and seven of a fourth round.
    const { said, cells } = await rowsBehind(
      page,
      'weekly-graph',
      /: show the \d+ applications in the week of 20 May$/,
      'Applied',
    )
    expect(said).toMatch(/^\d+ applications in the week of 20 May$/)
    expect(cells).toHaveLength(parseInt(said))
    expect(new Set(cells)).toEqual(new Set([20, 21, 22, 23, 24, 25, 26].map((day) => `${day} May`)))
    const assessments = await rowsBehind(page, 'weekly-graph', /assessments in the week of 20 May$/, 'Applied')
    expect(assessments.cells).toHaveLength(parseInt(assessments.said))
    await pages.done(page)
  })

  it('lists who has withdrawn, and offers nothing behind none', async () => {
    const page = await pages.open('?table=applicants-stage-graph')
    const { said, cells } = await rowsBehind(page, 'applicants-stage-graph', /withdrawn$/, 'Outcome')
    expect(said).toBe('28 applications · withdrawn')
    expect(cells).toEqual(Array(28).fill('Withdrawn'))
    expect(
      await card(page, 'applicants-stage-graph')
        .getByRole('button', { name: /unknown$/ })
        .count(),
    ).toBe(0)
    expect(await violations(page)).toEqual([])
    await pages.done(page)
  })

  it('lists one stage of one job, also among filtered jobs', async () => {
    const page = await pages.open('?job=J01&job=J03&table=applicants-stage-graph-overview')
    // Job 1 has the keys from 40 to 76, four of which end in 6.
    const { said, cells } = await rowsBehind(
      page,
      'applicants-stage-graph-overview',
      '4: show the 4 applications to Café manager · hired',
      'Job',
    )
    expect(said).toBe('4 applications to Café manager · hired')
    expect(cells).toEqual(Array(4).fill('Café manager'))
    await pages.done(page)
  })

  it('leaves nothing in the console and asks nothing of any other host', () => {
    expect(pages.complaints).toEqual([])
    expect(pages.chromium.foreign).toEqual([])
  })
})
