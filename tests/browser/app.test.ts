import { readableVersions } from 'hirescope/contract'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { card, jobBox, option, settled, startPages, tile, violations, type AppPages } from './app-page.ts'
import type { Site } from './app-site.ts'

let pages: AppPages
let site: Site

beforeAll(async () => {
  pages = await startPages()
  site = pages.site
})
afterAll(() => pages?.close())

const newPage = (options?: BrowserContextOptions) => pages.newPage(options)
const open = (path?: string, options?: BrowserContextOptions) => pages.open(path, options)

// For tests that leave the page as they found it.
let sharedPage: Promise<Page> | undefined
const shared = () => (sharedPage ??= open())

const cards = [
  'weekly-graph',
  'applicants-stage-graph',
  'score-distribution-graph',
  'applicants-stage-graph-overview',
] as const

it('shows the numbers of all nine endpoints', async () => {
  const page = await shared()
  expect(await tile(page, 'Applicants')).toMatch(/281\s+282 applications\s+latest résumé\s31\sMay,\s17:30/)
  expect(await tile(page, 'Jobs')).toMatch(/6\s+open\s+3 closed\s+3 draft or on hold\s+12 in all/)
  expect(await tile(page, 'Assessed')).toMatch(/50\.18\s+%\s+141 of 281/)
  expect(await tile(page, 'Interviewed on video')).toMatch(/25\.27\s+%\s+71 of 281/)
  expect(await tile(page, 'Days to first fill')).toMatch(/\d\s+.+, \d+\sMar/)
  expect(await tile(page, 'Top city')).toMatch(/Pune\s+281 applicants/)
  expect(await tile(page, 'Top skills')).toMatch(/SQL, Python\s+281 and 141 applicants\s+then Excel \(94\)/)
  expect(await card(page, 'weekly-graph').innerText()).toContain('in the last 12 weeks, by week, starting Monday')
  expect(await card(page, 'applicants-stage-graph').innerText()).toContain(
    '282 applications = 254 above + 28 withdrawn + 0 unknown',
  )
  expect(await card(page, 'score-distribution-graph').innerText()).toContain('282 scored résumés of 282')
  expect(await card(page, 'applicants-stage-graph-overview').innerText()).toContain('10 largest of 12 jobs')
})

it('says whose view it is, of how many jobs, as of when in the organisation’s zone, and that it is verified', async () => {
  const page = await open('?org=b', { timezoneId: 'America/St_Johns' })
  const header = await page.locator('header').innerText()
  expect(header).toMatch(
    /Viewer twelve \(editor\)\s+12 visible jobs · as of 1 Jun, 05:30 IST, [\d,]+ days ago ·\s+✓ verified/,
  )
  await page.goto(`${site.url}alone/?data=/data/org/twelve/`)
  await settled(page)
  expect(await page.locator('header').innerText()).toMatch(
    /Test · your view · 12 visible jobs · as of 1 Jun, 05:30 IST, [\d,]+ days ago ·\s+✓ verified/,
  )
  await page.context().close()
})

it('shows the numbers of the export before the engine, then computes the same', async () => {
  const release = site.holdEngine()
  const page = await newPage()
  await page.goto(site.url)
  await page.locator('main[aria-busy=false]').waitFor()
  await page.getByText('Starting the engine').waitFor()
  expect(await tile(page, 'Applicants')).toMatch(/281\s+282 applications\s+latest résumé\s31\sMay,\s17:30/)
  expect(await tile(page, 'Assessed')).toMatch(/50\.18\s+%\s+141 of 281/)
  expect(await card(page, 'applicants-stage-graph').innerText()).toContain(
    '282 applications = 254 above + 28 withdrawn',
  )
  expect(await card(page, 'score-distribution-graph').innerText()).toContain('282 scored résumés of 282')
  const question = card(page, 'applicants-stage-graph').getByRole('button', { name: 'How is this computed?' })
  await question.waitFor()
  const before = await page.locator('main').boundingBox()
  const numbers = await page.locator('.numbers').innerText()
  await question.click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.innerText()).toMatch(/Applications in scope\s+282\s+Withdrawn\s+28/)
  expect(await dialog.innerText()).toContain('Computed at the export')
  release()
  await dialog.getByText('FROM').waitFor()
  await page.keyboard.press('Escape')
  await settled(page)
  expect(await page.locator('header').innerText()).toContain('✓ verified')
  expect(await page.locator('.numbers').innerText()).toBe(numbers)
  expect(await page.locator('main').boundingBox()).toEqual(before)
  expect(await page.getByRole('alert').count()).toBe(0)
  await page.context().close()
})

