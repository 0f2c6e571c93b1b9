import { readableVersions } from 'hirescope/contract'
import { cp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder, writeBundle, writeManifest } from '../fixtures/bundle.ts'
import { builtEnginePage } from './built.ts'
import { launchChromium, serveFolders, type Chromium, type Intercept, type Server } from './chromium.ts'
import type {} from './engine-page/main.ts'

const bundle = 'data/org/unguessable/'
let folder: string
let chromium: Chromium
let context: BrowserContext
let server: Server
let intercept: Intercept
let page: Page
let complaints: string[]

beforeAll(async () => {
  folder = await temporaryFolder()
  const manifest = await writeBundle(join(folder, bundle))
  for (const [version, name] of readableVersions.map((version, index) => [version, ['previous', 'current'][index]!]))
    await cp(join(import.meta.dirname, `../fixtures/bundles/version-${version}`), join(folder, `data/${name}`), {
      recursive: true,
    })
  await writeManifest(join(folder, 'data/other'), { ...manifest, contract_version: 3 })
  const folders = { '/': await builtEnginePage(), '/data/': join(folder, 'data') }
  server = await serveFolders(folders, (path, response) => {
    if (path === '/favicon.ico') return (response.writeHead(204).end(), true)
    return intercept(path, response)
  })
  chromium = await launchChromium()
  context = await chromium.browser.newContext()
  intercept = () => false
  // Pages of one context share a process, and so the engine's compiled module while one of them has it open.
  const keeper = await context.newPage()
  await keeper.goto(`${server.url}/`)
  await keeper.evaluate(async (bundle) => void (await window.hirescope.openDataset(bundle)), bundle)
})
afterAll(async () => {
  await chromium?.close()
  await server?.close()
  await rm(folder, { recursive: true })
})

const openPage = async (): Promise<Page> => {
  const page = await context.newPage()
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  return page
}

beforeEach(async () => {
  intercept = () => false
  complaints = []
  page = await openPage()
  await page.goto(`${server.url}/`)
})
afterEach(async () => {
  await page.close()
  expect(chromium.foreign).toEqual([])
})

/** Opens a bundle that cannot be opened. */
const failure = (address: string) =>
  page.evaluate(
    (address) =>
      window.hirescope.openDataset(address).then(
        () => ({ code: 'none', message: 'it opened' }),
        (error) => ({ code: error.code as string, message: error.message as string }),
      ),
    address,
  )

it('opens a bundle and answers the nine endpoints under a strict CSP, without a complaint', async () => {
  const found = await page.evaluate(async (bundle) => {
    const { openDataset, metrics, runAll } = window.hirescope
    const dataset = await openDataset(bundle)
    const answers = await runAll(dataset, metrics)
    await dataset.loadRows()
    const times: number[] = []
    const rows = await dataset.engine.batch(
      [
        { sql: 'SELECT title FROM jobs WHERE status = $1', params: ['open'] },
        { sql: 'SELECT name FROM cities WHERE city_key = $1', params: [1] },
      ],
      { timing: (statement, milliseconds) => (times[statement] = milliseconds) },
    )
    await dataset.close()
    return {
      jobs: [...dataset.jobs.keys()],
      org: dataset.manifest.org.id,
      statuses: Object.values(answers).map(({ status }) => status),
      applicants: answers['total-applicants'].body,
      rows,
      times,
    }
  }, bundle)
  expect(found).toMatchObject({
    jobs: ['10', '11'],
    org: 'org',
    statuses: Array(9).fill(200),
    applicants: { total_applicants: 3 },
    rows: [[{ title: 'Cook' }], [{ name: 'पुणे' }]],
  })
  expect(found.times).toHaveLength(2)
  expect(complaints).toEqual([])
})

