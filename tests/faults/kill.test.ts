import { parseConfig, runExport } from 'hirescope/export'
import { watch } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openWhole } from '../export/open-whole.ts'
import { compiledExporter, configFile, configOf, startExporter, temporaryFolder } from './exporter.ts'
import { createRandom, full, seed } from './random.ts'
import { folderRead, Readers } from './reader.ts'

const sizes = [100, 300]
const kills = full ? 200 : 5
const random = createRandom()

let exporter: string
let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  exporter = await compiledExporter()
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())

/** What a run is killed in: any part of it, what it does from its first touch of the bundle on, the swap of the manifest. */
type Moment = 'any' | 'writing' | 'swap'

/** The shortest whole run so far, and the shortest from the first touch of the bundle on, in milliseconds. */
const shortest = { run: Infinity, writing: Infinity }

/** Runs an export in a process of its own. Whether it was killed; one that was not must have succeeded. */
const runChild = async (config: string, bundle: string, moment: Moment | null): Promise<boolean> => {
  const began = performance.now()
  const { child, ended } = startExporter(exporter, config)
  let timer: NodeJS.Timeout | undefined
  const killWithin = (milliseconds: number) => {
    timer ??= setTimeout(() => child.kill('SIGKILL'), milliseconds * random())
  }
  if (moment === 'any') killWithin(shortest.run)
  let touched: number | undefined
  const watcher = watch(bundle, (_, file) => {
    touched ??= performance.now()
    if (moment === 'writing') killWithin(shortest.writing)
    if (moment === 'swap' && file?.includes('manifest')) killWithin(20)
  })
  const { code, signal, output } = await ended
  clearTimeout(timer)
  watcher.close()
  if (signal === 'SIGKILL') return true
  if (code !== 0) throw new Error(`the run ended with ${code ?? signal}: ${output}`)
  const now = performance.now()
  shortest.run = Math.min(shortest.run, now - began)
  shortest.writing = Math.min(shortest.writing, now - (touched ?? now))
  return false
}

it(`keeps readers on a whole dataset while the exporter is killed ${kills} times, and then succeeds`, async () => {
  const readers = new Readers()
  const files = new Map<number, string>()
  for (const size of sizes) files.set(size, await configFile(folder.path, `${size}`, await configOf(folder.path, size)))
  const target = join(folder.path, 'target', 'o')
  const bundleNow = async () => join(target, (await readdir(target))[0] ?? '')
  for (const size of [...sizes].reverse()) {
    await runExport(parseConfig(await configOf(folder.path, size)))
    await readers.learn(folderRead(await bundleNow()), String(size))
  }
  const bundle = await bundleNow()
  const read = folderRead(bundle)
  let total = '100'
  let reads = 0

  /** Exports what is not there yet, under the eyes of readers. */
  const round = async (moment: Moment | null) => {
    const reading = readers.keepReading(read)
    const killed = await runChild(files.get(total === '100' ? 300 : 100)!, bundle, moment)
    const { reads: own, names } = await reading.stop()
    reads += own
    const { name } = await readers.check(read)
    expect([...names, name].filter((each) => each !== total && each !== name)).toEqual([])
    if (killed) await readers.checkPrevious(read)
    total = name
    return killed
  }

  expect(await round(null)).toBe(false)
  expect(total).toBe('300')
  // A run may be faster than those before it and end before it is killed; then it is not counted.
  const moments: Moment[] = ['any', 'writing', 'any', 'swap']
  let killed = 0
  let swapped = 0
  for (let rounds = 0; killed < kills && rounds < 4 * kills; rounds++) {
    const before = total
    if (!(await round(moments[killed % moments.length]!))) continue
    killed += 1
    if (total !== before) swapped += 1
  }
  console.log(
    `killed ${killed} times (seed ${seed}), ${swapped} of them after the swap; ${reads} whole reads meanwhile`,
  )
  expect(killed).toBe(kills)

  for (const after of total === '100' ? ['300', '100'] : ['100', '300']) {
    expect(await round(null)).toBe(false)
    expect(total).toBe(after)
  }
  const dataset = await openWhole(bundle)
  expect(dataset.manifest.tables.applications.rows).toBe(Number(total))
  await dataset.close()
  const named = new Set<string>()
  for (const name of ['manifest.json', 'manifest.previous.json']) {
    const text = await readFile(join(bundle, name), 'utf8')
    for (const [file] of text.matchAll(/[0-9a-f]{64}\.[a-z.]+/g)) named.add(file)
  }
  const left = (await readdir(bundle)).filter((file) => !file.startsWith('manifest') && !named.has(file))
  expect(left, 'the next run removes what killed ones left').toEqual([])
  const own = await readdir(join(folder.path, 'private', 'o'))
  expect(own.filter((file) => file.startsWith('.tmp-') || file.startsWith('lock'))).toEqual([])
}, 3_600_000)
