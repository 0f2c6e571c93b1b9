import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/bundle.ts'
import { looks, optionsOf, violations } from './app-page.ts'
import { twelveJobs, writeWhole } from './app-site.ts'
import { builtApp } from './built.ts'
import { gridOf, run, standing, textOf } from './console/sql-page.ts'
import { launchProfile, serveFolders, type Intercept, type Server } from './chromium.ts'

describe.each(looks('on a phone, in light'))('%s', (look) => {
  // A project page of a dumb host: the app below a path of its own, the data beside it, and a session that a login layer would answer.
  let dist: string
  let folder: string
  let server: Server
  let site: string
  let session: string
  let intercept: Intercept
  let profile: string
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    dist = await builtApp()
    folder = await temporaryFolder()
    await writeWhole(join(folder, 'acme/one'), { queries: twelveJobs, manifest: { org: { id: '1', name: 'Acme' } } })
    await writeWhole(join(folder, 'bolt/two'), {
      queries: twelveJobs,
      manifest: { org: { id: '2', name: 'Bolt & Söhne' } },
    })
    server = await serveFolders({ '/repo/': dist, '/repo/data/': folder }, (path, response) => {
      if (intercept(path, response)) return true
      if (path !== '/repo/session.json') return false
      response.end(JSON.stringify({ data: session }))
      return true
    })
    site = `${server.url}/repo/`
  })
  afterAll(async () => {
    await server?.close()
    await rm(folder, { recursive: true })
  })

  const start = async () => {
    context = await launchProfile(profile, optionsOf(look))
    page = context.pages()[0] ?? (await context.newPage())
  }
  const restart = async () => {
    await context.close()
    await start()
  }

  beforeEach(async () => {
    intercept = () => false
    session = 'data/acme/one/'
    profile = await mkdtemp(join(tmpdir(), 'hirescope-profile-'))
    await start()
  })
  afterEach(async () => {
    await context.close()
    await rm(profile, { recursive: true })
  })

  const loseNetwork = () => {
    intercept = (_, response) => (response.destroy(), true)
  }
  const applicants = () => page.locator('[data-tile="Applicants"]').innerText()
  const settled = async () => {
    await page.locator('[data-engine=checked]').waitFor()
    await page.locator('main[aria-busy=false]').waitFor()
  }
  const open = async () => {
    await page.goto(site)
    await settled()
  }
  const cacheNames = () => page.evaluate(() => caches.keys())
  const until = (condition: (arg: string) => Promise<boolean> | boolean, arg = '') =>
    page.evaluate(
      async ([condition, arg]) => {
        const holds = new Function(`return ${condition}`)() as (arg: string) => Promise<boolean>
        const start = Date.now()
        while (!(await holds(arg))) {
          if (Date.now() - start > 30_000) throw new Error(`not within 30 s: ${condition}`)
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
      },
      [condition.toString(), arg] as const,
    )
  /** Waits until this browser has the app and a bundle. */
  const kept = async (bundle: string) => {
    await until(async (bundle) => {
      for (const name of await caches.keys())
        if (
          name.endsWith(bundle) &&
          (await (await caches.open(name)).match(name.replace('hirescope-bundle:', '') + 'manifest.json'))
        )
          return true
      return false
    }, bundle)
    await until(() => navigator.serviceWorker.controller !== null)
  }
  const dialog = () => page.getByRole('dialog', { name: 'Kept in this browser' })
  const openDialog = () => page.getByRole('button', { name: 'Kept in this browser' }).click()
  const rows = () => dialog().getByRole('listitem').locator('div').allInnerTexts()

  it('opens without a network after the browser was restarted, and answers about one job', async () => {
    await open()
    expect(await page.getByText('the host does not answer').count()).toBe(0)
    // The change of the applicants brings the last of the tables.
    await page.locator('.change .skeleton').waitFor({ state: 'detached' })
    await kept('acme/one/')
    const devtools = await context.newCDPSession(page)
    expect(await devtools.send('Page.getInstallabilityErrors')).toEqual({ installabilityErrors: [] })

    loseNetwork()
    await restart()
    const before = server.requests.length
    await open()
    expect(await applicants()).toMatch(/281\s+282 applications/)
    expect(await page.locator('header').innerText()).toContain('✓ verified')
    expect(await page.getByRole('status').filter({ hasText: 'Offline' }).innerText()).toContain(
      'These are the numbers as of 1 Jun, 05:30 IST, kept in this browser.',
    )
    expect(await violations(page)).toEqual([])
    await page.goto(`${site}?job=J01`)
    await settled()
    await page.locator('[data-tile="Credits per hire"]').waitFor()
    expect(await applicants()).toMatch(/37\s+37 applications/)
    expect(await page.title()).not.toContain('one')
    // What was asked for in vain: whether there is anything newer.
    expect(new Set(server.requests.slice(before).map((path) => path.replace(/^.*\//, '')))).toEqual(
      new Set(['', 'session.json', 'manifest.json', 'service-worker.js']),
    )
  })

  it('answers SQL without a network once the tables have come', async () => {
    await open()
    await kept('acme/one/')
    await page.getByRole('link', { name: 'SQL' }).click()
    await standing(page)
    await run(page, 'SELECT count(*)::INTEGER AS n FROM applications')
    // Who leaves a page gives it the time to keep what was typed last.
    await page.goto('about:blank')
    loseNetwork()
    await restart()
    await page.goto(`${site}?page=sql`)
    await standing(page)
    expect(await textOf(page)).toBe('SELECT count(*)::INTEGER AS n FROM applications')
    await run(page, 'SELECT count(*)::INTEGER AS n FROM applications')
    await expect.poll(() => gridOf(page)).toEqual([{ 'n INTEGER': '282' }])
    expect(await page.getByRole('status').filter({ hasText: 'Offline' }).count()).toBe(1)
  })

  it('shows newer numbers when the host has them, and keeps those alone', async () => {
    await open()
    await kept('acme/one/')
    const files = () =>
      page.evaluate(async () => {
        const names = (await caches.keys()).filter((name) => name.startsWith('hirescope-bundle:'))
        const each = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
        return each.flat().map(({ url }) => url.replace(/^.*\//, ''))
      })
    const older = await files()
    const fewer = { ...twelveJobs, jobs: (twelveJobs.jobs ?? '').replace('range(12)', 'range(11)') }
    const applications = (twelveJobs.applications ?? '').replaceAll('range(12)', 'range(11)')
    await writeWhole(join(folder, 'acme/one'), {
      queries: { ...fewer, applications },
      sequence: 2,
      manifest: { org: { id: '1', name: 'Acme' }, as_of: '2024-06-02T00:00:00.000000Z' },
    })
    await page.reload()
    await settled()
    expect(await page.locator('header').innerText()).toContain('as of 2 Jun')
    await until(async () => {
      const [name] = (await caches.keys()).filter((name) => name.startsWith('hirescope-bundle:'))
      const manifest = await (
        await caches.open(name ?? '')
      ).match((name ?? '').replace('hirescope-bundle:', '') + 'manifest.json')
      return (await manifest?.json())?.sequence === 2
    })
    loseNetwork()
    await restart()
    await open()
    expect(await page.getByRole('status').filter({ hasText: 'Offline' }).innerText()).toContain(
      'as of 2 Jun, 05:30 IST',
    )
    const newer = await files()
    // Files of the older manifest alone are gone.
    const manifest = await page.evaluate(async () => {
      const [name = ''] = (await caches.keys()).filter((name) => name.startsWith('hirescope-bundle:'))
      return (await (await caches.open(name)).match(`${name.replace('hirescope-bundle:', '')}manifest.json`))?.text()
    })
    expect(newer.filter((file) => file !== 'manifest.json' && !manifest?.includes(file))).toEqual([])
    expect(newer.length).toBeGreaterThan(3)
    expect(newer.filter((file) => older.includes(file)).length).toBeLessThan(older.length - 2)
  })

  it('lists what is kept, by keyboard, and removes it', async () => {
    await open()
    await kept('acme/one/')
    session = 'data/bolt/two/'
    await page.reload()
    await settled()
    await kept('bolt/two/')
    const trigger = page.getByRole('button', { name: 'Kept in this browser' })
    await trigger.focus()
    await page.keyboard.press('Enter')
    await dialog().getByRole('listitem').nth(1).waitFor()
    expect((await rows()).map((row) => row.replace(/\s+/g, ' '))).toEqual([
      expect.stringMatching(/^Bolt & Söhne 12 visible jobs · as of 1 Jun, 05:30 IST · \d+(\.\d)? KB$/),
      expect.stringMatching(/^Acme 1[12] visible jobs · as of [12] Jun, 05:30 IST · \d+(\.\d)? KB$/),
    ])
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await dialog().getByRole('listitem').nth(1).waitFor({ state: 'detached' })
    expect(await rows()).toEqual([expect.stringContaining('Bolt')])
    await page.keyboard.press('Escape')
    expect(await trigger.evaluate((button) => button === document.activeElement)).toBe(true)
    expect((await cacheNames()).filter((name) => name.includes('acme'))).toEqual([])
  })

  it('forgets a bundle that the host refuses, be it the one that is opened or another', async () => {
    await open()
    await kept('acme/one/')
    const refuse = (bundle: string, status: number) => {
      intercept = (path, response) => path.includes(bundle) && (response.writeHead(status).end(), true)
    }
    refuse('/acme/', 410)
    session = 'data/bolt/two/'
    await page.reload()
    await settled()
    await kept('bolt/two/')
    await until(async () => !(await caches.keys()).some((name) => name.includes('acme')))
    refuse('/bolt/', 403)
    await page.reload()
    await page.getByRole('alert').waitFor()
    await until(async () => !(await caches.keys()).some((name) => name.includes('bolt')))
    loseNetwork()
    await page.reload()
    await page.getByText('The connection failed').waitFor()
  })

  it.each([
    [
      'forbids storage',
      'Object.defineProperty(globalThis, "caches", { get() { throw new DOMException("no", "SecurityError") } })',
    ],
    ['is full', 'Cache.prototype.put = async () => { throw new DOMException("full", "QuotaExceededError") }'],
  ])('works where the browser %s, and says so', async (_, init) => {
    // Workers that are started from a text begin with the same.
    await page.addInitScript(`${init};
    const { Worker: Plain, Blob: PlainBlob } = globalThis
    globalThis.Blob = class extends PlainBlob {
      constructor(parts, options) { super(options?.type === 'text/javascript' ? [${JSON.stringify(`${init};`.replaceAll('Window', 'WorkerGlobalScope'))}, ...parts] : parts, options) }
    }`)
    await open()
    expect(await applicants()).toMatch(/2\d\d\s/)
    await openDialog()
    await dialog().getByText('This browser keeps no data of this page').waitFor()
    expect(await dialog().getByRole('listitem').count()).toBe(0)
  })

  it('says when there is a newer version of the app, and shows it', async () => {
    await open()
    await kept('acme/one/')
    const worker = await readFile(join(dist, 'service-worker.js'), 'utf8')
    const html = await readFile(join(dist, 'index.html'), 'utf8')
    const script = /<script type="module"[^>]*(assets\/index-[^"']*\.js)/.exec(html)?.[1] ?? ''
    const newer = (text: string) => text.replaceAll(script, 'assets/index-newer.js')
    const version = /"revision":"(\w+)","url":"index.html"/.exec(worker)?.[1] ?? ''
    expect(version).not.toBe('')
    intercept = (path, response) => {
      if (path === '/repo/') response.setHeader('content-type', 'text/html').end(newer(html))
      else if (path.endsWith('/service-worker.js'))
        response.setHeader('content-type', 'text/javascript').end(newer(worker).replace(version, 'newer'))
      else if (path.endsWith('/index-newer.js')) {
        response.setHeader('content-type', 'text/javascript')
        void readFile(join(dist, script)).then((bytes) => response.end(bytes))
      } else return false
      return true
    }
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update())
    const notice = page.getByRole('status').filter({ hasText: 'A new version of this page is there' })
    await notice.waitFor()
    expect(await violations(page)).toEqual([])
    await notice.getByRole('button', { name: 'Show' }).click()
    await page.waitForFunction(() => document.querySelector('script[src*=newer]') !== null)
    await settled()
    await until(async () => (await fetch('assets/index-newer.js')).ok && navigator.serviceWorker.controller !== null)
    await until(async () => (await navigator.serviceWorker.getRegistration())?.waiting === null)
    expect(await notice.count()).toBe(0)
    loseNetwork()
    await restart()
    await open()
    expect(await page.locator('script[src*=newer]').count()).toBe(1)
  })
})
