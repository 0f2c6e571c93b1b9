import { outcomeCode } from 'hirescope/contract'
import { openFolder } from 'hirescope/engine/native'
import { createHandler } from 'hirescope/http'
import { parityCommand, serveApi } from 'hirescope/http/node'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder, tinyRows, writeBundle, type BundleRowsByTable } from '../fixtures/bundle.ts'

const token = 'canary-token'
const hired: BundleRowsByTable = {
  ...tinyRows,
  applications: tinyRows.applications!.map((row) =>
    row.application_key === 3 ? { ...row, outcome: outcomeCode.hired } : row,
  ),
}

let folder: string
let data: string
let tokenFile: string
beforeAll(async () => {
  folder = await temporaryFolder()
  data = join(folder, 'bundle')
  tokenFile = join(folder, 'token')
  await writeBundle(data, { rows: hired })
  await writeFile(tokenFile, `${token}\n`)
})
afterAll(() => rm(folder, { recursive: true }))

const parity = async (...args: string[]) => {
  let said = ''
  const say = (text: string) => void (said += text)
  const code = await parityCommand(args, { out: say, error: say })
  expect(said).not.toContain(token)
  expect(said).not.toContain("O'Hara")
  return { code, said }
}

/** An old server of the same bundle that does otherwise with some requests. */
const oldServer = async (instead: (path: string, response: ServerResponse) => boolean = () => false) => {
  const dataset = await openFolder(data)
  const handle = createHandler(dataset)
  const seen = { authorizations: new Set<string | undefined>(), atOnce: 0, most: 0 }
  const listener: RequestListener = ({ url = '', headers }, response) => {
    seen.authorizations.add(headers.authorization)
    seen.most = Math.max(seen.most, ++seen.atOnce)
    response.once('close', () => seen.atOnce--)
    if (instead(url, response)) return
    void handle(new Request(`http://host${url}`)).then(async (answer) =>
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text()),
    )
  }
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await dataset.close()
  })
  return { api: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/analytics/`, seen }
}

it('finds nothing between the bundle and its own server, by the command', async () => {
  const server = await serveApi({ data, port: 0 })
  onTestFinished(() => server.close())
  const args = ['--import', 'tsx', 'scripts/parity.ts', '--api', `${server.url}/api/analytics`, '--data', data]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args)
  expect({ stdout, stderr }).toEqual({ stdout: '27 questions, 0 answered differently\n', stderr: '' })
})

it('finds a planted difference, and tells where, with both bodies', async () => {
  const planted = join(folder, 'planted')
  await writeBundle(planted, {
    rows: { ...hired, credit_events: [{ ...tinyRows.credit_events![0]!, units: 70_000n }] },
  })
  const server = await serveApi({ data: planted, port: 0 })
  onTestFinished(() => server.close())
  const { code, said } = await parity(
    '--api',
    `${server.url}/api/analytics/`,
    '--data',
    data,
    '--token-file',
    tokenFile,
  )
  expect(code).toBe(1)
  const [where, old, bundle, sum, ...rest] = said.split('\n')
  expect(where).toBe('details, job "11": differ in credits_per_hire')
  expect(old).toMatch(
    /^ {2}server: 200 \{.*"close_fills":\{"candidate_id":"c","name":"\(name\)",.*"credits_per_hire":7\}$/,
  )
  expect(bundle).toMatch(/^ {2}bundle: 200 \{.*"name":"\(name\)",.*"credits_per_hire":1\}$/)
  expect([sum, ...rest]).toEqual(['27 questions, 1 answered differently', ''])
})

it('finds a difference in a name, which it does not tell', async () => {
  const { api } = await oldServer(
    (path, response) =>
      path.endsWith('/details/?job_id=11') &&
      (createAnswer(response, JSON.stringify({ close_fills: { name: 'Someone' }, total_applicants: 2 })), true),
  )
  const { code, said } = await parity('--api', api, '--data', data)
  expect(code).toBe(1)
  expect(said).toContain('differ in close_fills.name, close_fills.candidate_id')
  expect(said).not.toContain('Someone')
})

const createAnswer = (response: ServerResponse, text: string, status = 200, type = 'application/json') =>
  response.writeHead(status, { 'content-type': type }).end(text)

it('counts as differences: another status, no JSON, no answer, a broken line, a way elsewhere, a key too many, another order', async () => {
  const { api } = await oldServer((path, response) => {
    const does: Record<string, () => unknown> = {
      'total-applicants': () => createAnswer(response, '{"detail":"no"}', 403),
      'top-location': () => createAnswer(response, '<html>Asha</html>', 200, 'text/html'),
      'top-skill': () => {},
      'most-recent-applicant': () => response.destroy(),
      details: () => response.writeHead(302, { location: '/login' }).end(),
      'applicants-stage-graph': () =>
        createAnswer(
          response,
          '{"results":{"hired":1,"rejected":0,"on_hold":0,"resume_screening":0,"assessment_test":0,"video_interview":0,"new":1}}',
        ),
      'score-distribution-graph': () => createAnswer(response, ''),
    }
    const act = path.includes('?') ? undefined : does[path.split('/')[3]!]
    act?.()
    return act !== undefined
  })
  const { code, said } = await parity('--api', api, '--data', data, '--timeout', '2')
  expect(code).toBe(1)
  const lines = said.split('\n')
  const of = (endpoint: string) =>
    lines.slice(lines.findIndex((line) => line.startsWith(`${endpoint}, all jobs`))).slice(0, 2)
  expect(of('total-applicants')).toEqual([
    'total-applicants, all jobs: differ in status',
    '  server: 403 {"detail":"no"}',
  ])
  expect(of('top-location')[1]).toBe('  server: status 200, not JSON (text/html, 17 characters)')
  expect(of('top-skill')[1]).toBe('  server: no answer within 2 s')
  expect(of('most-recent-applicant')[1]).toMatch(/^ {2}server: no answer \(\w+\)$/)
  expect(of('details')).toEqual(['details, all jobs: differ in status', '  server: 302'])
  expect(of('applicants-stage-graph')[0]).toMatch(/^applicants-stage-graph, all jobs: differ in (.*, )?results\.new$/)
  expect(of('score-distribution-graph')[0]).toBe('score-distribution-graph, all jobs: differ in body')
  expect(lines.at(-2)).toBe('27 questions, 7 answered differently')
})

it('minds neither the order of keys nor white space nor 1.0', async () => {
  const { api } = await oldServer((path, response) => {
    if (!path.endsWith('/total-applicants/')) return false
    createAnswer(response, '{\n  "total_applicants": 3.0 }')
    return true
  })
  expect(await parity('--api', api, '--data', data)).toEqual({
    code: 0,
    said: '27 questions, 0 answered differently\n',
  })
})

it('sends the token, a single word as Bearer, and asks no more at once than it may', async () => {
  for (const [text, sent, most] of [
    [token, `Bearer ${token}`, 3],
    [`Token ${token}`, `Token ${token}`, 1],
  ] as const) {
    await writeFile(tokenFile, text)
    const { api, seen } = await oldServer()
    const { code } = await parity(
      '--api',
      api,
      '--data',
      data,
      '--token-file',
      tokenFile,
      '--concurrency',
      String(most),
    )
    expect([code, [...seen.authorizations]]).toEqual([0, [sent]])
    expect(seen.most).toBeLessThanOrEqual(most)
  }
})

it('says what is wrong in one line, with exit code 2', async () => {
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const api = `http://127.0.0.1:${(closed.address() as AddressInfo).port}/api/analytics/`
  closed.close()
  await writeFile(join(folder, 'two-lines'), `${token}\n${token}`)
  for (const [args, line] of [
    [['--data', data], 'arguments: --api and --data are needed; see --help'],
    [
      ['--api', 'ftp://host/', '--data', data],
      'arguments: --api, expected an http or https address without a password',
    ],
    [
      ['--api', `http://me:${token}@host/`, '--data', data],
      'arguments: --api, expected an http or https address without a password',
    ],
    [['--api', api, '--data', `${data}/no`], 'manifest: not found; check the folder of the dataset'],
    [
      ['--api', api, '--data', data, '--token-file', `${folder}/no`],
      `arguments: --token-file ${folder}/no: cannot be read (ENOENT)`,
    ],
    [
      ['--api', api, '--data', data, '--token-file', `${folder}/two-lines`],
      `arguments: --token-file ${folder}/two-lines: expected one line of ASCII`,
    ],
    [
      ['--api', api, '--data', data, '--concurrency', '0'],
      'arguments: --concurrency "0", expected a whole number from 1 to 64',
    ],
  ] as const)
    expect(await parity(...args)).toEqual({ code: 2, said: `parity failed: ${line}\n` })
  const refused = await parity('--api', api, '--data', data)
  expect(refused.code).toBe(1)
  expect(refused.said).toContain('  server: no answer (ECONNREFUSED)\n')
  expect(refused.said).toMatch(/27 questions, 27 answered differently\n$/)
})
