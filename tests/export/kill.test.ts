import { openAnswers } from 'hirescope/engine'
import { folderSource } from 'hirescope/engine/native'
import { parseConfig, runExport } from 'hirescope/export'
import { metrics, run } from 'hirescope/metrics'
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { rowsOf } from '../oracle/case.ts'
import { writeRows } from '../oracle/index.ts'
import { openWhole } from './open-whole.ts'

const sizes = [100, 300]
const kills = process.env.HIRESCOPE_FULL ? 60 : 20

let folder: string
let compiled: string
const configs = new Map<number, string>()

/** The configuration that exports an org with so many applicants, one application each. */
const prepare = async (applicants: number): Promise<string> => {
  const rows = rowsOf({
    candidate: Array.from({ length: applicants }, (_, index) => ({ candidate_id: `c${index}` })),
    application: Array.from({ length: applicants }, (_, index) => ({
      application_id: `a${index}`,
      candidate_id: `c${index}`,
    })),
  })
  const { adapterFolder, dataFolder } = await writeRows(rows, join(folder, String(applicants)))
  const file = join(folder, `${applicants}.json`)
  await writeFile(
    file,
    JSON.stringify({
      source: { kind: 'files', folder: dataFolder },
      adapter: adapterFolder,
      target: join(folder, 'target'),
      private: join(folder, 'private'),
      asOf: '2026-01-01T00:00:00Z',
      maxDrop: 1,
      threads: 1,
    }),
  )
  return file
}

/** What a run is killed in: any part of it, what it does from its first touch of the bundle on, the swap of the manifest. */
type Moment = 'any' | 'writing' | 'swap'

/** The shortest whole run so far, and the shortest from the first touch of the bundle on, in milliseconds. */
const shortest = { run: Infinity, writing: Infinity }

/** Runs an export in a process of its own. Whether it was killed; one that was not must have succeeded. */
const runChild = (config: string, bundle: string, moment: Moment | null, touches: () => void): Promise<boolean> => {
  const began = performance.now()
  const child = spawn(process.execPath, [join(compiled, 'export.js'), '--config', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let timer: NodeJS.Timeout | undefined
  const killWithin = (milliseconds: number) => {
    timer ??= setTimeout(() => child.kill('SIGKILL'), milliseconds * Math.random())
  }
  if (moment === 'any') killWithin(shortest.run)
  let touched: number | undefined
  const watcher = watch(bundle, (_, file) => {
    touched ??= performance.now()
    touches()
    if (moment === 'writing') killWithin(shortest.writing)
    if (moment === 'swap' && file?.includes('manifest')) killWithin(20)
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      watcher.close()
      if (signal === 'SIGKILL') return resolve(true)
      if (code !== 0) return reject(new Error(`the run ended with ${code ?? signal}: ${output}`))
      const now = performance.now()
      shortest.run = Math.min(shortest.run, now - began)
      shortest.writing = Math.min(shortest.writing, now - (touched ?? now))
      resolve(false)
    })
  })
}

/** Reads a bundle whole, as it is at this moment, and gives its number of applicants. */
const read = async (bundle: string): Promise<number> => {
  const dataset = await openWhole(bundle)
  const { body } = await run(dataset, metrics['total-applicants'])
  await dataset.close()
  const total = body?.total_applicants ?? -1
  expect(sizes).toContain(total)
  expect(dataset.manifest.tables.applications.rows).toBe(total)
  // The precomputed answers belong to the same dataset as the tables.
  const { answers } = await openAnswers({ ...folderSource(bundle), manifest: async () => dataset.manifest })
  expect(answers['total-applicants'].body).toEqual({ total_applicants: total })
  return total
}

/** Compiles the command once for all runs; what it does not hold is found from where it lies. */
const compile = async (): Promise<string> => {
  const outDir = await mkdtemp(join(import.meta.dirname, '../../node_modules/.hirescope-kill-'))
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true, external: ['@aws-sdk/client-s3', '@duckdb/node-api', '@electric-sql/pglite'] },
    build: { ssr: 'scripts/export.ts', outDir, emptyOutDir: false },
  })
  return outDir
}

beforeAll(async () => {
  compiled = await compile()
  folder = await mkdtemp(join(tmpdir(), 'hirescope-kill-'))
  for (const size of sizes) configs.set(size, await prepare(size))
})
afterAll(async () => {
  for (const each of [folder, compiled]) await rm(each, { recursive: true, force: true })
})

it(`keeps readers on a whole dataset while the exporter is killed ${kills} times, and then succeeds`, async () => {
  await runExport(parseConfig(JSON.parse(await readFile(configs.get(100)!, 'utf8'))))
  const target = join(folder, 'target', 'o')
  const [scope = ''] = await readdir(target)
  const bundle = join(target, scope)
  let total = await read(bundle)

  /** Exports what is not there yet; reads all the while that the bundle may change, and once more after that. */
  const round = async (moment: Moment | null) => {
    let over = false
    let touches = () => {}
    const touched = new Promise<void>((resolve) => (touches = resolve))
    const child = runChild(configs.get(total === 100 ? 300 : 100)!, bundle, moment, touches)
    const ended = child.then(
      () => (over = true),
      () => (over = true),
    )
    await Promise.race([touched, ended])
    while (!over) await read(bundle)
    const killed = await child
    total = await read(bundle)
    return killed
  }

  expect(await round(null)).toBe(false)
  expect(total).toBe(300)
  // A run may be faster than those before it and end before it is killed; then it is not counted.
  const moments: Moment[] = ['any', 'writing', 'any', 'swap']
  let killed = 0
  for (let rounds = 0; killed < kills && rounds < 4 * kills; rounds++)
    if (await round(moments[killed % moments.length]!)) killed += 1
  expect(killed).toBe(kills)

  for (const after of total === 100 ? [300, 100] : [100, 300]) {
    expect(await round(null)).toBe(false)
    expect(total).toBe(after)
  }
  const manifest = await folderSource(bundle).manifest()
  expect(manifest.scope.id).toBe(scope)
  const named = new Set<string>()
  for (const name of ['manifest.json', 'manifest.previous.json']) {
    const text = await readFile(join(bundle, name), 'utf8')
    for (const [file] of text.matchAll(/[0-9a-f]{64}\.[a-z.]+/g)) named.add(file)
  }
  const left = (await readdir(bundle)).filter((file) => !file.startsWith('manifest') && !named.has(file))
  expect(left, 'the next run removes what killed ones left').toEqual([])
}, 900_000)
