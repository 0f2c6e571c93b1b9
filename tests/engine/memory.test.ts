import { execFileSync } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { temporaryFolder, writeBundle } from '../fixtures/bundle.ts'

let folder: string
beforeAll(async () => {
  folder = await temporaryFolder()
  // Enough rows to be seen in the size of a process.
  const ids = `SELECT CAST(i AS INTEGER) AS application_key, 'application-' || hash(i) AS application_id FROM range(200000) r(i)`
  await writeBundle(folder, { queries: { source_ids_applications: `(${ids})` } })
})
afterAll(() => rm(folder, { recursive: true }))

/** By how many MiB a process grows that opens a bundle another two times. */
const growth = (engine: string, ...close: string[]): number => {
  const script = join(import.meta.dirname, 'open-and-close.ts')
  return Number(execFileSync(process.execPath, ['--expose-gc', '--import', 'tsx', script, folder, engine, ...close]))
}

// What the other engine does in Node it does in Chromium, too, which the short form measures alone.
it.each([['native', 25] as const, ...(process.env.HIRESCOPE_FULL ? [['wasm', 120] as const] : [])])(
  'the %s engine gives its memory back on close, whoever still has the dataset',
  (engine, least) => {
    const open = growth(engine)
    expect(open).toBeGreaterThan(least)
    // Less than one dataset of the two; the process itself grows a little, too, and now and then a little more.
    expect(Math.min(growth(engine, 'close'), growth(engine, 'close'))).toBeLessThan(open / 2)
  },
  600_000,
)