it('lets a job be picked before the engine is there, and answers once it is', async () => {
  const release = site.holdEngine()
  const page = await newPage()
  await page.goto(site.url)
  await page.locator('[data-engine=starting]').waitFor()
  await jobBox(page).click()
  expect(await option(page).count()).toBe(13)
  await page.keyboard.type('cafe')
  await page.keyboard.press('Enter')
  await page.getByRole('progressbar').filter({ hasText: 'the numbers of this job follow' }).waitFor()
  await page.locator('.numbers.dimmed').waitFor()
  expect(await tile(page, 'Applicants')).toMatch(/281\s/)
  release()
  await page.locator('[data-tile="Credits per hire"]').waitFor()
  await settled(page)
  expect(await tile(page, 'Applicants')).toMatch(/37\s+37 applications/)
  expect(await page.locator('.numbers.dimmed').count()).toBe(0)
  await page.context().close()
})

it('drops the numbers of the export when another viewer is chosen before the engine is there', async () => {
  const release = site.holdEngine()
  const page = await newPage()
  await page.goto(site.url)
  await page.locator('[data-engine=starting]').waitFor()
  await page.getByLabel('Viewer').selectOption({ label: 'Viewer few (editor)' })
  await page.getByText('1 visible job', { exact: true }).waitFor()
  expect(await tile(page, 'Applicants')).toMatch(/3\s+3 applications/)
  release()
  await settled(page)
  expect(await tile(page, 'Applicants')).toMatch(/3\s+3 applications/)
  await page.context().close()
})

it('says when what it computes is not what the export says, and shows what it computes', async () => {
  const page = await open('?viewer=drifted')
  expect(await page.getByRole('alert').innerText()).toMatch(
    /came out otherwise than at the export: Top (city|location)/,
  )
  expect(await tile(page, 'Top city')).toMatch(/Pune\s+281 applicants/)
  await page.context().close()
})

it('starts the engine of a host that gives modules another type', async () => {
  const page = await open('plain/?data=/data/org/twelve/')
  expect(await tile(page, 'Applicants')).toMatch(/281\s/)
  expect(await page.getByRole('alert').count()).toBe(0)
  await page.context().close()
})

it.each([
  ['marks the results of the export as packed', '/unpacking/org/twelve/', 'Content-Encoding: gzip', /281\s/],
  ['alters the results of the export', '/data/org/altered-answers/', 'export anew', /3\s/],
])('computes the numbers by itself where the host %s, and says why', async (_, bundle, why, applicants) => {
  const page = await open(`alone/?data=${bundle}`)
  const alert = page.getByRole('alert')
  expect(await alert.innerText()).toContain('The numbers of the export could not be used')
  expect(await alert.innerText()).toContain(why)
  expect(await tile(page, 'Applicants')).toMatch(applicants)
  await page.getByRole('button', { name: 'verified' }).click()
  expect(await page.getByRole('dialog').innerText()).toContain('The numbers were computed here.')
  await page.keyboard.press('Escape')
  expect(await jobBox(page).isEnabled()).toBe(true)
  expect(await violations(page)).toEqual([])
  await page.context().close()
})

