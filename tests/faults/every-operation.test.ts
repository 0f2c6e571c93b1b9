import { localFileSystem, parseConfig, runExport, type FileSystem } from 'hirescope/export'
import { readFile, readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCeph, whyNoCeph } from '../ceph.ts'
import { startProxy, type Fate } from '../http-proxy.ts'
import { getObject } from '../s3-store.ts'
import { configOf, temporaryFolder } from './exporter.ts'
import { createRandom, full, seed } from './random.ts'
import { folderRead, Readers, type Read } from './reader.ts'

/** How a file system fails: before it does anything, after it has done it (as a sync does), or halfway through a write. */
const failures = ['ENOSPC', 'EIO', 'short write'] as const
type Failure = (typeof failures)[number]

const failed = (code: string) => Object.assign(new Error(code), { code })

/** A file system that fails at one operation, counted from 1. */
const failingAt = (at: number, failure: Failure): { files: FileSystem; reached: () => string | null } => {
  let count = 0
  let reached: string | null = null
  const wrap =
    (name: keyof FileSystem) =>
    async (...args: unknown[]) => {
      const act = localFileSystem[name] as (...given: unknown[]) => Promise<unknown>
      if (++count !== at) return act(...args)
      reached = name
      if (failure === 'EIO') await act(...args)
      if (failure === 'short write' && name === 'write') {
        const bytes = Buffer.from(args[1] as string | Uint8Array)
        await writeFile(args[0] as string, bytes.subarray(0, bytes.length / 2))
      }
      if (failure === 'short write' && name === 'copy') {
        await act(...args)
        await truncate(args[1] as string, 7)
      }
      throw failed(failure === 'EIO' ? 'EIO' : 'ENOSPC')
    }
  const names = Object.keys(localFileSystem) as (keyof FileSystem)[]
  return {
    files: Object.fromEntries(names.map((name) => [name, wrap(name)])) as unknown as FileSystem,
    reached: () => reached,
  }
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())

const sizes = ['20', '30']

/** Every point, or so many of them at random. */
const points = (count: number, some: number) => {
  const all = Array.from({ length: count }, (_, index) => index + 1)
  if (full) return all
  const random = createRandom()
  return Array.from({ length: some }, () => all.splice(Math.floor(random() * all.length), 1)[0]!)
}

interface Trial {
  /** Exports so many applicants with the failure; why it was not published. */
  run: () => Promise<string | null>
  point: string
}

/**
 * Tries one failure after the other, each in an export of the dataset that does not stand there, under the eyes of readers; then exports
 * both without any.
 */
const tryAll = async (
  trials: ((size: number) => Trial)[],
  read: Read,
  readers: Readers,
  exportNow: (size: number) => Promise<string | null>,
) => {
  let total = (await readers.check(read)).name
  const counts = { tried: 0, failed: 0, published: 0, reads: 0 }
  const other = () => Number(sizes.find((size) => size !== total))
  for (const trial of trials) {
    const { run, point } = trial(other())
    const reading = readers.keepReading(read)
    const error = await run()
    const { reads } = await reading.stop()
    const { name } = await readers.check(read)
    await readers.checkPrevious(read)
    if (error === null && name === total) throw new Error(`${point}: said to be published, and is not (seed ${seed})`)
    counts.tried += 1
    counts.reads += reads
    counts[error === null ? 'published' : 'failed'] += 1
    total = name
  }
  for (let times = 0; times < 2; times++) {
    const size = other()
    expect(await exportNow(size)).toBeNull()
    total = (await readers.check(read)).name
    expect(total).toBe(String(size))
    expect(await readers.checkPrevious(read)).not.toBe(total)
  }
  return counts
}

const bundleIn = async (base: string) => {
  const { users } = JSON.parse(await readFile(join(base, 'private', 'o', 'access.json'), 'utf8')) as {
    users: Record<string, string>
  }
  return users.admin!.slice(0, -1)
}

const because = async (base: string, size: number, more: Parameters<typeof configOf>[2], files?: FileSystem) => {
  try {
    const { orgs } = await runExport(parseConfig(await configOf(base, size, more)), files ? { files } : {})
    return orgs[0]!.error
  } catch (error) {
    return (error as Error).message
  }
}

