import fc from 'fast-check'
import { endpointIds } from 'hirescope/contract'
import { openFolder } from 'hirescope/engine/native'
import { createHandler } from 'hirescope/http'
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { temporaryFolder, writeBundle } from '../fixtures/bundle.ts'
import { expectPromised, odd, quoted, quotedRows, requests } from '../http/requests.ts'
import { exportedDemo, sharedApplications, type DemoBundle, type ExportedDemo } from '../truth/demo-bundles.ts'
import { launchChromium, serveFolders, type Chromium, type Intercept, type Server } from './chromium.ts'

// An engine is compiled several times in each.
vi.setConfig({ testTimeout: 240_000 })

let folder: string
let demo: ExportedDemo
let bundle: DemoBundle
let chromium: Chromium
let server: Server
let context: BrowserContext
let page: Page
let intercept: Intercept
let complaints: string[]

beforeAll(async () => {
  folder = await temporaryFolder()
  const root = join(import.meta.dirname, 'dashboard')
  await build({
    root,
    configFile: false,
    base: './',
    logLevel: 'error',
    build: {
      outDir: folder,
      target: 'es2023',
      rolldownOptions: {
        input: join(root, 'service-worker.ts'),
        output: { entryFileNames: '[name].js', codeSplitting: false },
      },
    },
  })
  for (const file of ['index.html', 'dashboard.js', 'register.js']) await cp(join(root, file), join(folder, file))
  demo = await exportedDemo(sharedApplications)
  bundle = demo.bundles.find(({ jobIds, users }) => jobIds.length > 1 && users.some(({ role }) => role === 'editor'))!
  await signIn(bundle.folder)
  chromium = await launchChromium({ asUsual: false })
})
afterAll(async () => {
  await chromium?.close()
  await rm(folder, { recursive: true })
})

/** What the login layer of a host says: whose bundle it is. */
const signIn = (data: string) =>
  writeFile(
    join(folder, 'session.json'),
    JSON.stringify({
      data: `data/${relative(join(demo.site, 'data'), data).split('/').map(encodeURIComponent).join('/')}/`,
    }),
  )

const serve = () =>
  serveFolders({ '/': folder, '/data/': join(demo.site, 'data') }, (path, response) => intercept(path, response))

beforeEach(async () => {
  intercept = () => false
  complaints = []
  server = await serve()
  context = await chromium.browser.newContext()
  page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(String(error)))
})
afterEach(async () => {
  await context.close()
  await server.close()
  expect(complaints).toEqual([])
  expect(chromium.foreign).toEqual([])
})

/** Opens the dashboard and waits until it is controlled by the worker and shows its numbers. */
const open = async () => {
  await page.goto(`${server.url}/`)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, { timeout: 120_000 })
  await shown()
}
const shown = () => page.waitForSelector('#numbers[data-state=done]', { timeout: 120_000 })
const refresh = async () => {
  await page.click('#refresh')
  await shown()
}

type Shown = Record<string, { status: number; body: unknown }>
const numbers = (): Promise<Shown> =>
  page.$$eval('#numbers dt', (names) =>
    Object.fromEntries(
      names.map((name) => [name.textContent, JSON.parse(name.nextElementSibling?.textContent ?? '') as Shown[string]]),
    ),
  )

const expected = ({ org, jobIds }: DemoBundle, job_id?: string): Shown => {
  const oracle = demo.oracle.bundle(org, jobIds)
  const answers = endpointIds.map((id) => [id, oracle.answer(id, job_id === undefined ? {} : { job_id })])
  return Object.fromEntries(answers) as Shown
}

/** Ends the worker as a browser does that has not needed it for a while. */
const endWorker = async () => {
  const session = await context.newCDPSession(page)
  const stopped = new Promise<void>((resolve) =>
    session.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      if (versions.some(({ runningStatus }) => runningStatus === 'stopped')) resolve()
    }),
  )
  await session.send('ServiceWorker.enable')
  await session.send('ServiceWorker.stopAllWorkers')
  await stopped
  await session.detach()
}

it('answers a dashboard that was written for the server, without a network and after the worker was ended', async () => {
  await open()
  const before = server.requests.length
  expect(await numbers()).toEqual(expected(bundle))
  for (const job of bundle.jobIds.slice(0, 4)) {
    await page.selectOption('#job', job)
    await shown()
    expect(await numbers()).toEqual(expected(bundle, job))
  }
  await page.selectOption('#job', '')
  await shown()
  // The browser itself looks whether there is another worker.
  expect(server.requests.slice(before).filter((path) => path !== '/service-worker.js')).toEqual([])

  await server.close()
  await endWorker()
  await refresh()
  expect(await numbers()).toEqual(expected(bundle))
  await endWorker()
  await page.reload()
  await shown()
  expect(await numbers()).toEqual(expected(bundle))

  const ask = (path: string, init?: { method?: string; headers?: Record<string, string> }) =>
    page.evaluate(
      async ([path, init]) => {
        const response = await fetch(path, init)
        return { status: response.status, etag: response.headers.get('etag'), body: await response.text() }
      },
      [path, init] as const,
    )
  const known = await ask('/api/analytics/details/')
  expect(known.status).toBe(200)
  const again = await ask('/api/analytics/details', { headers: { 'If-None-Match': known.etag! } })
  expect(again).toEqual({ ...known, status: 304, body: '' })
  for (const [status, path, method = 'GET'] of [
    [404, '/api/analytics/details/?job_id=%00'],
    [400, '/api/analytics/details/?job_id='],
    [404, '/api/analytics/nothing/'],
    [405, '/api/analytics/details/', 'POST'],
    [200, '/api/analytics/details/', 'HEAD'],
  ] as const)
    expect((await ask(path, { method })).status).toBe(status)
})