it.each([
  ['a table is altered', '?data=/data/org/altered/', undefined, /3\s+4 applications/],
  ['there is no WebAssembly', '?org=b', 'delete globalThis.WebAssembly', /281\s+282 applications/],
  ['the host gives HTML for the engine', 'html/?data=/data/org/twelve/', undefined, /281\s+282 applications/],
])('keeps the numbers of the export when %s', async (_, path, init, applicants) => {
  const page = await newPage()
  if (init) await page.addInitScript(init)
  await page.goto(site.url + path)
  const alert = page.getByRole('alert')
  await alert.waitFor()
  expect(await alert.innerText()).toContain('The numbers below were computed when the data was exported.')
  expect(await alert.innerText()).not.toContain('memory')
  expect(await tile(page, 'Applicants')).toMatch(applicants)
  await page.getByRole('button', { name: 'not verified' }).click()
  expect(await page.getByRole('dialog').innerText()).toContain('They were not computed again')
  await page.keyboard.press('Escape')
  expect(await jobBox(page).isDisabled()).toBe(true)
  expect(await violations(page)).toEqual([])
  await page.context().close()
})

it('asks every card about a job that is found without its accent, by keyboard alone', async () => {
  const page = await open()
  const before = await card(page, 'weekly-graph').innerText()
  for (let step = 0; step < 20 && !(await jobBox(page).evaluate((box) => box === document.activeElement)); step++)
    await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowDown')
  expect(await option(page).count()).toBe(13)
  await page.keyboard.type('CAFE man')
  await option(page).filter({ hasText: 'Café manager' }).waitFor()
  expect(await option(page).count()).toBe(1)
  await page.keyboard.press('Enter')
  await page.locator('[data-tile="Credits per hire"]').waitFor()
  await settled(page)
  await page.keyboard.press('Escape')
  expect(await jobBox(page).inputValue()).toBe('1 of 12 jobs')
  expect(await page.locator('[data-chip]').allInnerTexts()).toEqual([expect.stringContaining('Café manager')])
  expect(await tile(page, 'Applicants')).toMatch(/37\s+37 applications/)
  // Keys 40 to 76: hired are 46, 56, 66 and 76; 92.5 credits over four hires.
  expect(await tile(page, 'Credits per hire')).toMatch(/23\s+92\.5 credits spent\s+4 hires/)
  expect(await card(page, 'weekly-graph').innerText()).not.toBe(before)
  expect(await card(page, 'applicants-stage-graph').innerText()).toContain('37 applications = ')
  expect(await card(page, 'score-distribution-graph').innerText()).toContain('37 scored résumés of 37')
  expect(await card(page, 'applicants-stage-graph-overview').innerText()).toContain('This job alone')
  await pages.done(page)
})

it('lists a hundred of many jobs and asks to refine', async () => {
  const page = await open('?viewer=quiet')
  await jobBox(page).click()
  expect(await option(page).count()).toBe(101)
  expect(await page.getByRole('listbox').innerText()).toContain('100 of 250 jobs: refine the search to see more')
  await page.keyboard.type('job 249')
  await option(page).filter({ hasText: 'Job 249' }).click()
  await page.getByText('No applications to this job in the last 12 weeks.').waitFor()
  await pages.done(page)
})

it('has a table behind every chart', async () => {
  const page = await open()
  for (const id of cards) await card(page, id).getByRole('button', { name: 'Table' }).click()
  const rows = await Promise.all(cards.map((id) => card(page, id).locator('tbody tr').count()))
  expect(rows).toEqual([12, 8, 11, 12])
  expect(await card(page, 'applicants-stage-graph').locator('tbody tr').first().innerText()).toMatch(
    /Résumé screening\s+86\s+30%/,
  )
  await pages.done(page)
})

it('explains how each number is computed, with the SQL that ran', async () => {
  const page = await shared()
  await card(page, 'applicants-stage-graph').getByRole('button', { name: 'How is this computed?' }).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.innerText()).toMatch(/Applications in scope\s+282\s+Withdrawn\s+28/)
  expect(await dialog.innerText()).toContain('FROM rollup_job')
  expect(await dialog.innerText()).toMatch(/[\d.]+ ms · as of 1 Jun, 05:30 IST/)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Applicants: how is this computed?' }).click()
  expect(await dialog.innerText()).toContain('Most recent applicant')
  expect(await dialog.innerText()).toContain('$job = -1 (all visible jobs)')
  expect(await page.locator('h2 [role=dialog]').count()).toBe(0)
  await page.keyboard.press('Escape')
})

