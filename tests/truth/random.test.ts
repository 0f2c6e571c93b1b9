import fc from 'fast-check'
import { openFolder } from 'hirescope/engine/native'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createOracle, sourceRows, writeRows } from '../oracle/index.ts'
import { expectAgreement, expectHttpAgreement, filtersOf, scopesOf } from './agree.ts'
import { exportInto } from './exported.ts'

const full = Boolean(process.env.HIRESCOPE_FULL)
const runs = full ? 200 : 12

it(`agrees with the oracle on ${runs} random small databases`, async () => {
  await fc.assert(
    fc.asyncProperty(sourceRows(), async ({ rows, config: drawn }) => {
      // The exporter's configuration takes an as-of of milliseconds.
      const config = { ...drawn, asOf: drawn.asOf.slice(0, 23) }
      const folder = await mkdtemp(join(tmpdir(), 'hirescope-random-'))
      try {
        const { adapterFolder, dataFolder } = await writeRows(rows, folder)
        for (const kind of ['city', 'skill'] as const)
          if (config.aliases?.[kind])
            await writeFile(join(adapterFolder, `${kind}-aliases.json`), JSON.stringify(config.aliases[kind]))
        const { asOf, orgs, defaultTimeZone, names } = config
        const exported = await exportInto(
          {
            source: { kind: 'files', folder: dataFolder },
            adapter: adapterFolder,
            asOf: `${asOf.replace(' ', 'T')}Z`,
            maxRejected: 1,
            threads: 1,
            ...(orgs && { orgs }),
            ...(defaultTimeZone && { defaultTimeZone }),
            ...(names && { names }),
          },
          folder,
        )
        const oracle = createOracle(rows, config)
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
          }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    }),
    { numRuns: runs, endOnFailure: !full },
  )
}, 3_600_000)