it('reports progress by bytes and the time of each stage', async () => {
  const { progress, stages, rows } = await page.evaluate(async (bundle) => {
    const progress: [string, number, number][] = []
    const stages: Record<string, number> = {}
    const dataset = await window.hirescope.openDataset(bundle, {
      onProgress: ({ phase, loadedBytes, totalBytes }) => progress.push([phase, loadedBytes, totalBytes]),
      timing: (stage, milliseconds) => (stages[stage] = milliseconds),
    })
    const rows: number[] = []
    const { metrics, runAll } = window.hirescope
    const onProgress = ({ loadedBytes, totalBytes }: Record<'loadedBytes' | 'totalBytes', number>) =>
      rows.push(loadedBytes / totalBytes)
    await runAll(dataset, metrics, { min_score: 1 }, { onProgress })
    await runAll(dataset, metrics, { min_score: 2 }, { onProgress })
    await dataset.close()
    return { progress, stages, rows }
  }, bundle)
  expect([rows[0], rows.at(-1), rows.filter((part) => part === 1)]).toEqual([0, 1, [1]])
  const total = progress.at(-1)?.[2]
  expect(total).toBeGreaterThan(1000)
  expect(progress[0]).toEqual(['manifest', 0, 0])
  expect(progress[1]).toEqual(['fetch', 0, total])
  expect(progress.at(-1)).toEqual(['ready', total, total])
  expect(progress.map(([, loaded]) => loaded)).toEqual(progress.map(([, loaded]) => loaded).sort((a, b) => a - b))
  expect(Object.keys(stages).sort()).toEqual(['decode', 'fetch', 'insert', 'instantiate', 'verify'])
})

it('carries the error of a statement with its code and cause, and answers on', async () => {
  const found = await page.evaluate(async (bundle) => {
    const { engine, close } = await window.hirescope.openDataset(bundle)
    const good = { sql: 'SELECT 1 AS x', params: [] }
    const error = await engine.batch([good, { sql: 'SELECT sum(job_key) AS s FROM jobs', params: [] }]).catch((e) => e)
    const rows = await engine.batch([good])
    await close()
    return { error: [error.name, error.code, error.message, error.cause.message], rows }
  }, bundle)
  const message = 'column s: type HUGEINT; cast it in the SQL to VARCHAR, INTEGER, DOUBLE or BOOLEAN'
  expect(found.error).toEqual(['DatasetError', 'engine', `statement 2 of 2: ${message}`, message])
  expect(found.rows).toEqual([[{ x: 1 }]])
})

it('keeps many concurrent batches apart, of more statements than it keeps prepared', async () => {
  const found = await page.evaluate(async (bundle) => {
    const { engine, close } = await window.hirescope.openDataset(bundle)
    const ask = (i: number) =>
      engine.batch([
        { sql: `SELECT ${i} AS i`, params: [] },
        { sql: 'SELECT $1 AS p', params: [i] },
      ])
    const all = await Promise.all(Array.from({ length: 300 }, (_, i) => ask(i)))
    await close()
    return all
  }, bundle)
  expect(found).toEqual(Array.from({ length: 300 }, (_, i) => [[{ i }], [{ p: i }]]))
})

it('stops a batch on abort and answers the next', async () => {
  const found = await page.evaluate(async (bundle) => {
    const { engine, close } = await window.hirescope.openDataset(bundle)
    const slow = { sql: 'SELECT CAST(count(DISTINCT i % 1000) AS INTEGER) AS n FROM range(1000000) r(i)', params: [] }
    const controller = new AbortController()
    const reason = new Error('enough')
    const start = performance.now()
    await engine.batch([slow])
    const one = performance.now() - start
    const stopped = engine
      .batch(Array(1000).fill(slow), { signal: controller.signal })
      .catch((error) => error === reason)
    const before = await engine.batch([slow], { signal: AbortSignal.abort(reason) }).catch((error) => error === reason)
    controller.abort(reason)
    const rows = await engine.batch([{ sql: 'SELECT 1 AS x', params: [] }])
    const statements = (performance.now() - start) / one
    await close()
    return { stopped: await stopped, before, rows, statements }
  }, bundle)
  expect(found).toMatchObject({ stopped: true, before: true, rows: [[{ x: 1 }]] })
  expect(found.statements).toBeLessThan(100)
})

it('stops opening on abort, at once', async () => {
  let asked = () => {}
  const hanging = new Promise<void>((resolve) => (asked = resolve))
  intercept = (path) => path.endsWith('.parquet') && (asked(), true)
  const opening = page.evaluate(async (bundle) => {
    const controller = new AbortController()
    Object.assign(window, { controller })
    return window.hirescope.openDataset(bundle, { signal: controller.signal }).catch((error) => error.message)
  }, bundle)
  await hanging
  await page.evaluate(() =>
    (window as unknown as { controller: AbortController }).controller.abort(new Error('enough')),
  )
  expect(await opening).toBe('enough')
  await expect.poll(() => page.workers().length, { timeout: 20_000 }).toBe(0)
})