// Job J00, created on 1 January 2024 at 00:00 UTC, is the first to hire.
it.each([
  ['Jobs', /how many of them are open[^]+Jobs in scope\s+12\s+Open jobs\s+6\s+Closed jobs\s+3/],
  ['Assessed', /who have an assessment\.\s+Applicants in scope\s+281\s+Applicants with an assessment\s+141/],
  ['Interviewed on video', /not revoked\.\s+Applicants in scope\s+281\s+Applicants with a video[^]+71/],
  ['Days to first fill', /from the creation[^]+Job created\s+1 Jan, 05:30\s+First hired\s+\d+ Mar, 18:30/],
])('explains %s by its own words and numbers', async (label, text) => {
  const page = await shared()
  await page.getByRole('button', { name: `${label}: how is this computed?` }).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.getByRole('heading').allInnerTexts()).toEqual([label])
  expect(await dialog.innerText()).toMatch(text)
  await page.keyboard.press('Escape')
})

it('tells jobs of one title apart wherever they are named', async () => {
  const page = await open('?viewer=alike')
  const named = 'Cook (Pune · closed · id J04)'
  expect(await card(page, 'applicants-stage-graph-overview').innerText()).toContain(named)
  await jobBox(page).click()
  await page.keyboard.type('J04')
  await option(page).filter({ hasText: named }).click()
  await settled(page)
  expect(await page.locator('[data-chip]').innerText()).toContain(named)
  await page.keyboard.press('Escape')
  await card(page, 'applicants-stage-graph-overview').getByRole('button', { name: 'Table' }).click()
  expect(await card(page, 'applicants-stage-graph-overview').innerText()).toContain(named)
  await pages.done(page)
})

it('hides and shows a series from the legend', async () => {
  const page = await shared()
  const series = card(page, 'weekly-graph').getByRole('button', { name: 'Assessments' })
  await series.click()
  expect(await series.getAttribute('aria-pressed')).toBe('false')
  await card(page, 'weekly-graph').getByRole('application').focus()
  await page.keyboard.press('End')
  const spoken = await card(page, 'weekly-graph').locator('[aria-live=polite]').textContent()
  expect(spoken).toMatch(/^Week of 27 May\. Applications: .+ Video interviews: .+ This week is not over yet$/)
  expect(spoken).not.toContain('Assessments')
  await series.click()
})

it('says so to who sees no job', async () => {
  const page = await open('?viewer=empty')
  expect(await page.locator('main').innerText()).toContain('No job is shared with you yet')
  expect(await jobBox(page).count()).toBe(0)
  expect(await page.locator('[data-tile], [data-card]').count()).toBe(0)
  await pages.done(page)
})

it('says why there is nothing to show', async () => {
  const page = await open('?viewer=quiet')
  expect(await tile(page, 'Assessed')).toMatch(/No data available\s+no applicants yet/)
  expect(await tile(page, 'Jobs')).toMatch(/250\s+open\s+0 closed\s+250 in all/)
  for (const id of cards) expect(await card(page, id).innerText()).toContain('No data available')
  await pages.done(page)
})

it('says which numbers the source cannot give', async () => {
  const page = await open('?viewer=lacking')
  expect(await tile(page, 'Assessed')).toMatch(/Not available\s+the source has no assessments/)
  expect(await tile(page, 'Top skills')).toMatch(/Not available\s+the source has no skills/)
  expect(await card(page, 'score-distribution-graph').innerText()).toContain('The source has no résumés.')
  expect(await card(page, 'weekly-graph').innerText()).toContain(
    'Not available: assessments and video interviews (the source has none).',
  )
  await pages.done(page)
})

