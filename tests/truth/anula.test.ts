import { openFolder } from 'hirescope/engine/native'
import { metrics, run } from 'hirescope/metrics'
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOracle, readFilesAdapter, type Oracle } from '../oracle/index.ts'
import { expectAgreement, filtersOf, scopesOf } from './agree.ts'
import { exportInto, type Exported } from './exported.ts'

const adapter = 'tests/fixtures/adapters/anula'
const data = '../shared/data/anula-hr-interview'
const asOf = '2025-06-30T12:00:00Z'

describe.skipIf(!existsSync(data))('the Anula data set', () => {
  let exported: Exported
  let oracle: Oracle

  beforeAll(async () => {
    exported = await exportInto({
      source: { kind: 'files', folder: data },
      adapter,
      asOf,
      defaultTimeZone: 'Asia/Kolkata',
    })
    const rows = await readFilesAdapter(adapter, data, '2025-06-30 12:00:00')
    oracle = createOracle(rows, { asOf: '2025-06-30 12:00:00', defaultTimeZone: 'Asia/Kolkata' })
  })
  afterAll(() => exported.remove())

  it('exports without rejecting a row', () => {
    expect(exported.summary.orgs).toMatchObject([{ org: 'anula', error: null }])
    expect(exported.summary.read).toMatchObject({ application: 2313, candidate: 500, job: 50 })
    expect(exported.summary.orgs[0]?.issues.filter(({ kind }) => kind === 'rejected')).toEqual([])
  })

  it('agrees with the oracle for every viewer, each of the 50 jobs and sets of jobs', async () => {
    const viewers = oracle.viewers('anula')
    expect(viewers.length).toBeGreaterThanOrEqual(3)
    for (const { userId, jobIds } of viewers) {
      const dataset = await openFolder((await exported.bundleOf('anula', userId)) ?? '')
      const bundle = oracle.bundle('anula', jobIds)
      for (const scope of [...scopesOf(jobIds, 20), ...(await filtersOf(dataset))])
        await expectAgreement(dataset, bundle, scope, `${userId} ${JSON.stringify(scope)}`)
      await dataset.close()
    }
  })

  it('finds the top city by applicants, not by applications', async () => {
    const admin = oracle.viewers('anula').find(({ role }) => role === 'admin')
    const dataset = await openFolder((await exported.bundleOf('anula', admin?.userId ?? '')) ?? '')
    const { body } = await run(dataset, metrics['top-location'])
    expect(body).toMatchObject({ top_location: 'Thiruvananthapuram' })
    await dataset.close()
  })
})
