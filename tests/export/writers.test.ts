import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStaging, type Staging } from '../../src/export/staging.ts'
import { openWriters } from '../../src/export/writers.ts'

const settings = { memory: '600MB', threads: 2 }
let folder: string
let staging: Staging
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hirescope-writers-'))
  staging = await openStaging({ folder, ...settings })
})
afterEach(async () => {
  await staging.close()
  await rm(folder, { recursive: true, force: true })
})

it('makes two bundles at once, a large one alone, and none before those that asked earlier', async () => {
  const writers = await openWriters(staging, settings)
  const under: string[] = []
  const ends = new Map<string, () => void>()
  const make = (name: string, applications: number) =>
    writers.use(applications, async () => {
      under.push(name)
      await new Promise<void>((end) => ends.set(name, end))
      under.splice(under.indexOf(name), 1)
    })
  const all = [make('a', 10), make('large', 1_000_000), make('b', 10), make('c', 10)]
  const seen = (end?: string) => {
    if (end) ends.get(end)?.()
    return expect.poll(() => under.join(' '), { interval: 5 })
  }
  await seen().toBe('a')
  await seen('a').toBe('large')
  await seen('large').toBe('b c')
  await seen('b').toBe('c')
  await seen('c').toBe('')
  await Promise.all(all)
  await writers.close()
})

it('gives the threads of all to a large bundle, and one each to two at once', async () => {
  const threads = async () => (await staging.rows("SELECT current_setting('threads')::INTEGER AS n"))[0]?.n
  expect(await threads()).toBe(2)
  const writers = await openWriters(staging, settings)
  expect(await writers.use(10, threads)).toBe(1)
  expect(await writers.use(1_000_000, threads)).toBe(2)
  expect(await writers.use(10, threads)).toBe(1)
  await writers.close()
})

it('lends a writer again after what it was lent for failed', async () => {
  const writers = await openWriters(staging, settings)
  const failing = [1, 1_000_000, 1].map((applications) =>
    writers.use(applications, () => Promise.reject(new Error('no'))),
  )
  for (const each of failing) await expect(each).rejects.toThrow('no')
  expect(await writers.use(1_000_000, () => Promise.resolve('made'))).toBe('made')
  await writers.close()
})

it('keeps nobody waiting where the database fails under a large bundle', async () => {
  let failed = false
  const share = (connections: number) => (failed ? Promise.reject(new Error('gone')) : staging.share(connections))
  const writers = await openWriters({ ...staging, share }, settings)
  const large = writers.use(1_000_000, () => {
    failed = true
    return Promise.reject(new Error('out of memory'))
  })
  const next = writers.use(10, () => Promise.resolve('asked'))
  await expect(large).rejects.toThrow('out of memory')
  expect(await next).toBe('asked')
  await writers.close()
})