it('puts three applications into words and gives no percentages', async () => {
  const page = await open('?viewer=few')
  expect(await card(page, 'applicants-stage-graph').innerText()).toContain('3 applications: 3 in résumé screening.')
  expect(await card(page, 'weekly-graph').innerText()).toContain('3 applications, 2 assessments and 1 video interview')
  expect(await card(page, 'score-distribution-graph').innerText()).toContain('The scores are 0, 1 and 2.')
  expect(await tile(page, 'Assessed')).toMatch(/2\s+of 3 applicants/)
  expect(await page.locator('main').innerText()).not.toContain('%')
  await pages.done(page)
})

it('keeps the other cards when one cannot be computed', async () => {
  const page = await open('?viewer=impossible')
  const broken = card(page, 'score-distribution-graph')
  expect(await broken.innerText()).toContain('This could not be computed')
  await broken.getByRole('button', { name: 'Try again' }).click()
  await broken.getByText('This could not be computed').waitFor()
  expect(await tile(page, 'Applicants')).toContain('281')
  expect(await card(page, 'applicants-stage-graph').innerText()).toContain('254 above')
  await pages.done(page)
})

it('changes the viewer and the organisation of the demo', async () => {
  const page = await open()
  await page.getByLabel('Viewer').selectOption({ label: 'Viewer few (editor)' })
  await page.getByText('1 visible job', { exact: true }).waitFor()
  expect(page.url()).toBe(`${site.url}?org=a&viewer=few`)
  await page.getByLabel('Organisation').selectOption({ label: 'Borealis' })
  await page.getByText('12 visible jobs', { exact: true }).waitFor()
  expect(page.url()).toBe(`${site.url}?org=b&viewer=twelve`)
  await pages.done(page)
})

it('keeps the address of the bundle out of the address bar, and forgets it when opened afresh', async () => {
  const page = await open('alone/?data=../data/org/few/')
  expect(page.url()).toBe(`${site.url}alone/`)
  expect(await page.locator('header').innerText()).toContain('Test · your view')
  await page.reload()
  await settled(page)
  expect(await page.locator('header').innerText()).toContain('1 visible job')
  await page.goto('about:blank')
  await page.goto(`${site.url}alone/`)
  await page.getByText('No data to show yet').waitFor()
  await page.context().close()
})

it('shows a dataset of the previous contract version as it does one of this version', async () => {
  const shown: string[] = []
  for (const version of readableVersions) {
    const page = await open(`alone/?data=/data/org/version-${version}/`)
    expect(await page.locator('header').innerText()).toContain('✓ verified')
    expect(await tile(page, 'Applicants')).toMatch(/3\s+5 applications/)
    await jobBox(page).click()
    await option(page).nth(1).click()
    await settled(page)
    await page.locator('.change .skeleton').waitFor({ state: 'detached' })
    shown.push(await page.locator('main').innerText())
    await page.context().close()
  }
  expect(shown[0]).toBe(shown[1])
})

const failures: [what: string, path: string, title: string, init?: string][] = [
  ['no bundle at the address', '?viewer=gone', 'The data was not found'],
  ['an altered file', 'alone/?data=/data/org/altered/', 'The data is damaged'],
  ['neither results nor an engine', 'html/?data=/unpacking/org/twelve/', 'The engine could not be loaded'],
  ['a host that answers 500', 'alone/?data=/failing/', 'The host answered with an error'],
  ['a manifest with a field of its own', 'alone/?data=/data/org/other/', 'The data does not fit this page'],
  ['another version', 'alone/?data=/data/org/newer/', 'The data is of another version'],
  ['a host that answers HTML for everything', 'html/', 'No data to show yet'],
  ['HTML in place of a bundle', 'html/?data=nowhere/', 'The address does not lead to a dataset'],
  ['an address elsewhere', 'alone/?data=https://elsewhere.example/x/', 'The data lies on another site'],
  ['no WebAssembly', '', 'This browser cannot run WebAssembly', 'delete globalThis.WebAssembly'],
]
it.each(failures)('says what to do about %s', async (_, path, title, init) => {
  const page = await newPage()
  if (init) await page.addInitScript(init)
  await page.goto(site.url + path)
  const alert = page.getByRole('alert').filter({ hasText: title })
  await alert.waitFor()
  expect(await page.locator('.change .skeleton').count()).toBe(0)
  expect(await alert.innerText()).toContain(title)
  expect(await alert.innerText()).not.toMatch(/https?:|data\/org/)
  expect(await violations(page)).toEqual([])
  await page.context().close()
})

