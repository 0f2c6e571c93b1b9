import { cpSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from 'hirescope/contract'
import { builtApp } from '../browser/built.ts'
import { temporaryFolder, writeBundle } from '../fixtures/bundle.ts'
import { startNginx, whyNoNginx, type TestNginx } from '../nginx.ts'

it('has no file that is too large for a host of static pages', async () => {
  const dist = await builtApp()
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  const sizes = files.map((file) => statSync(join(dist, file)).size)
  expect(Math.max(...sizes)).toBeLessThan(8_000_000)
  expect(files.filter((file) => file.endsWith('.wasm'))).toEqual([])
  expect(files.filter((file) => file.endsWith('.wasm.gz'))).toHaveLength(2)
}, 300_000)

describe.skipIf(whyNoNginx())('nginx as the README has it', () => {
  let folder: string
  let nginx: TestNginx
  let manifest: Manifest

  beforeAll(async () => {
    folder = await temporaryFolder()
    const site = join(folder, 'www/hirescope')
    mkdirSync(site, { recursive: true })
    cpSync(await builtApp(), site, { recursive: true })
    manifest = await writeBundle(join(site, 'data/1/scope'))
    const section =
      readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8').split('## Put it on a host')[1] ?? ''
    const [, map = '', server = ''] = /```nginx\n(map [\s\S]*?\n}\n)server \{\n([\s\S]*?)\n}\n```/.exec(section) ?? []
    expect(server).toContain('root /srv/www;')
    nginx = await startNginx(folder, map, server.replace('listen 80;', '').replace('/srv/www', join(folder, 'www')))
  })
  afterAll(async () => {
    await nginx?.stop()
    await rm(folder, { recursive: true })
  })

  const ask = (path: string) =>
    fetch(`http://127.0.0.1:${nginx.port}/hirescope/${path}`, { headers: { 'accept-encoding': 'gzip' } })
  const asset = (part: string) => {
    const found = readdirSync(join(folder, 'www/hirescope/assets')).find(
      (file) => file.includes(part) && !file.endsWith('.css'),
    )
    return `assets/${found}`
  }

  it.each([
    ['the page', () => '', 'no-cache', 'text/html'],
    ['the service worker', () => 'service-worker.js', 'no-cache', 'application/javascript'],
    ['a manifest', () => 'data/1/scope/manifest.json', 'no-cache', 'application/json'],
    ['a script', () => asset('App-'), 'public, max-age=31536000, immutable', 'application/javascript'],
    [
      "the engine's module",
      () => asset('duckdb-eh-'),
      'public, max-age=31536000, immutable',
      'application/octet-stream',
    ],
    [
      'a table',
      () => `data/1/scope/${manifest.tables.jobs.file}`,
      'private, max-age=31536000, immutable',
      'application/octet-stream',
    ],
    [
      'the numbers of the export',
      () => `data/1/scope/${manifest.answers.file}`,
      'private, max-age=31536000, immutable',
      'application/octet-stream',
    ],
  ])('serves %s', async (_, path, cache, type) => {
    const response = await ask(path())
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe(cache)
    expect(response.headers.get('content-type')).toBe(type)
    expect(response.headers.get('content-encoding')).toBe(null)
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(response.headers.get('content-security-policy')).toBe("frame-ancestors 'self'")
  })

  it('lists no folder and logs no address of a bundle', async () => {
    expect((await ask('data/1/')).status).toBe(403)
    expect((await ask('favicon.svg')).status).toBe(200)
    const log = readFileSync(nginx.accessLog, 'utf8')
    expect(log).toContain('favicon.svg')
    expect(log).not.toContain('/data/')
  })
})
