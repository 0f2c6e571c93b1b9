import { parseConfig } from 'hirescope/export'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { normalise } from '../../src/export/normalise.ts'
import { readSource } from '../../src/export/read-source.ts'
import { adapterOf } from '../../src/export/run.ts'
import { judgeTables } from '../../src/export/stage.ts'
import type { Staging } from '../../src/export/staging.ts'
import { rowsOf } from '../oracle/case.ts'
import { writeRows } from '../oracle/index.ts'

it('what scopes read is the same in memory and on disk, where it goes when it is large', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hirescope-normalise-'))
  try {
    const rows = rowsOf({
      candidate: ['9', '10', '11'].map((candidate_id) => ({ candidate_id, city_raw: `City ${candidate_id}` })),
      application: ['10', '9', '11'].map((candidate_id) => ({ application_id: `${candidate_id}0`, candidate_id })),
      stage_event: ['b', 'c', 'a'].map((event_id, seq) => ({ event_id, application_id: '100', seq: 2 - seq })),
    })
    const { adapterFolder, dataFolder } = await writeRows(rows, folder)
    const config = parseConfig({
      source: { kind: 'files', folder: dataFolder },
      adapter: adapterFolder,
      target: join(folder, 'target'),
      private: join(folder, 'private'),
      asOf: '2026-01-01T00:00:00Z',
    })
    const adapter = await adapterOf(config)
    const found: Awaited<ReturnType<Staging['rows']>>[][] = []
    for (const large of [false, true]) {
      const own = join(folder, 'staging')
      const { staging, tables, asOf } = await readSource(config, adapter, own, {})
      await judgeTables({ tables, asOf }, staging, config)
      await normalise(staging, adapter.aliases, large)
      expect((await readdir(own)).includes('live.duckdb')).toBe(large)
      const live = []
      for (const table of ['job', 'candidate', 'application', 'stage_event'])
        live.push(await staging.rows(`SELECT * FROM live.${table} ORDER BY ALL`))
      found.push(live)
      await staging.close()
    }
    expect(found[1]).toEqual(found[0])
    const inOrder = (index: number) => found[0]?.[index]?.sort((a, b) => Number(a.n) - Number(b.n))
    expect(inOrder(2)?.map(({ application_id }) => application_id)).toEqual(['90', '100', '110'])
    expect(inOrder(3)?.map(({ event_id }) => event_id)).toEqual(['a', 'c', 'b'])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
