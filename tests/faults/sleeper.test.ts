import { parseConfig, runExport } from 'hirescope/export'
import { watch } from 'node:fs'
import { cp, mkdir, readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCeph, whyNoCeph } from '../ceph.ts'
import { startProxy, type Fate } from '../http-proxy.ts'
import { getObject, type TestStore } from '../s3-store.ts'
import { compiledExporter, configFile, configOf, startExporter, temporaryFolder } from './exporter.ts'
import { createRandom, full, seed } from './random.ts'
import { folderRead, Readers, type Read } from './reader.ts'

const rounds = full ? 60 : 2

let exporter: string
let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  exporter = await compiledExporter()
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())

/** Instants of one day, so that the rows alone make the bytes. */
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()

const scopeOf = async (own: string) => {
  const { users } = JSON.parse(await readFile(join(own, 'o', 'access.json'), 'utf8')) as {
    users: Record<string, string>
  }
  return users.admin!.slice(0, -1)
}

/** Two exporters of the same org with the same secret, each with a private folder of its own, so that no lock keeps them apart. */
const twoExporters = async (base: string, more: Parameters<typeof configOf>[2], readers: Readers) => {
  await mkdir(base)
  const privates = ['a', 'b'].map((name) => join(base, `private-${name}`))
  const exportNow = async (count: number, asOf: string, own = privates[1]!) => {
    const { orgs } = await runExport(parseConfig(await configOf(base, count, { ...more, private: own, asOf })))
    expect(orgs.map(({ error }) => error)).toEqual([null])
  }
  await exportNow(20, at(1))
  await mkdir(privates[0]!)
  await cp(join(privates[1]!, 'secret'), join(privates[0]!, 'secret'))
  const scope = await scopeOf(privates[1]!)
  const learn = async (read: Read) => {
    await readers.learn(read, '20')
    await exportNow(30, at(1))
    await readers.learn(read, '30')
    await exportNow(40, at(1))
    await readers.learn(read, '40')
  }
  return { privates, exportNow, scope, learn }
}

