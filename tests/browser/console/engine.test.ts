import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { temporaryFolder, writeBundle } from '../../fixtures/bundle.ts'
import { builtEnginePage } from '../built.ts'
import { launchChromium, serveFolders, type Chromium, type Server } from '../chromium.ts'
import type {} from '../engine-page/main.ts'

// Statements of an analyst on the engine itself, without the page that shows them.
const bundle = 'data/org/unguessable/'
let folder: string
let chromium: Chromium
let server: Server
let page: Page

beforeAll(async () => {
  folder = await temporaryFolder()
  await writeBundle(join(folder, bundle))
  server = await serveFolders({ '/': await builtEnginePage(), '/data/': join(folder, 'data') })
  chromium = await launchChromium()
})
afterAll(async () => {
  await chromium?.close()
  await server?.close()
  await rm(folder, { recursive: true })
})

beforeEach(async () => {
  page = await chromium.browser.newPage()
  await page.goto(`${server.url}/`)
  await page.evaluate(async (bundle) => {
    window.analyst = await window.hirescope.openConsole(bundle, { memoryMegabytes: 512 })
  }, bundle)
})
afterEach(async () => {
  await page.close()
})

/** Runs statements one after the other: the rows of each, or the error. */
const run = (...statements: string[]) =>
  page.evaluate(async (statements) => {
    const results: unknown[] = []
    for (const sql of statements) {
      const rows: unknown[] = []
      try {
        await window.analyst.query(sql, {
          onBatch: (batch) => rows.push(...batch.toArray().map((row) => Object.values(row.toJSON()).map(String))),
        })
        results.push(rows)
      } catch (error) {
        const { code, message, position } = error as { code: string; message: string; position: number }
        results.push({ code, message, position })
      }
    }
    return results
  }, statements)

it('has all tables and readable views of the bundle, with their descriptions', async () => {
  const [applications, views, comments] = await run(
    'SELECT count(*) FROM applications',
    "SELECT count(*) > 5, bool_and(comment IS NOT NULL) FROM duckdb_views() WHERE NOT internal AND view_name[:2] = 'v_'",
    "SELECT count(*) FROM duckdb_columns() WHERE NOT internal AND comment IS NULL AND table_name[:2] <> 'v_'",
  )
  expect(applications).toEqual([['4']])
  expect(views).toEqual([['true', 'true']])
  expect(comments).toEqual([['0']])
})

it('gives the first rows before the statement has ended, and no more than are wanted', async () => {
  const found = await page.evaluate(async () => {
    const start = performance.now()
    let first = 0
    let seen = 0
    const outcome = await window.analyst.query('SELECT i, i::VARCHAR AS text FROM range(1000000000000) AS numbers(i)', {
      maxRows: 300_000,
      onBatch: (batch) => {
        first ||= performance.now() - start
        seen += batch.numRows
      },
    })
    return { first, seen, ...outcome }
  })
  expect(found).toMatchObject({ rows: 300_000, seen: 300_000, cut: true })
  expect(found.first).toBeLessThan(300)
  expect(await run('SELECT 1')).toEqual([[['1']]])
})

it.each([
  ['counts a cross join of 10^12 rows', 'SELECT count(*) FROM range(1000000) a(x), range(1000000) b(y)'],
  ['goes round for ever', 'WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t) SELECT count(*) FROM t'],
  ['sorts', 'SELECT max(x) FROM (SELECT hash(i) AS x FROM range(2000000000) r(i) ORDER BY x LIMIT 1000000)'],
])('is cancelled within 200 ms while it %s, and goes on with the next statement', async (_, sql) => {
  const { waited, code, next } = await page.evaluate(async (sql) => {
    const controller = new AbortController()
    const running = window.analyst.query(sql, { signal: controller.signal }).then(
      () => 'ended',
      (error) => error.code as string,
    )
    await new Promise((resolve) => setTimeout(resolve, 500))
    const start = performance.now()
    controller.abort()
    const code = await running
    const waited = performance.now() - start
    await window.analyst.query('SELECT 1')
    return { waited, code, next: performance.now() - start }
  }, sql)
  expect(code).toBe('cancelled')
  expect(waited).toBeLessThan(200)
  console.log(`engine free again after ${Math.round(next)} ms`)
  expect(next).toBeLessThan(1_000)
})

