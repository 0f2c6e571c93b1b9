import { endpointIds } from 'hirescope/contract'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/bundle.ts'
import { looks, optionsOf, violations } from './app-page.ts'
import { twelveJobs, writeWhole } from './app-site.ts'
import { builtApp } from './built.ts'
import { launchChromium, serveFolders, type Chromium, type Server } from './chromium.ts'

describe.each(looks('on a phone, in light'))('%s', (look) => {
  let dist: string
  let folder: string
  let server: Server
  let chromium: Chromium
  let body: string
  const complaints: string[] = []

  beforeAll(async () => {
    dist = await builtApp()
    folder = await temporaryFolder()
    await writeWhole(join(folder, 'org/twelve'), { queries: twelveJobs })
    server = await serveFolders({ '/team/app/': dist, '/team/data/': folder }, (path, response) => {
      if (path === '/team/app/directory.json') {
        const viewers = [{ id: 'a', name: 'Asha', role: 'admin', data: '../data/org/twelve/' }]
        response.end(JSON.stringify({ orgs: [{ id: '1', name: 'Acme', viewers }] }))
      } else if (path === '/team/wiki.html') {
        const head = '<meta charset="utf-8"><title>Wiki</title><script type="module" src="app/embed.js"></script>'
        response.setHeader('content-type', 'text/html')
        response.end(
          `<!doctype html><html lang="en"><head>${head}</head><body><main><h1>Wiki</h1>${body}</main></body></html>`,
        )
      } else return false
      return true
    })
    chromium = await launchChromium({ asUsual: false })
  })
  afterAll(async () => {
    await chromium?.close()
    await server?.close()
    await rm(folder, { recursive: true })
  })

  const newPage = async (options: BrowserContextOptions = {}) => {
    const page = await chromium.browser.newPage({ ...optionsOf(look), ...options })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 404/.test(message.text())) complaints.push(message.text())
    })
    return page
  }
  const src = 'data/org/twelve'
  const wiki = async (html: string) => {
    body = html
    const page = await newPage()
    await page.goto(`${server.url}/team/wiki.html`)
    return page
  }
  const element = (page: Page, attributes: string) => page.locator(`hirescope-card${attributes}`)
  const asked = (part: string) => server.requests.filter((path) => path.includes(part)).length

  it('shows each of the nine metrics, of the numbers of the export, without an engine', async () => {
    server.requests.length = 0
    const page = await wiki(
      endpointIds.map((id) => `<hirescope-card metric="${id}" src="${src}"></hirescope-card>`).join(''),
    )
    const text = (id: string) => element(page, `[metric=${id}]`).locator('section').first().innerText()
    await page.locator('hirescope-card [aria-busy=true]').first().waitFor({ state: 'detached' })
    expect(await text('total-applicants')).toMatch(/Applicants\s+281\s+282 applications/)
    expect(await text('top-location')).toMatch(/Top city\s+Pune\s+281 applicants/)
    expect(await text('top-skill')).toMatch(/Top skills\s+SQL, Python/)
    expect(await text('most-recent-applicant')).toMatch(/Latest résumé\s+31\sMay,\s17:30/)
    expect(await text('details')).toMatch(/Jobs\s+6\s+open[\s\S]*Assessed\s+50\.18\s+%[\s\S]*Days to first fill/)
    expect(await text('weekly-graph')).toContain('in the last 12 weeks, by week, starting Monday')
    expect(await text('applicants-stage-graph')).toContain('282 applications = 254 above + 28 withdrawn')
    expect(await text('score-distribution-graph')).toContain('282 scored résumés of 282')
    expect(await text('applicants-stage-graph-overview')).toContain('10 largest of 12 jobs')
    expect(asked('.wasm')).toBe(0)
    // The elements have one dataset in common.
    expect(asked('/manifest.json')).toBe(1)
    expect(asked('.json.gz')).toBe(1)
    expect(await violations(page)).toEqual([])

    const weekly = element(page, '[metric=weekly-graph]')
    await weekly.getByRole('button', { name: 'Table' }).focus()
    await page.keyboard.press('Enter')
    expect(await weekly.locator('tbody tr').count()).toBe(12)
    await weekly.getByRole('button', { name: 'How is this computed?' }).click()
    const dialog = page.getByRole('dialog')
    expect(await dialog.innerText()).toContain('Computed at the export')
    expect(await dialog.evaluate((each) => getComputedStyle(each).backgroundColor)).toBe(
      look.endsWith('dark') ? 'rgb(27, 29, 34)' : 'rgb(255, 255, 255)',
    )
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    expect(new URL(page.url()).search).toBe('')
    await page.close()
  })

  it('answers about a job with one engine for all elements, and follows its attributes', async () => {
    server.requests.length = 0
    const page = await wiki(
      `<hirescope-card metric="total-applicants" src="${src}" job-id="J01"></hirescope-card>
     <hirescope-card metric="applicants-stage-graph" src="${src}/" job-id="J01"></hirescope-card>`,
    )
    const total = element(page, '[metric=total-applicants]')
    await total.getByText('37 applications').waitFor()
    await element(page, '[metric=applicants-stage-graph]').getByText('37 applications = ').waitFor()
    expect(asked('duckdb-eh')).toBe(1)
    await total.evaluate((each) => each.setAttribute('job-id', 'J02'))
    await total.getByText('34 applications').waitFor()
    await total.evaluate((each) => each.setAttribute('job-id', 'nobody'))
    await total.getByText('This job is not in the data').waitFor()
    await total.evaluate((each) => each.removeAttribute('job-id'))
    await total.getByText('282 applications').waitFor()
    expect(asked('duckdb-eh')).toBe(1)
    expect(page.workers()).toHaveLength(2)
    await page.evaluate(() => document.querySelectorAll('hirescope-card').forEach((each) => each.remove()))
    await expect.poll(() => page.workers().length).toBe(0)
    await page.close()
  })

  it('says in its place what is wrong', async () => {
    const page = await wiki(
      `<hirescope-card metric="mood" src="${src}"></hirescope-card>
     <hirescope-card metric="details"></hirescope-card>
     <hirescope-card metric="top-skill" src="data/org/gone"></hirescope-card>
     <hirescope-card metric="top-location" src="${src}"></hirescope-card>`,
    )
    await element(page, '[metric=mood]').getByText('No such metric').waitFor()
    await element(page, '[metric=details]').getByText('the attribute src').waitFor()
    const gone = element(page, '[metric=top-skill]')
    await gone.getByText('The data was not found').waitFor()
    expect(await gone.innerText()).not.toContain('org/gone')
    await element(page, '[metric=top-location]').getByText('Pune').waitFor()
    expect(await violations(page)).toEqual([])
    await writeWhole(join(folder, 'org/gone'), { queries: twelveJobs })
    await gone.getByRole('button', { name: 'Try again' }).click()
    await gone.getByText('SQL, Python').waitFor()
    await page.close()
  })

  it.each(['light', 'dark'] as const)('takes the tokens and the theme of the page around, %s', async (scheme) => {
    const page = await newPage({ colorScheme: scheme })
    await page.goto(`${server.url}/team/app/embed.html`)
    const ours = element(page, '.ours').locator('section')
    await ours.getByText('282 scored résumés of 282').waitFor()
    const colour = (locator: ReturnType<typeof element>) =>
      locator.evaluate((each) => getComputedStyle(each).backgroundColor)
    expect(await colour(ours)).toBe(scheme === 'light' ? 'rgb(253, 249, 255)' : 'rgb(34, 26, 38)')
    const plain = element(page, '[metric=weekly-graph]').locator('section')
    expect(await colour(plain)).toBe(scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(27, 29, 34)')
    expect(await page.evaluate(() => getComputedStyle(document.body).fontFamily)).toContain('Georgia')
    expect(await violations(page)).toEqual([])
    await page.setViewportSize({ width: 360, height: 740 })
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0)
    await page.close()
  })

  it('is small, and asks nothing of any other host', async () => {
    const seen = new Set<string>()
    const follow = async (file: string): Promise<number> => {
      if (seen.has(file)) return 0
      seen.add(file)
      const text = await readFile(join(dist, file), 'utf8')
      const imports = [...text.matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g)].map(([, name = '']) => name)
      const folder = file.includes('/') ? 'assets/' : ''
      const rest = await Promise.all(imports.map((name) => follow(name.startsWith('assets/') ? name : folder + name)))
      return gzipSync(text).length + rest.reduce((sum, each) => sum + each, 0)
    }
    const bytes = await follow('embed.js')
    expect(seen.size).toBeGreaterThan(3)
    expect(bytes).toBeLessThan(150_000)
    expect((await readdir(dist)).includes('embed.html')).toBe(true)
    expect(complaints).toEqual([])
    expect(chromium.foreign).toEqual([])
  })
})