it('shows the dashboard what a server with the same endpoints does', async () => {
  const dataset = await openFolder(bundle.folder)
  const handle = createHandler(dataset)
  intercept = (path, response) => {
    if (path === '/register.js') return (response.writeHead(200).end(), true)
    if (!path.startsWith('/api/')) return false
    void handle(new Request(`http://host${path}`)).then(async (answer) =>
      response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer())),
    )
    return true
  }
  await page.goto(`${server.url}/`)
  await shown()
  expect(await numbers()).toEqual(expected(bundle))
  await dataset.close()
})

it('is of the viewer who is signed in, and of nobody when nobody is', async () => {
  await open()
  const other = demo.bundles.find(({ jobIds, org }) => jobIds.length > 0 && org !== bundle.org)!
  await signIn(other.folder)
  await endWorker()
  await refresh()
  expect(await numbers()).toEqual(expected(other))
  const keys = await page.evaluate(async () => (await (await caches.open('hirescope')).keys()).map(({ url }) => url))
  expect(
    keys.filter(
      (key) => !key.includes(encodeURIComponent(relative(join(demo.site, 'data'), other.folder).split('/')[1]!)),
    ),
  ).toEqual([`${server.url}/session.json`])

  intercept = (path, response) => path === '/session.json' && (response.writeHead(401).end(), true)
  await endWorker()
  await refresh()
  expect(new Set(Object.values(await numbers()).map(({ status }) => status))).toEqual(new Set([503]))
  // What was kept is gone: a lost network does not bring it back.
  await server.close()
  await refresh()
  expect(new Set(Object.values(await numbers()).map(({ status }) => status))).toEqual(new Set([503]))
  await signIn(bundle.folder)
})

it('gives 200 random requests no 500 and no wrong shape, and an odd id a plain 404, without a network', async () => {
  await mkdir(join(folder, 'odd'))
  await writeBundle(join(folder, 'odd'), { rows: quotedRows })
  await writeFile(join(folder, 'session.json'), JSON.stringify({ data: 'odd/' }))
  await open()
  await server.close()
  const near = ({ path }: { path: string }) => new URL(server.url + path).pathname.startsWith('/api/analytics/')
  const drawn = fc.sample(requests, 400).filter(near)
  const about = (id: string) => `/api/analytics/details/?job_id=${encodeURIComponent(id)}`
  const plain = odd.map((id) => ({ path: about(id), method: 'GET', headers: {} }))
  const asked = [...plain, { ...plain[0]!, path: about(quoted) }, ...drawn.slice(0, 200)]
  expect(asked.length).toBe(plain.length + 1 + 200)
  const told = await page.evaluate(async (asked) => {
    const told = []
    for (const { path, method, headers } of asked) {
      const response = await fetch(location.origin + path, { method, headers })
      told.push({ status: response.status, text: await response.text() })
    }
    return told
  }, asked)
  expect(told.slice(0, plain.length)).toEqual(
    odd.map(() => ({ status: 404, text: JSON.stringify({ detail: 'job_id: no such job' }) })),
  )
  expect(told[plain.length]!.status).toBe(200)
  const broken = asked.filter((request, index) => {
    try {
      expectPromised(request, told[index]!)
      return false
    } catch {
      return true
    }
  })
  expect(broken).toEqual([])
  for (const status of [200, 304, 400, 404, 405]) expect(told.map(({ status }) => status)).toContain(status)
  await signIn(bundle.folder)
})

it('keeps no file whose bytes are others than the manifest says', async () => {
  await mkdir(join(folder, 'own'))
  const manifest = await writeBundle(join(folder, 'own'))
  await writeFile(join(folder, 'session.json'), JSON.stringify({ data: 'own/' }))
  intercept = (path, response) => path.endsWith(manifest.tables.rollup_job.file) && (response.end('spoilt'), true)
  await page.goto(`${server.url}/`)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, { timeout: 120_000 })
  await shown()
  expect((await numbers()).details).toEqual({ status: 503, body: null })
  intercept = () => false
  await refresh()
  expect((await numbers()).details?.status).toBe(200)
  await signIn(bundle.folder)
})