it('opens two datasets at once, of which one outlives the other', async () => {
  const found = await page.evaluate(async (bundle) => {
    const { openDataset } = window.hirescope
    const [one, other] = await Promise.all([openDataset(bundle), openDataset(bundle)])
    const statement = { sql: 'SELECT 1 AS x', params: [] }
    const underWay = one.engine.batch([statement]).catch((error) => error.message)
    await one.close()
    const later = await one.engine.batch([statement]).catch((error) => error.message)
    const rows = await other.engine.batch([statement])
    await other.close()
    return { underWay: await underWay, later, rows }
  }, bundle)
  const closed = 'engine: closed; open the dataset again'
  expect(found).toEqual({ underWay: closed, later: closed, rows: [[{ x: 1 }]] })
  await expect.poll(() => page.workers().length, { timeout: 20_000 }).toBe(0)
})

it('gives the memory of datasets back on close, time after time', async () => {
  const session = await chromium.browser.newBrowserCDPSession()
  const used = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    const pids = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
    const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')))
    return texts.reduce((sum, text) => sum + Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / 1024, 0)
  }
  // What the tests before have closed goes first.
  const settled = async (): Promise<number> => {
    const now = await used()
    await page.waitForTimeout(1_000)
    return now - (await used()) > 5 ? settled() : now
  }
  const before = await settled()
  await page.evaluate(async (bundle) => {
    const open = () => window.hirescope.openDataset(bundle, { tables: 'all' })
    const datasets = await Promise.all([open(), open(), open()])
    Object.assign(window, { close: () => Promise.all(datasets.map(({ close }) => close())) })
  }, bundle)
  const open = await used()
  expect(open - before).toBeGreaterThan(150)
  await page.evaluate(() => (window as unknown as { close(): Promise<unknown> }).close())
  const returned = () =>
    expect.poll(async () => (await used()) - before, { timeout: 60_000 }).toBeLessThan((open - before) / 2)
  await returned()
  // Two that were not given back would be seen.
  await page.evaluate(async (bundle) => {
    for (let time = 0; time < 2; time++) await (await window.hirescope.openDataset(bundle, { tables: 'all' })).close()
  }, bundle)
  await returned()
})

it('says that there is no bundle', async () => {
  expect(await failure('data/nowhere/')).toEqual({
    code: 'not-found',
    message: 'manifest: not found (404); check the address of the dataset',
  })
})

it('recognises a host that answers a web page for everything', async () => {
  intercept = (path, response) => {
    if (!path.startsWith('/data/')) return false
    response.setHeader('content-type', 'text/html').end('<!doctype html>')
    return true
  }
  expect(await failure(bundle)).toEqual({
    code: 'not-a-bundle',
    message: 'manifest: a web page; check the address of the dataset',
  })
})

it('reads a bundle of the previous contract version', async () => {
  const found = await page.evaluate(async () => {
    const { openDataset, metrics, runAll } = window.hirescope
    const dataset = await openDataset('data/previous/', { tables: 'all' })
    const all = await runAll(dataset, metrics)
    const some = await runAll(dataset, metrics, { job_ids: ['j', 'j2'], min_score: 4 })
    await dataset.close()
    return [all, some].map((answers) => answers['total-applicants'].body?.total_applicants)
  })
  expect(found).toEqual([3, 2])
})

it("opens in a notebook by the README's lines, without hirescope", async () => {
  const [, lines = ''] = /^In Observable.+?^```js\n(.+?)^```/ms.exec(await readFile('README.md', 'utf8')) ?? []
  expect(lines).toContain(`'https://reports.example/data/1/<scope>/'`)
  const code = lines.replace('https://reports.example/data/1/<scope>/', `${server.url}/data/current/`)
  await page.goto(`${server.url}/observable.html`)
  const comments = `SELECT comment FROM duckdb_columns() WHERE table_name = 'applications' AND column_name = 'candidate_key'`
  const [rows, comment] = await page.evaluate<[{ n: string }[], unknown]>(`(async () => {
    ${code}
    const plain = (table) => table.toArray().map((row) => ({ ...row.toJSON(), n: String(row.n) }))
    return [plain(rows), plain(await db.query(${JSON.stringify(comments)}))]
  })()`)
  expect(rows.reduce((sum, { n }) => sum + Number(n), 0)).toBe(5)
  expect(rows[0]).toEqual({ stage: 'applied', outcome: 'active', n: expect.any(String) as string })
  expect(comment).toMatchObject([{ comment: 'The candidate who applied.' }])
})

it('recognises another contract version', async () => {
  expect(await failure('data/other/')).toEqual({
    code: 'version',
    message: 'manifest: contract version 3, this app reads 1 and 2; reload the page, or install a newer hirescope',
  })
})