it('rejects within 200 ms also where the engine does not let go, and says that it is lost', async () => {
  const { waited, code, lost, next } = await page.evaluate(async (bundle) => {
    let tell: (code: string) => void
    const told = new Promise<string>((resolve) => (tell = resolve))
    const analyst = await window.hirescope.openConsole(bundle, { onLost: ({ code }) => tell(code) })
    const controller = new AbortController()
    const running = analyst
      .query('SELECT * FROM range(1000000) a(x), range(1000000) b(y) WHERE x + y = -1', controller)
      .catch((error) => error.code as string)
    await new Promise((resolve) => setTimeout(resolve, 500))
    const start = performance.now()
    controller.abort()
    const code = await running
    const waited = performance.now() - start
    const lost = await told
    const next = await analyst.query('SELECT 1').catch((error) => error.code as string)
    return { waited, code, lost, next }
  }, bundle)
  expect(waited).toBeLessThan(200)
  expect([code, lost, next]).toEqual(['cancelled', 'lost', 'lost'])
})

it('ends at its limits of time and memory with an error, and goes on', async () => {
  const timed = await page.evaluate(() =>
    window.analyst
      .query('SELECT count(*) FROM range(1000000) a(x), range(1000000) b(y)', { timeoutMilliseconds: 300 })
      .catch((error) => ({ code: error.code as string, message: error.message as string })),
  )
  expect(timed).toEqual({
    code: 'time',
    message: 'query: longer than 0.3 s, which is the limit; ask for less, or set more time',
  })
  const [exhausted, next] = await run(
    'SELECT list(x) FROM (SELECT i, repeat(i::VARCHAR, 100) AS x FROM range(20000000) r(i)) GROUP BY i % 3',
    'SELECT count(*) FROM jobs',
  )
  expect(exhausted).toMatchObject({ code: 'memory' })
  expect(next).toEqual([['2']])
})

it('says what is wrong with a statement, and where', async () => {
  const sql = 'SELECT title,\n  nothing\nFROM jobs'
  const [binder, parser, unicode, missing, named] = await run(
    sql,
    'SELECT 1 FORM jobs',
    "SELECT '🧑‍🍳é', nope FROM jobs",
    'SELECT * FROM applicants',
    'SELECT secret_extension FROM jobs',
  )
  expect(binder).toMatchObject({ code: 'sql', position: sql.indexOf('nothing') })
  expect((binder as { message: string }).message).toMatch(/^Binder Error: [^\n]*nothing/)
  expect((binder as { message: string }).message).not.toMatch(/LINE|\^/)
  expect(parser).toMatchObject({ code: 'sql', position: 'SELECT 1 FORM '.length })
  expect(unicode).toMatchObject({ position: "SELECT '🧑‍🍳é', ".length })
  expect(missing).toMatchObject({ code: 'sql', position: 'SELECT * FROM '.length })
  expect(named).toMatchObject({ code: 'sql', position: 'SELECT '.length })
})

it('keeps what the analyst makes, and takes no table of the dashboard’s engine away', async () => {
  const counted = await page.evaluate(async (bundle) => {
    const dataset = await window.hirescope.openDataset(bundle)
    await window.analyst.query('DROP TABLE credit_events')
    await window.analyst.query('CREATE TABLE own AS SELECT 42 AS answer')
    await window.analyst.query('CREATE MACRO twice(x) AS 2 * x')
    const rows: number[] = []
    await window.analyst.query('SELECT twice(answer)::INTEGER AS x FROM own', {
      onBatch: (batch) => rows.push(...batch.toArray().map((row) => row.x)),
    })
    await dataset.loadRows()
    const [answer] = await dataset.engine.batch([{ sql: 'SELECT count(*)::INTEGER AS n FROM jobs', params: [] }])
    await dataset.close()
    return { rows, answer }
  }, bundle)
  expect(counted).toEqual({ rows: [84], answer: [{ n: 2 }] })
})

it('does not hold up the dashboard’s engine', async () => {
  const { alone, beside } = await page.evaluate(async (bundle) => {
    const { metrics, runAll, openDataset } = window.hirescope
    const dataset = await openDataset(bundle)
    const measure = async () => {
      const times: number[] = []
      for (let run = 0; run < 40; run++) {
        const start = performance.now()
        await runAll(dataset, metrics)
        times.push(performance.now() - start)
      }
      return times.sort((a, b) => a - b)[20] ?? 0
    }
    await measure()
    const alone = await measure()
    const controller = new AbortController()
    const running = window.analyst
      .query('SELECT count(*) FROM range(1000000) a(x), range(1000000) b(y) WHERE x + y = -1', controller)
      .catch(() => {})
    const beside = await measure()
    controller.abort()
    await running
    return { alone, beside }
  }, bundle)
  console.log(`nine endpoints alone ${alone.toFixed(1)} ms, beside a runaway query ${beside.toFixed(1)} ms`)
  expect(beside / alone).toBeLessThan(1.5)
})

declare global {
  interface Window {
    analyst: Awaited<ReturnType<Window['hirescope']['openConsole']>>
  }
}
