import fc from 'fast-check'
import { endpointBodies, endpointIds } from 'hirescope/contract'
import { failure } from 'hirescope/http'
import { serveApi, serveCommand, type ApiServer } from 'hirescope/http/node'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm } from 'node:fs/promises'
import { METHODS, request as ask, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { temporaryFolder, tinyRows, writeBundle } from '../fixtures/bundle.ts'
import { expectPromised, odd, quotedRows, requests } from './requests.ts'

let folder: string
let server: ApiServer
beforeAll(async () => {
  folder = await temporaryFolder()
  await writeBundle(folder, { rows: quotedRows })
  server = await serveApi({ data: folder, port: 0 })
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** Asks as written: fetch would tidy the path up and hold some headers back. */
const raw = (path: string, { url = server.url, ...options }: RequestOptions & { url?: string } = {}) =>
  new Promise<Answer>((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const asking = ask({ hostname, port, path, agent: false, ...options }, (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      )
    })
    asking.on('error', reject).end()
  })

const expectFailure = ({ status, body }: Answer, expected: number, detail: RegExp) => {
  expect(status).toBe(expected)
  expect(failure.parse(JSON.parse(body)).detail).toMatch(detail)
}

describe('the server', () => {
  it.each(endpointIds)('answers %s over HTTP', async (endpoint) => {
    const response = await fetch(`${server.url}/api/analytics/${endpoint}/?job_id=10`)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json'])
    endpointBodies[endpoint].parse(await response.json())
  })

  it('gives 304 to who has the answer', async () => {
    const { headers } = await raw('/api/analytics/details/')
    const again = await raw('/api/analytics/details/', { headers: { 'if-none-match': headers.etag! } })
    expect([again.status, again.body, again.headers.etag]).toEqual([304, '', headers.etag])
  })

  it('gives HEAD the length of the body that GET has', async () => {
    const head = await raw('/api/analytics/weekly-graph/', { method: 'HEAD' })
    const get = await raw('/api/analytics/weekly-graph/')
    expect([head.status, head.body, head.headers['content-length']]).toEqual([
      200,
      '',
      String(Buffer.byteLength(get.body)),
    ])
  })

  it.each([...odd, '😀'.repeat(2_560)])('gives 404 for the job %j', async (jobId) => {
    expectFailure(
      await raw(`/api/analytics/details/?job_id=${encodeURIComponent(jobId)}`),
      404,
      /^job_id: no such job$/,
    )
  })

  it.each([
    '/',
    '//',
    '/manifest.json',
    '/../manifest.json',
    '/api/analytics/../../manifest.json',
    '/%2e%2e/manifest.json',
    '/api/analytics/%00',
    '//evil.example/api/analytics/details/',
  ])('gives 404 at %s', async (path) => expectFailure(await raw(path), 404, /^path: no such endpoint$/))

  it('refuses a target that is no path, and methods that change or tunnel', async () => {
    expectFailure(await raw('*', { method: 'OPTIONS' }), 400, /^path: expected one that begins with a slash$/)
    for (const method of ['POST', 'TRACE', 'OPTIONS'])
      expectFailure(
        await raw('/api/analytics/details/', { method }),
        405,
        /^method: [A-Z]+ is not allowed; use GET or HEAD$/,
      )
  })

  it('gives 200 random requests no 500 and no wrong shape, and changes nothing', async () => {
    const files = async () =>
      Promise.all((await readdir(folder)).sort().map((file) => readFile(join(folder, file), 'hex')))
    const before = await files()
    const statuses = new Set<number>()
    await fc.assert(
      fc.asyncProperty(requests, async ({ path: any, method: wanted, headers }) => {
        // Node's own parser answers to what is no request, or none that it knows, or too long.
        const path = any.replace(/[^\x21-\x7e]/gu, encodeURIComponent)
        const method = METHODS.includes(wanted) ? wanted : 'PROPFIND'
        fc.pre(path.length < 60_000)
        const { status, body } = await raw(path, { method, headers })
        statuses.add(status)
        expectPromised({ path, method }, { status, text: body })
      }),
      { numRuns: 200 },
    )
    for (const status of [200, 304, 400, 404, 405]) expect(statuses).toContain(status)
    expect(await files()).toEqual(before)
  })

  it('answers many at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => raw(`/api/analytics/${endpointIds[index % 9]}/`)),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })

  it('is this machine alone, under its own names', async () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    for (const host of ['localhost', 'localhost:80', '127.0.0.1', '[::1]:4180'])
      expect((await raw('/api/analytics/details/', { headers: { host } })).status).toBe(200)
    for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:4180'])
      expectFailure(
        await raw('/api/analytics/details/', { headers: { host } }),
        421,
        /^host: not a name of this machine/,
      )
  })

  it('lets no other origin read, unless it is the one named', async () => {
    const origin = 'http://dashboard.example:8000'
    const preflight = { 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' }
    const path = '/api/analytics/details/'
    const closed = await raw(path, { headers: { origin } })
    expect([closed.status, closed.headers['access-control-allow-origin']]).toEqual([200, undefined])
    expect((await raw(path, { method: 'OPTIONS', headers: { origin, ...preflight } })).status).toBe(405)

    const { url, close } = await serveApi({ data: folder, port: 0, origin })
    onTestFinished(close)
    const open = await raw(path, { url, headers: { origin } })
    expect(open.headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin' })
    const asked = await raw(path, { url, method: 'OPTIONS', headers: { origin, ...preflight } })
    expect(asked.status).toBe(204)
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': 'authorization',
    })
    for (const headers of [{ origin: 'http://evil.example' }, { origin: 'null' }, {}]) {
      const other = await raw(path, { url, headers })
      expect([other.status, other.headers.vary, other.headers['access-control-allow-origin']]).toEqual([
        200,
        'Origin',
        undefined,
      ])
    }
  })

  it.each(['*', 'dashboard.example', 'http://dashboard.example/', 'null'])('refuses the origin %s', async (origin) => {
    await expect(serveApi({ data: folder, port: 0, origin })).rejects.toThrow(
      `origin "${origin}": expected a scheme and a host`,
    )
  })

  it('serves what is published later, and stays with the older dataset if that is broken', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const own = await temporaryFolder()
    await writeBundle(own)
    const errors: unknown[] = []
    const { url, close } = await serveApi({ data: own, port: 0, onError: (error) => errors.push(error) })
    onTestFinished(async () => {
      await close()
      await rm(own, { recursive: true })
    })
    const jobs = async () => JSON.parse((await raw('/api/analytics/details/', { url })).body).total_jobs as number
    const later = async (check: () => Promise<void>) => {
      vi.setSystemTime(Date.now() + 11_000)
      await jobs()
      await vi.waitFor(check, 30_000)
    }
    expect(await jobs()).toBe(2)
    const [job] = tinyRows.jobs!
    await writeBundle(own, {
      rows: { ...tinyRows, jobs: [...tinyRows.jobs!, { ...job!, job_key: 2, job_id: '12', title_rank: 2 }] },
      sequence: 2,
    })
    await later(async () => expect(await jobs()).toBe(3))
    const { tables } = await writeBundle(own, { sequence: 3 })
    await rm(`${own}/${tables.rollup_job.file}`)
    await later(async () => expect(errors).toHaveLength(1))
    expect(String(errors[0])).toMatch(/not found/)
    expect(await jobs()).toBe(3)
  })
})

describe('npm run serve:api', () => {
  const run = async (...args: string[]) => {
    const said: string[] = []
    const end = new AbortController()
    const say = (line: string) => {
      said.push(line)
      end.abort()
    }
    const code = await serveCommand(args, { out: say, error: say }, end.signal)
    return { code, said: said.join('') }
  }

  it('says what is wrong in one line', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    onTestFinished(() => void taken.close())
    const { port } = taken.address() as AddressInfo
    const temporary = await temporaryFolder()
    vi.stubEnv('TMPDIR', temporary)
    onTestFinished(async () => {
      vi.unstubAllEnvs()
      await rm(temporary, { recursive: true })
    })
    for (const [args, line] of [
      [[], 'arguments: --data is missing; see --help'],
      [['--data', folder, '--prot', '1'], "arguments: Unknown option '--prot'; see --help"],
      [['--data', folder, '--port', '70000'], 'arguments: --port "70000", expected a whole number from 0 to 65535'],
      [['--data', folder, '--port', String(port)], `port ${port} is in use; choose another`],
      [['--data', `${folder}/nowhere`, '--port', '0'], 'manifest: not found; check the folder of the dataset'],
      [
        ['--data', folder, '--port', '0', '--base', 'api'],
        'base "api": expected a path that begins and ends with a slash',
      ],
    ] as const)
      expect(await run(...args)).toEqual({ code: 1, said: `serve failed: ${line}\n` })
    expect(await readdir(temporary)).toEqual([])
    expect((await run('--help')).said).toMatch(/^usage: npm run serve:api -- --data <folder>/)
  })

  it('ends without a word when it is told so before the dataset is open', async () => {
    const terminal = { out: vi.fn(), error: vi.fn() }
    expect(await serveCommand(['--data', folder, '--port', '0'], terminal, AbortSignal.abort())).toBe(0)
    expect([terminal.out.mock.calls, terminal.error.mock.calls]).toEqual([[], []])
  })

  it('answers the requests under way when it is told to end, and then ends with 0', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/serve-api.ts', '--data', folder, '--port', '0'])
    onTestFinished(() => void child.kill('SIGKILL'))
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const url = /^the endpoints are at (http:\S+)\/api\/analytics\/ \(Ctrl-C ends it\)\n$/.exec(line.toString())?.[1]
    expect(url).toBeDefined()
    const { hostname, port } = new URL(url!)
    const socket = connect(Number(port), hostname)
    socket.write('GET /api/analytics/details/ HTTP/1.1\r\nHost: localhost\r\n')
    await once(socket, 'connect')
    expect((await raw('/api/analytics/total-applicants/', { url: url! })).status).toBe(200)
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    await vi.waitFor(() => expect(raw('/', { url: url! })).rejects.toThrow(/ECONNREFUSED/), 20_000)
    socket.write('Connection: close\r\n\r\n')
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK/)
    expect(await exit).toEqual([0, null])
    expect(said).toBe('')
  })
})