describe('an exporter that sleeps past a newer publish', () => {
  it(`in a folder leaves it as it is, in ${rounds} sleeps that begin anywhere`, async () => {
    const base = join(folder.path, 'folder')
    const readers = new Readers()
    const { privates, exportNow, scope, learn } = await twoExporters(base, {}, readers)
    const bundle = join(base, 'target', scope)
    const read = folderRead(bundle)
    await learn(read)
    const random = createRandom()
    let span = 0
    let ends = 0
    const outcomes: Record<string, number> = { 'refused by its as-of': 0, 'refused at the swap': 0, 'was first': 0 }
    for (let round = 0; round < rounds; round++) {
      const now = 2 + 2 * round
      const config = await configFile(
        base,
        'sleeper',
        await configOf(base, 30, { private: privates[0]!, asOf: at(now) }),
      )
      const { child, ended } = startExporter(exporter, config)
      let over = false
      void ended.finally(() => (over = true))
      // Every second sleep begins where the bundle is first touched, the others anywhere in the run.
      const began = performance.now()
      if (round % 2) await setTimeout(ends * random())
      else {
        const watcher = watch(bundle)
        await Promise.race([new Promise((resolve) => watcher.once('change', resolve)), ended])
        watcher.close()
        await setTimeout(span * random())
      }
      const touched = performance.now() - began
      child.kill('SIGSTOP')
      await exportNow(40, at(now + 1))
      const after = await readers.check(read)
      const readersAwake = readers.keepReading(read)
      child.kill('SIGCONT')
      const woke = performance.now()
      const { code, output } = await ended
      if (!over) throw new Error('it goes on')
      if (round === 0) {
        span = Math.max(40, performance.now() - woke)
        ends = touched + span
      }
      const { names } = await readersAwake.stop()
      expect(names, `seed ${seed}`).toEqual(new Set(['40']))
      expect((await readers.check(read)).manifest).toEqual(after.manifest)
      expect(await readers.checkPrevious(read)).toMatch(/^[34]0$/)
      if (code === 0) outcomes['was first']! += 1
      else if (output.includes('is as of')) outcomes['refused by its as-of']! += 1
      else {
        expect(output).toMatch(/was changed by someone else meanwhile; run again|cannot write or read/)
        outcomes['refused at the swap']! += 1
      }
    }
    console.log(`sleeps in a folder (seed ${seed}):`, outcomes)
  }, 900_000)

  it('on the same private folder changes nothing once its lock was taken away', async () => {
    const base = join(folder.path, 'lock')
    await mkdir(base)
    const own = join(base, 'private')
    const exportNow = async (count: number, asOf: string) => {
      const { orgs } = await runExport(parseConfig(await configOf(base, count, { asOf })))
      expect(orgs.map(({ error }) => error)).toEqual([null])
    }
    await exportNow(20, at(1))
    const read = folderRead(join(base, 'target', await scopeOf(own)))
    const readers = new Readers()
    const config = await configFile(
      base,
      'sleeper',
      await configOf(base, 30, { asOf: at(4), staging: join(base, 's') }),
    )
    const { child, ended } = startExporter(exporter, config)
    const lock = join(own, 'o', 'lock')
    while (!(await readFile(lock).catch(() => null))) await setTimeout(1)
    child.kill('SIGSTOP')
    const refused = await runExport(parseConfig(await configOf(base, 40, { asOf: at(3) })))
    expect(refused.orgs[0]!.error).toMatch(/^lock: held by process/)
    await rm(lock)
    await exportNow(40, at(3))
    await readers.learn(read, '40')
    const files = async () =>
      Promise.all(['access.json', 'state.json', 'previous.json'].map((name) => readFile(join(own, 'o', name), 'utf8')))
    const before = [await readers.check(read), await files()]
    const names = await readdir(join(own, 'o'))
    child.kill('SIGCONT')
    const { code, output } = await ended
    expect(code).not.toBe(0)
    expect(output).toMatch(/lock: .* was taken away while this run held it; nothing more is written, run again/)
    expect([await readers.check(read), await files()]).toEqual(before)
    // A file that it slept over in the middle of writing may be gone.
    expect(names).toEqual(expect.arrayContaining(await readdir(join(own, 'o'))))
  }, 300_000)

  it.skipIf(whyNoCeph() !== null)(
    'in a store that honours conditional puts is refused however late its put arrives',
    async () => {
      const ceph: TestStore = (await startCeph())!
      let hold: { key: string; arrived: () => void; until: Promise<void> } | null = null
      const proxy = await startProxy(ceph.endpoint, async ({ method, path }): Promise<Fate> => {
        if (!hold || method !== 'PUT' || !path.split('?')[0]!.endsWith(hold.key)) return 'pass'
        const { arrived, until } = hold
        hold = null
        arrived()
        await until
        return 'pass'
      })
      const env = { AWS_ACCESS_KEY_ID: ceph.accessKeyId, AWS_SECRET_ACCESS_KEY: ceph.secretAccessKey }
      Object.assign(process.env, env)
      try {
        const base = join(folder.path, 'store')
        const target = (endpoint: string) => ({ target: 's3://bundles/sleeper', s3: { endpoint, retries: 0 } })
        const readers = new Readers()
        const { privates, exportNow, scope, learn } = await twoExporters(base, target(ceph.endpoint), readers)
        const read: Read = async (name) => (await getObject(ceph, `sleeper/${scope}/${name}`))?.bytes ?? null
        await learn(read)
        for (const [round, key] of ['manifest.previous.json', 'manifest.json'].entries()) {
          const now = 2 + 2 * round
          const settings = { ...target(proxy.endpoint), private: privates[0]!, asOf: at(now) }
          const config = await configFile(base, 'sleeper', await configOf(base, 30, settings))
          let wake = () => {}
          const until = new Promise<void>((resolve) => (wake = resolve))
          const arrived = new Promise<void>((resolve) => (hold = { key, arrived: resolve, until }))
          const { child, ended } = startExporter(exporter, config, env)
          await Promise.race([arrived, ended.then(({ output }) => Promise.reject(new Error(output)))])
          child.kill('SIGSTOP')
          await exportNow(40, at(now + 1))
          const after = await readers.check(read)
          wake()
          child.kill('SIGCONT')
          const { code, output } = await ended
          expect(output).toMatch(/was changed by someone else meanwhile; run again/)
          expect(code).not.toBe(0)
          expect(await readers.check(read)).toEqual(after)
          expect(await readers.checkPrevious(read)).toMatch(/^[234]0$/)
        }
      } finally {
        await proxy.close()
        await ceph.stop()
      }
    },
    300_000,
  )
})

describe('as-of', () => {
  it('never goes back, unless forced', async () => {
    const base = join(folder.path, 'as-of')
    await mkdir(base)
    const exportAt = async (asOf: string, force = false) => {
      const { orgs } = await runExport(parseConfig(await configOf(base, 20, { asOf })), { force })
      return orgs[0]!.error
    }
    expect(await exportAt(at(3))).toBeNull()
    expect(await exportAt(at(2))).toMatch(
      /^as-of: .*manifest\.json is as of 2026-01-01T00:00:03\.000000Z, later than 2026-01-01T00:00:02\.000000Z; run again, or give --force to go back$/,
    )
    expect(await exportAt(at(3))).toBeNull()
    expect(await exportAt(at(2), true)).toBeNull()
  })
})
