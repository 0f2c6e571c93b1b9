import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  chips,
  comeBack,
  crash,
  jobBox,
  looks,
  option,
  settled,
  startPages,
  violations,
  type AppPages,
} from '../app-page.ts'

describe.each(looks('on a phone, in dark'))('%s', (look) => {
  let pages: AppPages
  beforeAll(async () => {
    pages = await startPages(look)
  })
  afterAll(() => pages?.close())

  const pick = async (page: Page, title: string) => {
    await jobBox(page).click()
    await option(page).filter({ hasText: title }).click()
    await page.keyboard.press('Escape')
  }
  const shows = (page: Page, applicants: number) =>
    page
      .locator('[data-tile="Applicants"]')
      .filter({ hasText: new RegExp(`Applicants\\s*${applicants}\\s`) })
      .waitFor()
  const alert = (page: Page, title: string) => page.getByRole('alert').filter({ hasText: title })

  it('starts a crashed engine anew, once, then says so and goes on with the numbers of the export', async () => {
    const page = await pages.open()
    await crash(page)
    await pick(page, 'Café manager')
    await shows(page, 37)
    await settled(page)
    expect(await page.getByRole('alert').count()).toBe(0)
    await crash(page)
    await pick(page, 'Data analyst')
    await alert(page, 'The query engine failed twice').waitFor()
    await shows(page, 281)
    expect(await chips(page)).toEqual([])
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Try again' }).click()
    await shows(page, 68)
    expect(await chips(page)).toEqual(['Café manager', 'Data analyst'])
    await page.context().close()
  })

  it('says what is being loaded and how far, and stops when told to', async () => {
    const manifest = (await (await fetch(`${pages.site.url}data/org/twelve/manifest.json`)).json()) as {
      tables: { jobs: { file: string } }
    }
    let back = pages.site.answer(`/data/org/twelve/${manifest.tables.jobs.file}`, () => {})
    const page = await pages.newPage()
    await page.goto(pages.site.url)
    const progress = page.getByRole('progressbar')
    await progress.filter({ hasText: /Loading the engine \([\d.]+ of [\d.]+ [KM]B\)/ }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Stop' }).click()
    await alert(page, 'The engine was not loaded').waitFor()
    await shows(page, 281)
    back()
    await page.getByRole('button', { name: 'Try again' }).click()
    await settled(page)

    back = pages.site.answer('/data/org/few/manifest.json', () => {})
    await page.getByLabel('Viewer').selectOption({ label: 'Viewer few (editor)' })
    await page.getByText('Loading the numbers').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await alert(page, 'Loading was stopped').waitFor()
    back()
    await page.getByRole('button', { name: 'Try again' }).click()
    await settled(page)
    await shows(page, 3)
    await page.context().close()
  })

  it('shows nothing any more of a bundle that is withdrawn while it is open', async () => {
    const page = await pages.open()
    const back = pages.site.answer('/data/org/twelve/manifest.json', (response) => response.writeHead(403).end())
    await comeBack(page)
    await alert(page, 'The data is no longer there for you').waitFor()
    expect(await page.locator('[data-tile], [data-card]').count()).toBe(0)
    expect(await violations(page)).toEqual([])
    back()
    await page.getByRole('button', { name: 'Try again' }).click()
    await settled(page)
    await page.context().close()
  })

  it('takes nothing away when the host cannot be reached', async () => {
    const page = await pages.open()
    const back = pages.site.answer('/data/org/twelve/manifest.json', (response) => response.writeHead(500).end())
    await comeBack(page)
    await page.context().setOffline(true)
    await comeBack(page)
    await pick(page, 'Café manager')
    await shows(page, 37)
    expect(await page.getByRole('alert').count()).toBe(0)
    back()
    await page.context().close()
  })

  it('opens the bundle of the session, shows its address nowhere, and follows when another one signs in', async () => {
    let session: string | null = '/data/org/twelve/'
    const back = pages.site.answer('/signed/session.json', (response) =>
      session === null ? response.writeHead(401).end() : response.end(JSON.stringify({ data: session })),
    )
    const page = await pages.open('signed/')
    await pick(page, 'Café manager')
    await shows(page, 37)
    const told = await page.evaluate(() => [
      location.href,
      document.title,
      document.referrer,
      JSON.stringify(history.state),
    ])
    expect(told.join()).not.toMatch(/data|org/)
    expect(page.url()).toBe(`${pages.site.url}signed/?job=J01`)
    const requested = page.waitForRequest(/manifest\.json/)
    await comeBack(page)
    expect((await requested).headers().referer || 'none').toBe('none')
    session = '/data/org/few/'
    const applicants = page.locator('[data-tile="Applicants"]')
    await expect.poll(async () => (await comeBack(page), applicants.innerText()), { timeout: 20_000 }).toMatch(/\s3\s/)
    await page.getByText('A job of this link is not among those that you may see').waitFor()
    await settled(page)
    session = null
    await comeBack(page)
    await alert(page, 'You are not signed in').waitFor()
    expect(await page.locator('[data-tile]').count()).toBe(0)
    back()
    await page.context().close()
  })

  it('works where nothing can be stored', async () => {
    const page = await pages.newPage()
    await page.addInitScript(() => {
      const refuse = () => {
        throw new DOMException('full', 'QuotaExceededError')
      }
      Object.assign(Storage.prototype, { getItem: refuse, setItem: refuse, removeItem: refuse })
      Object.defineProperty(window, 'sessionStorage', { get: refuse })
      Object.defineProperty(window, 'caches', { value: undefined })
    })
    await page.goto(`${pages.site.url}alone/?data=/data/org/twelve/`)
    await settled(page)
    await page.getByRole('button', { name: 'Theme: auto' }).click()
    await page.getByRole('button', { name: 'Theme: light' }).waitFor()
    await shows(page, 281)
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.context().close()
  })
})
