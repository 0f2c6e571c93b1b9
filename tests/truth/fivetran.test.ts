import { ExportError } from 'hirescope/export'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { exportInto } from './exported.ts'

const config = {
  source: { kind: 'files', folder: '../shared/data/fivetran-greenhouse' },
  adapter: 'greenhouse',
  asOf: '2021-03-01T00:00:00Z',
} as const

describe.skipIf(!existsSync(config.source.folder))('the Greenhouse tables, whose keys do not join', () => {
  it('fail the org under the default limit and publish nothing', async () => {
    const exported = await exportInto(config)
    for (const { error } of exported.summary.orgs) expect(error).toMatch(/application: 2 of 2 rows rejected \(100 %/)
    expect(exported.summary.orgs.reduce((sum, { scopes }) => sum + scopes, 0)).toBe(0)
    await exported.remove()
  })

  it('are rejected row by row, counted and survived with the limit raised', async () => {
    const exported = await exportInto({ ...config, maxRejected: 1 })
    expect(exported.summary.orgs.every(({ error }) => error === null)).toBe(true)
    const issues = [...exported.summary.orgs.flatMap((org) => org.issues), ...exported.summary.unattributed]
    const rejected = issues.filter(({ table, kind }) => table === 'application' && kind === 'rejected')
    expect(rejected.reduce((sum, { rows }) => sum + rows, 0)).toBe(2)
    expect(rejected.every(({ reason }) => reason.startsWith('dangling'))).toBe(true)
    await exported.remove()
  })

  it('are refused where a folder is missing', async () => {
    await expect(exportInto({ ...config, adapter: 'tests/fixtures/adapters/none' })).rejects.toThrow(ExportError)
  })
})