it('recognises altered and truncated files, and names no address', async () => {
  for (const [bytes, wrong] of [
    [Buffer.alloc(10), /: 10 bytes, the manifest says \d+; /],
    [Buffer.alloc(100_000), /: more than the \d+ bytes that the manifest says; /],
  ] as const) {
    intercept = (path, response) => path.endsWith('.parquet') && (response.end(bytes), true)
    const { code, message } = await failure(bundle)
    expect(code).toBe('altered')
    expect(message).toMatch(wrong)
    expect(message).not.toContain('unguessable')
  }
})

it('says that WebAssembly is unavailable', async () => {
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebAssembly'))
  await page.reload()
  expect((await failure(bundle)).code).toBe('no-webassembly')
})

it('says that WebAssembly is unavailable where the CSP forbids it', async () => {
  intercept = (path, response) => {
    if (path === '/') response.setHeader('content-security-policy', "script-src 'self' blob:")
    return false
  }
  await page.reload()
  expect((await failure(bundle)).code).toBe('no-webassembly')
})

it.each([
  ['the dataset worker', /dataset-worker.*\.js$/, 'dataset worker: stopped; reload the page'],
  ["DuckDB's worker", /eh\.worker.*\.js$/, /^engine: stopped \(.+\); reload the page$/],
  ["DuckDB's module", /duckdb-eh.*\.wasm/, /^engine file duckdb-eh.*\.wasm: the host answers 404; check /],
  ["parquet-wasm's module", /parquet_wasm.*\.wasm/, /^engine file parquet_wasm.*\.wasm: the host answers 404; check /],
])('says at once that %s is missing from the host', async (_, missing, message) => {
  intercept = (path, response) => missing.test(path) && (response.writeHead(404).end(), true)
  const found = await failure(bundle)
  expect(found.code).toBe('engine')
  expect(found.message).toMatch(message)
})

it('rejects all that waits when a worker dies, and all that comes', async () => {
  for (const index of [0, 1]) {
    await page.reload()
    await page.evaluate(async (bundle) => {
      const { engine } = await window.hirescope.openDataset(bundle)
      const slow = { sql: 'SELECT CAST(count(DISTINCT i % 1000) AS INTEGER) AS n FROM range(1000000) r(i)', params: [] }
      const waiting = [1, 2].map(() => engine.batch(Array(1000).fill(slow)).catch((error) => error.message))
      Object.assign(window, { waiting, engine })
    }, bundle)
    const workers = page.workers()
    expect(workers).toHaveLength(2)
    await workers[index]?.evaluate(
      () =>
        void setTimeout(() => {
          throw new Error('out of luck')
        }),
    )
    const messages = await page.evaluate(async () => {
      const { waiting, engine } = window as unknown as {
        waiting: Promise<string>[]
        engine: { batch(s: []): Promise<unknown> }
      }
      return [...(await Promise.all(waiting)), await engine.batch([]).catch((error) => error.message)]
    })
    expect(new Set(messages).size).toBe(1)
    expect(messages[0]).toMatch(/^(dataset worker|engine): stopped \(.*out of luck\); reload the page$/)
  }
})

it('lets SQL reach no listener', async () => {
  const heard: string[] = []
  const listener = createServer((request, response) => {
    heard.push(request.url ?? '')
    response.setHeader('access-control-allow-origin', '*').end('a,b\n1,2\n')
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void listener.close())
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/leak.csv`
  const failures = await page.evaluate(
    async ({ bundle, url }) => {
      const { engine, close } = await window.hirescope.openDataset(bundle)
      const fails = (sql: string) =>
        engine.batch([{ sql, params: [] }]).then(
          () => 'it ran',
          (error) => error.code,
        )
      const codes = []
      for (const sql of [
        `FROM read_csv('${url}')`,
        `COPY jobs TO '${url}'`,
        `ATTACH '${url}'`,
        `LOAD httpfs`,
        `SET enable_external_access = true`,
        `SET custom_extension_repository = '${url}'`,
      ]) {
        codes.push(await fails(sql))
      }
      await close()
      return codes
    },
    { bundle, url },
  )
  expect(failures).toEqual(Array(6).fill('engine'))
  const workers = page.evaluate(async (bundle) => void (await window.hirescope.openDataset(bundle)), bundle)
  await workers
  for (const worker of page.workers()) {
    const blocked = await worker.evaluate(
      (url) =>
        fetch(url).then(
          () => 'it answered',
          () => 'blocked',
        ),
      url,
    )
    expect(blocked).toBe('blocked')
  }
  expect(heard).toEqual([])
})
