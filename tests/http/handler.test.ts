import fc from 'fast-check'
import { bundleTableNames, endpointBodies, endpointIds } from 'hirescope/contract'
import { loadDataset, type TableStore } from 'hirescope/engine'
import { folderSource } from 'hirescope/engine/native'
import { createHandler, failure } from 'hirescope/http'
import { metrics, plan, type Dataset, type Statement } from 'hirescope/metrics'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stores } from '../engine/stores.ts'
import { temporaryFolder, writeBundle } from '../fixtures/bundle.ts'
import { expectPromised, odd, quoted, quotedRows, requests } from './requests.ts'

let folder: string
beforeAll(async () => {
  folder = await temporaryFolder()
  await writeBundle(folder, { rows: quotedRows })
})
afterAll(() => rm(folder, { recursive: true }))

describe.each(stores)('the handler over the %s engine', (_, createStore) => {
  let store: TableStore
  let dataset: Dataset
  let handle: (request: Request) => Promise<Response>
  const asked: Statement[] = []

  beforeAll(async () => {
    store = await createStore()
    dataset = await loadDataset(folderSource(folder), store)
    const columns: Dataset['engine']['columns'] = (statements, options) => {
      asked.push(...statements)
      return dataset.engine.columns(statements, options)
    }
    handle = createHandler({ ...dataset, engine: { ...dataset.engine, columns } })
  })
  afterAll(() => store.engine.close())

  const ask = (path: string, init?: RequestInit) => handle(new Request(`http://host${path}`, init))
  const of = (endpoint: string, query = '') => ask(`/api/analytics/${endpoint}${query}`)
  const about = (jobId: string) => `?job_id=${encodeURIComponent(jobId)}`
  const expectFailure = async (response: Response, status: number, detail: RegExp) => {
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(failure.parse(await response.json()).detail).toMatch(detail)
  }

  it.each(endpointIds)('answers %s with and without the last slash, for all jobs and for one', async (endpoint) => {
    for (const query of ['', '?job_id=10', about(quoted)]) {
      const response = await of(`${endpoint}/`, query)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/json')
      const body = await response.text()
      expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(body)))
      expect(endpointBodies[endpoint].parse(JSON.parse(body))).toEqual(JSON.parse(body))
      const bare = await of(endpoint, query)
      expect([bare.status, await bare.text()]).toEqual([200, body])
    }
  })

  it('answers in text that is not ASCII', async () => {
    expect(await (await of('top-location/', '?job_id=10')).json()).toEqual({ top_location: 'पुणे', applicant_count: 1 })
  })

  it('gives details of one job and of all their two shapes', async () => {
    expect(await (await of('details/', about(quoted))).json()).toMatchObject({
      close_fills: { candidate_id: 'c', name: "Chen O'Hara", job_id: quoted },
      credits_per_hire: 1,
    })
    expect(await (await of('details/')).json()).toMatchObject({ total_jobs: 2, close_fill: { job_id: quoted } })
  })

  it.each(odd)('gives 404 for the job %j, which is none', async (jobId) => {
    for (const endpoint of endpointIds)
      await expectFailure(await of(`${endpoint}/`, about(jobId)), 404, /^job_id: no such job$/)
  })

  it('gives 400 for a job that is empty or given twice', async () => {
    for (const query of ['?job_id=', '?job_id', '?x=1&job_id='])
      await expectFailure(await of('details/', query), 400, /^job_id: empty; /)
    for (const query of ['?job_id=10&job_id=10', '?job_id=&job_id=10', '?job_id=10&job_id=no'])
      await expectFailure(await of('details/', query), 400, /^job_id: given more than once; /)
  })

  it('ignores other parameters', async () => {
    const plain = await (await of('total-applicants/', '?job_id=10')).text()
    for (const query of [
      '?job_id=10&job_ids=11',
      '?city=Oslo&job_id=10',
      '?job_id=10&applied_from=2100-01-01&JOB_ID=x&%job_id=%',
    ])
      expect(await (await of('total-applicants/', query)).text()).toBe(plain)
  })

  it.each([
    '/',
    '/api/analytics',
    '/api/analytics/',
    '/api/analytics/details//',
    '/api/analytics/Details/',
    '/api/analytics/toString/',
    '/api/analytics/details/manifest.json',
    '/api/analytics/../details/',
    '/details/',
    '/api/analytics/%',
    '/api/analytics/%ff/',
  ])('gives 404 at %s, whatever the method', async (path) => {
    await expectFailure(await ask(path), 404, /^path: no such endpoint$/)
    expect((await ask(path, { method: 'POST' })).status).toBe(404)
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])(
    'gives 405 for %s, with what is allowed',
    async (method) => {
      const response = await ask('/api/analytics/details/?job_id=', { method })
      expect(response.headers.get('allow')).toBe('GET, HEAD')
      await expectFailure(response, 405, /^method: [A-Z]+ is not allowed; use GET or HEAD$/)
    },
  )

  it.each(['details/', 'details/?job_id=', 'details/?job_id=no', 'nothing/'])(
    'gives HEAD of %s what GET gives, without the body',
    async (path) => {
      const [get, head] = await Promise.all(['GET', 'HEAD'].map((method) => ask(`/api/analytics/${path}`, { method })))
      expect(head!.status).toBe(get!.status)
      expect([...head!.headers]).toEqual([...get!.headers])
      expect(head!.body).toBeNull()
    },
  )

  it('tags each answer by manifest, metric and job', async () => {
    const paths = endpointIds.flatMap((id) => ['', '?job_id=10', about(quoted)].map((query) => `${id}/${query}`))
    const tags = await Promise.all(paths.map(async (path) => (await of(path)).headers.get('etag')))
    expect(new Set(tags).size).toBe(paths.length)
    for (const tag of tags) expect(tag).toMatch(/^"[0-9a-f]{32}"$/)
    const again = await Promise.all(paths.map(async (path) => (await of(path)).headers.get('etag')))
    expect(again).toEqual(tags)
    const newer = createHandler({ ...dataset, manifest: { ...dataset.manifest, sequence: 2 } })
    expect((await newer(new Request(`http://host/api/analytics/${paths[0]}`))).headers.get('etag')).not.toBe(tags[0])
  })

  it('gives 304, without asking the engine, to who has the answer already', async () => {
    const tag = (await of('details/')).headers.get('etag')!
    const before = asked.length
    for (const header of [tag, `W/${tag}`, `"other", ${tag}`, '*', ` ${tag} `])
      for (const method of ['GET', 'HEAD']) {
        const response = await ask('/api/analytics/details/', { method, headers: { 'if-none-match': header } })
        expect([response.status, response.headers.get('etag'), response.body]).toEqual([304, tag, null])
      }
    expect(asked.length).toBe(before)
    for (const [path, header] of [
      ['details/', '"other"'],
      ['details/', tag.slice(1, -1)],
      ['details/?job_id=10', tag],
    ] as const)
      expect((await ask(`/api/analytics/${path}`, { headers: { 'if-none-match': header } })).status).toBe(200)
    const unknown = await ask('/api/analytics/details/?job_id=no', { headers: { 'if-none-match': '*' } })
    expect(unknown.status).toBe(404)
  })

  it('rejects with the reason of a request that was aborted', async () => {
    const reason = new Error('changed my mind')
    await expect(ask('/api/analytics/details/', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it('answers below another path', async () => {
    const elsewhere = createHandler(dataset, { base: '/तथ्य/v1/' })
    expect((await elsewhere(new Request('http://host/तथ्य/v1/details/'))).status).toBe(200)
    expect((await elsewhere(new Request('http://host/api/analytics/details/'))).status).toBe(404)
    expect((await createHandler(dataset, { base: '/' })(new Request('http://host/details'))).status).toBe(200)
    expect(() => createHandler(dataset, { base: '/api' })).toThrow(
      'base "/api": expected a path that begins and ends with a slash',
    )
  })

  it('gives 200 random requests no 500 and no wrong shape, asks the engine fixed texts alone, and changes nothing', async () => {
    const contents = async () => {
      const sql = (table: string) => `SELECT CAST(t AS VARCHAR) AS line FROM ${table} AS t ORDER BY line`
      await dataset.loadRows()
      const { rows: loaded } = await tablesOf(dataset)
      const tables = await dataset.engine.batch(loaded.map((table) => ({ sql: sql(table), params: [] })))
      const files = await Promise.all((await readdir(folder)).sort().map((file) => readFile(join(folder, file), 'hex')))
      return { loaded, tables, files }
    }
    const before = await contents()
    asked.length = 0
    const statuses = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(requests, async ({ path, method, headers }) => {
        const response = await ask(path, { method, headers })
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
        expectPromised({ path, method }, { status: response.status, text: await response.text() })
      }),
      { numRuns: 200 },
    )
    for (const status of [200, 304, 400, 404, 405]) expect([...statuses.keys()]).toContain(status)
    const all = Object.values(metrics)
    const known = [undefined, ...dataset.jobs.keys()].flatMap((job_id) =>
      all.flatMap((metric) => plan(dataset, [metric], { job_id })!.steps.map(({ statement }) => statement.sql)),
    )
    expect(asked.length).toBeGreaterThan(20)
    expect(asked.filter(({ sql, params }) => params.length > 0 || !known.includes(sql))).toEqual([])
    expect(await contents()).toEqual(before)
  })
})

/** The tables that the engine holds. */
const tablesOf = async ({ engine }: Dataset) => {
  const sql = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY table_name"
  const [found = []] = await engine.batch([{ sql, params: [] }])
  const rows = found.map(({ table_name }) => String(table_name))
  expect(bundleTableNames.filter((name) => rows.includes(name))).toHaveLength(rows.length)
  return { rows }
}
