import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { stores } from './stores.ts'

// Their third numbers differ in mended faults alone.
it('runs DuckDB of the same line natively and in WebAssembly', async () => {
  const versions = await Promise.all(
    stores.map(async ([, createStore]) => {
      const { engine } = await createStore()
      const [[row] = []] = await engine.batch([{ sql: 'SELECT version() AS version', params: [] }])
      await engine.close()
      return /^v\d+\.\d+\./.exec(String(row?.version))?.[0]
    }),
  )
  expect(versions).toEqual(['v1.4.', 'v1.4.'])
})

it('has one copy of apache-arrow: with a second one, inserts silently insert nothing', async () => {
  const lock = JSON.parse(await readFile('package-lock.json', 'utf8')) as { packages: Record<string, unknown> }
  const copies = Object.keys(lock.packages).filter((path) => path.endsWith('node_modules/apache-arrow'))
  expect(copies).toEqual(['node_modules/apache-arrow'])
})