describe('every operation of an export may fail', () => {
  it('on the file system', async () => {
    const base = join(folder.path, 'folder')
    const exportNow = (size: number) => because(base, size, {})
    const readers = new Readers()
    let bundle = ''
    for (const size of [30, 20, 30, 20]) {
      expect(await exportNow(size)).toBeNull()
      bundle = join(base, 'target', await bundleIn(base))
      await readers.learn(folderRead(bundle), String(size))
    }
    const counting = failingAt(Infinity, 'EIO')
    let operations = 0
    const counted = Object.fromEntries(
      Object.entries(counting.files).map(([name, act]) => [
        name,
        (...args: never[]) => {
          operations += 1
          return (act as (...given: never[]) => Promise<unknown>)(...args)
        },
      ]),
    ) as unknown as FileSystem
    expect(await because(base, 30, {}, counted)).toBeNull()
    // A run that goes on after a failed one has some leftovers more to remove.
    const all = points(operations + (full ? 30 : 0), 6)
    const reached: Record<string, number> = {}
    const trials = all.flatMap((at) =>
      (full ? failures : [failures[at % failures.length]!]).map((failure) => (size: number): Trial => {
        const { files, reached: where } = failingAt(at, failure)
        const run = async () => {
          const error = await because(base, size, {}, files)
          const name = where()
          if (name !== null) reached[name] = (reached[name] ?? 0) + 1
          return error
        }
        return { run, point: `operation ${at}, ${failure}` }
      }),
    )
    const counts = await tryAll(trials, folderRead(bundle), readers, exportNow)
    console.log(`file system, ${operations} operations (seed ${seed}):`, counts, 'failures by operation:', reached)
    expect((await readdir(bundle)).filter((name) => name.startsWith('.tmp-'))).toEqual([])
    expect((await readdir(join(base, 'private', 'o'))).filter((name) => name.startsWith('.tmp-'))).toEqual([])
  }, 3_600_000)

  it.skipIf(whyNoCeph() !== null)(
    'on a store: refused, cut off, or carried out with its answer lost',
    async () => {
      const fates: Fate[] = [503, 'cut', 'answer lost']
      const ceph = (await startCeph())!
      let requests = 0
      let fate: { at: number; is: Fate } | null = null
      const proxy = await startProxy(ceph.endpoint, () => {
        requests += 1
        return requests === fate?.at ? fate.is : 'pass'
      })
      Object.assign(process.env, { AWS_ACCESS_KEY_ID: ceph.accessKeyId, AWS_SECRET_ACCESS_KEY: ceph.secretAccessKey })
      try {
        const base = join(folder.path, 'store')
        const target = (retries: number) => ({
          target: 's3://bundles/faults',
          s3: { endpoint: proxy.endpoint, retries },
        })
        const exportNow = (size: number) => because(base, size, target(0))
        const readers = new Readers()
        let scope = ''
        const read: Read = async (name) => (await getObject(ceph, `faults/${scope}/${name}`))?.bytes ?? null
        for (const size of [30, 20]) {
          expect(await exportNow(size)).toBeNull()
          scope = await bundleIn(base)
          await readers.learn(read, String(size))
        }
        requests = 0
        expect(await exportNow(30)).toBeNull()
        const operations = requests
        const all = points(operations + (full ? 15 : 0), 2)
        // Without a retry the run fails or does without; with one it is published.
        const trials = all.flatMap((at) =>
          (full ? fates : [fates[at % fates.length]!]).flatMap((is) =>
            (full && at % 4 ? [0] : [0, 1]).map((retries) => (size: number): Trial => {
              const run = async () => {
                requests = 0
                fate = { at, is }
                const error = await because(base, size, target(retries))
                fate = null
                if (retries > 0) expect(error).toBeNull()
                return error
              }
              return { run, point: `request ${at}, ${is}, ${retries} retries` }
            }),
          ),
        )
        const counts = await tryAll(trials, read, readers, exportNow)
        console.log(`store, ${operations} requests (seed ${seed}):`, counts)
      } finally {
        await proxy.close()
        await ceph.stop()
      }
    },
    3_600_000,
  )
})
