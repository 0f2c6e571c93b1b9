import { manifest as manifestSchema } from 'hirescope/contract'
import { emailHash, parseConfig, writeNginx } from 'hirescope/export'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, request, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { joinAccess, nginxHttp, nginxServer } from '../../src/export/nginx.ts'
import { checkFolders } from '../../src/export/run.ts'
import { checkNginx, startNginx, whyNoNginx, type TestNginx } from '../nginx.ts'
import { rowsOf } from '../oracle/case.ts'
import { nightsIn, type Nights } from './night.ts'

/** Ids that mean something to nginx, if it is let. */
const odd = [
  'we"ird',
  "quo'ted",
  'dol$lar ${uri} $1',
  'back\\slash',
  '\\',
  '~regex.*',
  '~*',
  'default',
  'include',
  'hostnames',
  'volatile',
  '*.example.org',
  'a;b{c}#d',
  'two  words',
  'two two',
  'ü',
  '7',
  '__proto_',
]

const places = { app: '/', data: '/data/' }

let folder: string
let nights: Nights
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hirescope-nginx-'))
  await chmod(folder, 0o755)
  nights = nightsIn(folder)
  nights.set({ nginx: {}, maxDrop: 1 })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const sources = (gone: string[] = []) =>
  rowsOf({
    org: [{ org_id: 'o' }, { org_id: 'a/b' }],
    app_user: [
      { email: ' Admin@Example.org ' },
      { user_id: 'editor', role: 'editor', email: 'editor@example.org' },
      { user_id: 'Case', role: 'admin' },
      { user_id: 'cAse', role: 'editor' },
      { user_id: 'Only', role: 'admin' },
      ...odd.map((user_id) => ({ user_id })),
      { user_id: 'other', org_id: 'a/b', email: 'both@example.org' },
      { user_id: 'here', email: 'both@example.org' },
    ].map((user) => ({ ...user, is_active: !gone.includes(user.user_id ?? 'admin') })),
    job: [{}, { job_id: 'j2', owner_user_id: 'editor' }, { org_id: 'a/b', job_id: 'j3' }],
    candidate: [{}],
    application: [{}],
  })

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/** A request whose path is sent as it is written. */
const ask = (port: number, path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<Answer>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
    sent.on('error', reject).end()
  })

// A header is bytes; those of UTF-8 are given one by one.
const as = (viewer: string) => ({ 'x-viewer': Buffer.from(viewer).toString('latin1') })

const included = () => {
  const own = join(nights.private, 'nginx')
  return { http: `include ${join(own, 'http.conf')};`, server: `include ${join(own, 'server.conf')};` }
}

