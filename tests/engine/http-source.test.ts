import { httpSource, type DatasetError } from 'hirescope/engine'
import type { Manifest } from 'hirescope/contract'
import { readFile, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder, writeBundle } from '../fixtures/bundle.ts'

let folder: string
let manifest: Manifest
beforeAll(async () => {
  folder = await temporaryFolder()
  manifest = await writeBundle(folder)
})
afterAll(() => rm(folder, { recursive: true }))

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/org/unguessable`
}
const serveFolder: RequestListener = async (request, response) => {
  const name = request.url?.replace('/org/unguessable/', '') ?? ''
  response.end(await readFile(join(folder, name)))
}
const failure = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('it did not reject'),
    (error: DatasetError) => {
      expect(error.message).not.toContain('unguessable')
      return { code: error.code, message: error.message }
    },
  )

it('reads manifest and files below its address, with or without a slash at the end', async () => {
  const address = await serve(serveFolder)
  for (const base of [address, `${address}/`]) {
    const source = httpSource(base)
    expect(await source.manifest()).toEqual(manifest)
    const portions: number[] = []
    const bytes = await source.open(manifest.tables.jobs, { onBytes: (bytes) => portions.push(bytes) })
    expect(Buffer.from(bytes)).toEqual(await readFile(join(folder, manifest.tables.jobs.file)))
    expect(portions.reduce((sum, portion) => sum + portion, 0)).toBe(manifest.tables.jobs.bytes)
  }
})

it('asks for the manifest anew each time, and names itself to nobody', async () => {
  const asked: RequestInit[] = []
  const source = httpSource('http://host/', async (_, init) => {
    asked.push(init ?? {})
    return new Response(JSON.stringify(manifest))
  })
  await source.manifest()
  expect(asked).toMatchObject([{ cache: 'no-cache', referrerPolicy: 'no-referrer' }])
})

it.each([
  [404, 'not-found', 'manifest: not found (404); check the address of the dataset'],
  [403, 'not-found', 'manifest: no access (403); sign in again, or check the address of the dataset'],
  [500, 'network', 'manifest: the host answers 500; try again later'],
])('tells what a %i means', async (status, code, message) => {
  const address = await serve((_, response) => response.writeHead(status).end('no'))
  expect(await failure(httpSource(address).manifest())).toEqual({ code, message })
})

it('takes a web page for what it is', async () => {
  const address = await serve((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'))
  expect((await failure(httpSource(address).manifest())).code).toBe('not-a-bundle')
  expect((await failure(httpSource(address).open(manifest.tables.jobs))).code).toBe('not-found')
})

it('says when there is no host', async () => {
  expect(await failure(httpSource('http://127.0.0.1:9/unguessable/').manifest())).toEqual({
    code: 'network',
    message: 'manifest: no answer from the host; check the connection and try again',
  })
})

it('says when the connection breaks within a file', async () => {
  const address = await serve((_, response) => {
    response.writeHead(200, { 'content-length': manifest.tables.jobs.bytes })
    response.write('PAR1', () => response.destroy())
  })
  expect((await failure(httpSource(address).open(manifest.tables.jobs))).code).toBe('network')
})

it('refuses a file that is longer, shorter, or another', async () => {
  const { jobs } = manifest.tables
  for (const bytes of [jobs.bytes + 1, jobs.bytes - 1, jobs.bytes]) {
    const address = await serve((_, response) => response.end(Buffer.alloc(bytes)))
    expect((await failure(httpSource(address).open(jobs))).code).toBe('altered')
  }
})

it('stops with the reason of the signal', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  const address = await serve((_, response) => {
    response.writeHead(200).write('PAR1')
    controller.abort(reason)
  })
  const source = httpSource(address)
  await expect(source.open(manifest.tables.jobs, { signal: controller.signal })).rejects.toBe(reason)
  await expect(source.manifest(controller.signal)).rejects.toBe(reason)
})

it('says where web crypto is missing', async () => {
  const { crypto } = globalThis
  Object.defineProperty(globalThis, 'crypto', { value: undefined, configurable: true })
  onTestFinished(() => void Object.defineProperty(globalThis, 'crypto', { value: crypto, configurable: true }))
  const address = await serve(serveFolder)
  expect((await failure(httpSource(address).open(manifest.tables.jobs))).message).toBe(
    'web crypto: missing, browsers offer it on https and localhost alone; open it there',
  )
})