it('remembers the theme', async () => {
  const page = await open('', { colorScheme: 'light' })
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  expect(await ground()).toBe('rgb(247, 247, 245)')
  await page.getByRole('button', { name: 'Theme: auto' }).click()
  await page.getByRole('button', { name: 'Theme: light' }).click()
  expect(await ground()).toBe('rgb(19, 20, 24)')
  await page.reload()
  await settled(page)
  expect(await ground()).toBe('rgb(19, 20, 24)')
  await page.context().close()
})

it('has nothing for axe to find, in light and in dark', async () => {
  const page = await open()
  expect(await violations(page)).toEqual([])
  await card(page, 'weekly-graph').getByRole('button', { name: 'How is this computed?' }).click()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await jobBox(page).click()
  await page.getByRole('listbox').waitFor()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  for (const id of cards) await card(page, id).getByRole('button', { name: 'Table' }).click()
  expect(await violations(page)).toEqual([])
  await pages.done(page)
  for (const name of ['empty', 'few', 'impossible', 'lacking']) {
    const other = await open(`?viewer=${name}`)
    expect(await violations(other)).toEqual([])
    await pages.done(other)
  }
}, 180_000)

it('fits a phone of 360 pixels without scrolling sideways', async () => {
  const page = await open()
  await page.setViewportSize({ width: 360, height: 740 })
  const excess = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  await expect.poll(excess).toBe(0)
  await card(page, 'applicants-stage-graph-overview').getByRole('button', { name: 'Table' }).click()
  await expect.poll(excess).toBe(0)
  await pages.done(page)
})

it('has a receipt in one line, on a phone in two', async () => {
  const page = await open()
  for (const width of [1920, 1280, 768, 360]) {
    await page.setViewportSize({ width, height: 740 })
    const height = async () => (await page.locator('.receipt').boundingBox())?.height
    await expect.poll(height, { message: `at ${width} pixels` }).toBeLessThan(width > 600 ? 24 : 42)
  }
  await pages.done(page)
})

it('shows where a table goes on, and keeps its first column', async () => {
  const page = await open()
  await page.setViewportSize({ width: 360, height: 740 })
  const overview = card(page, 'applicants-stage-graph-overview')
  await overview.getByRole('button', { name: 'Table' }).click()
  await overview.locator('.frame.right').waitFor()
  const name = overview.locator('tbody th').first()
  const before = await name.boundingBox()
  await overview.getByRole('region').focus()
  for (let step = 0; step < 30; step++) await page.keyboard.press('ArrowRight')
  await overview.locator('.frame:not(.right)').waitFor()
  expect((await name.boundingBox())?.x).toBe(before?.x)
  await pages.done(page)
})

it('has targets of at least 24 pixels on a touch screen, underlined where they are links', async () => {
  const page = await open('', { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true })
  const small = await page.locator('button:visible, select:visible').evaluateAll((targets) =>
    targets
      .map((target) => ({ name: target.textContent, box: target.getBoundingClientRect() }))
      .filter(({ box }) => Math.min(box.width, box.height) < 24)
      .map(({ name }) => name),
  )
  expect(small).toEqual([])
  const question = card(page, 'weekly-graph').getByRole('button', { name: 'How is this computed?' })
  expect(await question.evaluate((link) => getComputedStyle(link).textDecorationLine)).toBe('underline')
  await page.context().close()
})

it('leaves nothing in the console and asks nothing of any other host', () => {
  expect(pages.complaints).toEqual([])
  expect(pages.chromium.foreign).toEqual([])
})