describe.skipIf(whyNoNginx())('nginx with what the export writes (skipped without nginx)', () => {
  let nginx: TestNginx
  let admin: string
  let editor: string
  const get = (path: string, viewer?: string) => ask(nginx.port, path, viewer === undefined ? {} : as(viewer))
  const statusOf = async (path: string, viewer?: string) => (await get(path, viewer)).status

  beforeAll(async () => {
    const { code, out, error } = await nights.run(sources())
    expect({ code, error }, out).toEqual({ code: 0, error: '' })
    expect(out).toMatch(
      /^nginx: 27 user ids and e-mail hashes, 1 left out that stand for different bundles in different organisations; have nginx reload$/m,
    )
    const users = await nights.users()
    admin = users.admin ?? ''
    editor = users.editor ?? ''
    expect(editor).not.toBe(admin)
    const page = join(folder, 'app')
    await mkdir(page)
    await writeFile(join(page, 'index.html'), '<p>app')
    const { http, server } = included()
    nginx = await startNginx(
      await mkdtemp(join(folder, 'nginx-')),
      http,
      `set $hirescope_viewer $http_x_viewer; ${server} location / { root ${page}; }`,
    )
  })
  afterAll(() => nginx.stop())

  it('gives a viewer their session and every file of their bundle', async () => {
    const session = await get('/session.json', 'editor')
    expect(session.status).toBe(200)
    expect(session.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' })
    expect(JSON.parse(session.body.toString())).toEqual({ data: `/data/${editor}` })

    const answer = await get(`/data/${editor}manifest.json`, 'editor')
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'private, no-cache' })
    const { tables, answers, views } = manifestSchema.parse(JSON.parse(answer.body.toString()))
    for (const { file, sha256, bytes } of [...Object.values(tables), answers, views]) {
      const { status, headers, body } = await get(`/data/${editor}${file}`, 'editor')
      expect({ status, bytes: body.length }).toEqual({ status: 200, bytes })
      expect(createHash('sha256').update(body).digest('hex')).toBe(sha256)
      expect(headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'cache-control': 'private, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
      })
      expect(headers['content-encoding']).toBeUndefined()
    }
    const etag = answer.headers.etag ?? ''
    const again = await ask(nginx.port, `/data/${editor}manifest.json`, { ...as('editor'), 'if-none-match': etag })
    expect(again.status).toBe(304)
  })

  it('refuses everyone else: 403 to other viewers and to the unknown, 401 to nobody', async () => {
    const files = await readdir(join(nights.target, admin))
    expect(files).toContain('manifest.json')
    for (const file of files) {
      const own = file === 'manifest.previous.json' ? 403 : 200
      expect(await statusOf(`/data/${admin}${file}`, 'admin')).toBe(own)
      expect(await statusOf(`/data/${admin}${file}`, 'editor')).toBe(403)
      expect(await statusOf(`/data/${admin}${file}`, 'other')).toBe(403)
      expect(await statusOf(`/data/${admin}${file}`, 'unknown')).toBe(403)
      expect(await statusOf(`/data/${admin}${file}`)).toBe(401)
      expect(await statusOf(`/data/${admin}${file}`, '')).toBe(401)
    }
    expect(await statusOf('/session.json', 'unknown')).toBe(403)
    expect(await statusOf('/session.json')).toBe(401)
    const missing = `${'0'.repeat(64)}.parquet`
    expect(await statusOf(`/data/${admin}${missing}`, 'admin')).toBe(404)
    expect(await statusOf(`/data/${admin}${missing}`, 'editor')).toBe(403)
  })

  it('keeps the app open to all, and what is for nginx itself closed', async () => {
    expect((await get('/')).body.toString()).toBe('<p>app')
    for (const path of ['session', '401', '403', '404']) expect(await statusOf(`/hirescope/${path}`, 'admin')).toBe(404)
    for (const path of ['/data', '/data/', '/data/o', '/data/o/', `/data/${admin}`, `/data/${admin.slice(0, -1)}`])
      expect([403, 404], path).toContain(await statusOf(path, 'admin'))
    expect((await ask(nginx.port, `/data/${admin}manifest.json`, as('admin'), 'PUT')).status).toBe(405)
  })

  it('lets no spelling of a path lead out of the own bundle', async () => {
    await writeFile(join(nights.target, admin, 'notes.txt'), 'x')
    await writeFile(join(nights.target, admin, '.tmp-1-manifest.json'), 'x')
    for (const name of ['notes.txt', '.tmp-1-manifest.json', 'manifest.json/', 'manifest.jsonx', 'manifest%00.json'])
      expect(await statusOf(`/data/${admin}${name}`, 'admin'), name).not.toBe(200)

    const [, scope = ''] = admin.split('/')
    const from = `/data/${editor}`
    const tricks = [
      `${from}../${scope}/manifest.json`,
      `${from}%2e%2e/${scope}/manifest.json`,
      `${from}.%2e/${scope}/manifest.json`,
      `${from}..%2f${scope}/manifest.json`,
      `${from}..%2F${scope}%2Fmanifest.json`,
      `${from}%2e%2e%2f${scope}%2fmanifest.json`,
      `${from}%252e%252e/${scope}/manifest.json`,
      `${from}..%252f${scope}%252fmanifest.json`,
      `${from}..\\${scope}\\manifest.json`,
      `${from}..%5c${scope}%5cmanifest.json`,
      `${from}./../${scope}/./manifest.json`,
      `${from}x/../../${scope}/manifest.json`,
      `${from}/..//${scope}//manifest.json`,
      `${from}manifest.json/../../${scope}/manifest.json`,
      `${from}..;/${scope}/manifest.json`,
      `${from}..%c0%af${scope}/manifest.json`,
      `${from}..%00/${scope}/manifest.json`,
      `/data//o//${scope}//manifest.json`,
      `//data/o/${scope}/manifest.json`,
      `/data/./o/${scope}/manifest.json`,
      `/data/o%2f${scope}%2fmanifest.json`,
      `/%64ata/o/${scope}/%6danifest.json`,
      `/data/${editor} /data/o/${scope}/manifest.json`.replaceAll(' ', '%20'),
      `/data/o/${scope}/manifest.json?/data/${editor}manifest.json`,
      `/data/o/${scope}/manifest.json%3f/data/${editor}manifest.json`,
      `/data/o/${scope}/manifest.json#/data/${editor}manifest.json`,
      `/data/o/${scope}/manifest.json%0a/data/${editor}manifest.json`,
      `/data/O/${scope}/manifest.json`,
      `/DATA/o/${scope}/manifest.json`,
      `/data/o/${scope.toUpperCase()}/manifest.json`,
      `/data/o/${scope}/MANIFEST.JSON`,
      `http://127.0.0.1/data/o/${scope}/manifest.json`,
      `/session.json/../data/o/${scope}/manifest.json`,
      `/hirescope/session/../../data/o/${scope}/manifest.json`,
      `/../private/secret`,
      `${from}../../../private/secret`,
      `${from}..%2f..%2f..%2fprivate%2fsecret`,
    ]
    for (const path of tricks) {
      expect([400, 401, 403, 404], path).toContain(await statusOf(path, 'editor'))
      expect([400, 401, 403, 404], path).toContain(await statusOf(path))
    }
    // The tricks are such that lead somewhere where they may.
    expect(await statusOf(`${from}../${scope}/manifest.json`, 'admin')).toBe(200)
    expect(await statusOf(`/data//o/%2e/${scope}//manifest.json`, 'admin')).toBe(200)
  })

  it('knows viewers by e-mail hash, and by none that two organisations share', async () => {
    const hash = createHash('sha256').update('admin@example.org').digest('hex')
    expect(emailHash('ADMIN@example.org\n')).toBe(hash)
    expect(await statusOf(`/data/${admin}manifest.json`, hash)).toBe(200)
    expect(await statusOf(`/data/${editor}manifest.json`, hash)).toBe(403)
    expect(await statusOf(`/data/${editor}manifest.json`, emailHash('editor@example.org'))).toBe(200)
    expect(await statusOf('/session.json', emailHash('both@example.org'))).toBe(403)
    expect(await statusOf('/session.json', 'admin@example.org')).toBe(403)
  })

  it('serves an organisation whose id is no file name', async () => {
    const session = await get('/session.json', 'other')
    const { data } = JSON.parse(session.body.toString()) as { data: string }
    expect(data).toMatch(/^\/data\/a%252Fb\/[a-z2-7]{52}\/$/)
    expect(await statusOf(`${data}manifest.json`, 'other')).toBe(200)
    expect(await statusOf(`${data}manifest.json`, 'admin')).toBe(403)
    expect(await statusOf(`${data.replace('%252F', '%2F')}manifest.json`, 'other')).toBe(403)
  })

  it.each(odd)('takes a user id as it is: %s', async (id) => {
    expect(await statusOf(`/data/${admin}manifest.json`, id)).toBe(200)
    expect(await statusOf(`/data/${editor}manifest.json`, id)).toBe(403)
  })

  it('tells user ids apart that differ by case, and knows none in another case', async () => {
    const users = await nights.users()
    expect(users.Case).not.toBe(users.cAse)
    for (const [own, other] of [
      ['Case', 'cAse'],
      ['cAse', 'Case'],
    ] as const) {
      expect(await statusOf(`/data/${users[own]}manifest.json`, own)).toBe(200)
      expect(await statusOf(`/data/${users[other]}manifest.json`, own)).toBe(403)
    }
    for (const id of ['case', 'CASE', 'only', 'ONLY', 'Admin', 'Only o', 'Onl', 'nly', 'regex', '~regexp'])
      expect(await statusOf('/session.json', id), id).toBe(403)
  })

  it('writes no address of a bundle into a log', async () => {
    const logs = (await readFile(nginx.accessLog, 'utf8')) + (await readFile(nginx.errorLog, 'utf8'))
    expect(logs).toContain('GET /session.json')
    // But for requests that are none, and for what was asked for beside the data.
    const about = logs.split('\n').filter((line) => !/ HTTP\/1.1" 400 |GET \/DATA\/|private.{0,3}secret/.test(line))
    for (const path of [admin, editor]) expect(about.filter((line) => line.includes(path))).toEqual([])
  })

  it('asks a login service by auth_request, and believes it alone', async () => {
    const login = createServer(({ headers }, response) => {
      const viewer = /session=(\w+)/.exec(headers.cookie ?? '')?.[1]
      response.writeHead(viewer ? 204 : 401, viewer ? { 'x-user': viewer } : {}).end()
    })
    await new Promise<void>((resolve) => login.listen(0, '127.0.0.1', resolve))
    const { port } = login.address() as AddressInfo
    const { http, server } = included()
    const guarded = await startNginx(
      await mkdtemp(join(folder, 'nginx-')),
      http,
      `auth_request /login;
      auth_request_set $hirescope_viewer $upstream_http_x_user;
      ${server}
      location = /login { internal; proxy_pass http://127.0.0.1:${port}; proxy_pass_request_body off; proxy_set_header Content-Length ""; }`,
    )
    try {
      const status = async (path: string, headers: Record<string, string>) =>
        (await ask(guarded.port, path, headers)).status
      const cookie = { cookie: 'session=editor' }
      const session = await ask(guarded.port, '/session.json', cookie)
      expect(JSON.parse(session.body.toString())).toEqual({ data: `/data/${editor}` })
      expect(await status(`/data/${editor}manifest.json`, cookie)).toBe(200)
      expect(await status(`/data/${admin}manifest.json`, cookie)).toBe(403)
      expect(await status(`/data/${admin}manifest.json`, { ...cookie, 'x-viewer': 'admin', 'x-user': 'admin' })).toBe(
        403,
      )
      expect(await status(`/data/${admin}manifest.json`, { cookie: 'session=unknown' })).toBe(403)
      expect(await status(`/data/${admin}manifest.json`, { 'x-user': 'admin' })).toBe(401)
      expect(await status('/session.json', {})).toBe(401)
    } finally {
      await guarded.stop()
      login.close()
    }
  })

  // Last, since it changes what is published.
  it('forgets a user whose access ended with the run that says so', async () => {
    expect(await statusOf('/session.json', 'editor')).toBe(200)
    expect((await nights.run(sources(['editor', 'other', 'Case']))).code).toBe(0)
    await nginx.reload()
    for (const id of ['editor', emailHash('editor@example.org'), 'other', 'Case']) {
      expect(await statusOf('/session.json', id)).toBe(403)
      expect(await statusOf(`/data/${editor}manifest.json`, id)).toBe(403)
    }
    expect(await statusOf(`/data/${admin}manifest.json`, 'admin')).toBe(200)
    // Nobody shares these any more.
    expect(await statusOf('/session.json', emailHash('both@example.org'))).toBe(200)
    expect(await statusOf('/session.json', 'cAse')).toBe(200)
  })

  it('takes a map of a hundred thousand viewers, and one of none', async () => {
    const scope = 'a'.repeat(52)
    const users = Array.from({ length: 50_000 }, (_, user) => [`${user}`, `o/${scope}/`] as const)
    const emails = users.map(([user]) => [emailHash(`${user}@example.org`), `o/${scope}/`] as const)
    const many = joinAccess([{ users: Object.fromEntries(users), emails: Object.fromEntries(emails) }])
    expect(many.paths.size).toBe(100_000)
    const longest = joinAccess([{ users: { ['x'.repeat(256)]: `o/${scope}/` }, emails: {} }])
    for (const viewers of [many, longest, joinAccess([])]) {
      const server = `set $hirescope_viewer $http_x_viewer; ${nginxServer(nights.target, places)}`
      const { said, seconds } = checkNginx(await mkdtemp(join(folder, 'nginx-')), nginxHttp(viewers, places), server)
      expect(said).toBe('')
      expect(seconds).toBeLessThan(30)
    }
  })
})

