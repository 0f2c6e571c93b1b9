import fc from 'fast-check'
import { loadDataset } from 'hirescope/engine'
import { folderSource, openFolder } from 'hirescope/engine/native'
import { createNodeWasmStore } from 'hirescope/engine/wasm/node'
import { expect, it } from 'vitest'
import { sourceRows } from '../oracle/index.ts'
import { expectAgreement, expectHttpAgreement, filtersOf, scopesOf } from './agree.ts'
import { exportDrawn } from './exported.ts'

const full = Boolean(process.env.HIRESCOPE_FULL)
const runs = full ? 200 : 5

it(`agrees with the oracle on ${runs} random small databases, on native DuckDB and on DuckDB-WASM`, async () => {
  const wasm = await createNodeWasmStore()
  await fc.assert(
    fc.asyncProperty(sourceRows(), async ({ rows, config }) => {
      const { exported, oracle } = await exportDrawn(rows, config)
      try {
        expect(exported.summary.orgs.map(({ org, error }) => ({ org, error }))).toEqual(
          oracle.orgs.map((org) => ({ org, error: null })),
        )
        for (const org of oracle.orgs)
          for (const [turn, { userId, jobIds }] of oracle.viewers(org).entries()) {
            const bundle = await exported.bundleOf(org, userId)
            const dataset = await openFolder(bundle ?? '', { threads: 1 })
            expect([...dataset.jobs.keys()]).toEqual(jobIds)
            const expected = oracle.bundle(org, jobIds)
            // Each viewer has filters of their own: all of them for everyone would take hours to tell nothing more.
            const filters = (await filtersOf(dataset)).filter((_, index) => index % 4 === turn % 4)
            for (const scope of [...scopesOf(jobIds, 2), ...filters])
              await expectAgreement(dataset, expected, scope, `${userId} ${JSON.stringify(scope)}`)
            await expectHttpAgreement(dataset, expected, userId)
            await dataset.engine.close()
            // One viewer of each database: this engine takes several times as long.
            if (turn > 0 || org !== oracle.orgs[0]) continue
            const loaded = await loadDataset(folderSource(bundle ?? ''), wasm)
            for (const scope of [...scopesOf(jobIds, 2), ...(await filtersOf(loaded))])
              await expectAgreement(loaded, expected, scope, `${userId} on wasm ${JSON.stringify(scope)}`)
            await expectHttpAgreement(loaded, expected, userId)
          }
      } finally {
        await exported.remove()
      }
    }),
    { numRuns: runs, endOnFailure: !full },
  )
  await wasm.engine.close()
}, 3_600_000)
