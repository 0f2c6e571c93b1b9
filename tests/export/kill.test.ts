import { folderSource } from 'hirescope/engine/native'
import { metrics, run } from 'hirescope/metrics'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { rowsOf } from '../oracle/case.ts'
import { writeRows } from '../oracle/index.ts'
import { openWhole } from './open-whole.ts'

const kills = process.env.HIRESCOPE_FULL ? 60 : 20

let folder: string
let scope: string
const configs: string[] = []

/** An org with so many applicants, one application each, exported as of such a second. */
const prepare = async (name: string, applicants: number) => {
  const rows = rowsOf({
    candidate: Array.from({ length: applicants }, (_, index) => ({ candidate_id: `c${index}` })),
    application: Array.from({ length: applicants }, (_, index) => ({
      application_id: `a${index}`,
      candidate_id: `c${index}`,
    })),
  })
  const { adapterFolder, dataFolder } = await writeRows(rows, join(folder, name))
  const file = join(folder, `${name}.json`)
  await writeFile(
    file,
    JSON.stringify({
      source: { kind: 'files', folder: dataFolder },
      adapter: adapterFolder,
      target: join(folder, 'target'),
      private: join(folder, 'private'),
      asOf: '2026-01-01T00:00:00Z',
      threads: 1,
    }),
  )
  configs.push(file)
}

const startExport = (config: string) => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/export.ts', '--config', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  return { child, ended, output: () => output }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hirescope-kill-'))
  await prepare('few', 100)
  await prepare('many', 300)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it(`keeps readers on a whole dataset while the exporter is killed ${kills} times, and then succeeds`, async () => {
  const first = startExport(configs[0]!)
  expect(await first.ended, first.output()).toBe(0)
  const target = join(folder, 'target', 'o')
  scope = (await readdir(target))[0]!
  const bundle = join(target, scope)

  let stop = false
  let reads = 0
  const seen = new Set<number>()
  const reader = (async () => {
    while (!stop) {
      const dataset = await openWhole(bundle)
      const { body } = await run(dataset, metrics['total-applicants'])
      const total = body?.total_applicants ?? -1
      expect([100, 300]).toContain(total)
      expect(dataset.manifest.tables.applications.rows).toBe(total)
      // The precomputed answers belong to the same dataset as the tables.
      const source = folderSource(bundle)
      const gunzipped = new Blob([(await source.open(dataset.manifest.answers)) as BlobPart])
        .stream()
        .pipeThrough(new DecompressionStream('gzip'))
      const answers = (await new Response(gunzipped).json()) as Record<string, { body: unknown }>
      expect(answers['total-applicants']?.body).toEqual({ total_applicants: total })
      await dataset.close()
      seen.add(total)
      reads += 1
    }
  })()
  reader.catch(() => undefined)

  // How long a run takes, and from when on it touches the target, is learnt from one that is left alone.
  const began = performance.now()
  const alone = startExport(configs[1]!)
  expect(await alone.ended, alone.output()).toBe(0)
  const length = performance.now() - began
  let killed = 0
  for (let round = 0; round < kills; round++) {
    const { child, ended } = startExport(configs[round % 2]!)
    const timer = setTimeout(() => child.kill('SIGKILL'), length * (0.3 + 0.75 * Math.random()))
    await ended
    clearTimeout(timer)
    if (child.signalCode === 'SIGKILL') killed += 1
  }
  expect(killed).toBeGreaterThan(kills / 3)

  for (const config of configs) {
    const last = startExport(config)
    expect(await last.ended, last.output()).toBe(0)
  }
  stop = true
  await reader
  expect(reads).toBeGreaterThan(kills)
  expect(seen).toEqual(new Set([100, 300]))

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