describe('the access maps of all organisations', () => {
  it('are one, without those who stand for two bundles or whom no header can carry', () => {
    const { paths, ambiguous, unusable } = joinAccess([
      { users: { a: 'o/1/', b: 'o/2/', 'line\nbreak': 'o/1/' }, emails: { h: 'o/1/' } },
      { users: { b: 'p/1/', c: 'p/1/', ['x'.repeat(257)]: 'p/1/' }, emails: { h: 'p/1/', c: 'p/1/' } },
    ])
    expect([...paths]).toEqual([
      ['a', 'o/1/'],
      ['c', 'p/1/'],
    ])
    expect({ ambiguous, unusable }).toEqual({ ambiguous: 2, unusable: 2 })
  })

  it('are of no use to nginx where the target is a store', () => {
    const own = { source: { kind: 'files' as const, folder }, private: folder, nginx: {} }
    expect(() => checkFolders(parseConfig({ ...own, target: 's3://bucket/prefix' }))).toThrow(
      'config: nginx serves a folder, and target is a store; leave nginx out',
    )
  })

  it('are whole, whichever of many runs at once writes last', async () => {
    const own = await mkdtemp(join(folder, 'private-'))
    const config = parseConfig({ source: { kind: 'files', folder }, target: 't', private: own, nginx: {} })
    const orgs = Array.from({ length: 8 }, (_, org) => `org${org}`)
    await Promise.all(
      orgs.map(async (org) => {
        await mkdir(join(own, org))
        await writeFile(join(own, org, 'access.json'), JSON.stringify({ users: { [`user of ${org}`]: `${org}/x/` } }))
        await writeNginx(config)
      }),
    )
    const http = await readFile(join(own, 'nginx', 'http.conf'), 'utf8')
    for (const org of orgs) expect(http).toContain(`"\\\\user of ${org}" "${org}/x/ user of ${org}";`)
    expect((await readdir(own)).filter((name) => name.includes('lock'))).toEqual([])
  })
})
