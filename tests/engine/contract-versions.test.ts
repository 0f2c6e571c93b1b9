import { contractVersion, readableVersions } from 'hirescope/contract'
import { loadDataset, openAnswers, readManifest } from 'hirescope/engine'
import { folderSource } from 'hirescope/engine/native'
import { metrics, runAll, type Dataset, type RowFilter, type Scope } from 'hirescope/metrics'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stores } from './stores.ts'

/** One source, written by the exporter of each contract version. */
const bundleOf = (version: number) => join(import.meta.dirname, `../fixtures/bundles/version-${version}`)

const filters: RowFilter[] = [
  {},
  { applied_from: '2024-03-01' },
  { applied_to: '2024-03-02' },
  { city: 'Oslo' },
  { city: 'Paris' },
  { min_score: 4 },
  { max_score: 8, applied_from: '2024-02-12' },
]
const jobs = [{}, { job_id: 'j2' }, { job_ids: ['j', 'j2'] }]
const scopes = jobs.flatMap((job) => filters.map((filter): Scope => ({ ...job, ...filter })))

const answersOf = async (dataset: Dataset) => {
  const found: unknown[] = []
  for (const scope of scopes) {
    const answers = Object.entries(await runAll(dataset, metrics, scope))
    found.push({
      scope,
      answers: answers.map(([id, { status, body, basis }]) => ({ id, status, body, counts: basis?.counts })),
    })
  }
  return found
}

describe.each(stores)('the %s engine', { timeout: 300_000 }, (_, createStore) => {
  it('reads the current contract version and the previous one, with the same answers', async () => {
    expect(readableVersions).toEqual([contractVersion - 1, contractVersion])
    const found: unknown[] = []
    for (const version of readableVersions) {
      const store = await createStore()
      const dataset = await loadDataset(folderSource(bundleOf(version)), store)
      expect(dataset.manifest.contract_version).toBe(version)
      found.push(await answersOf(dataset))
      await store.engine.close()
    }
    expect(found[0]).toEqual(found[1])
    expect(JSON.stringify(found[0])).toContain('"total_applicants":3')
    expect(JSON.stringify(found[0])).toContain('"top_location":"Paris"')
  })

  it('makes all tables of the previous version those of this one', async () => {
    const rows: unknown[] = []
    for (const version of readableVersions) {
      const store = await createStore()
      const dataset = await loadDataset(folderSource(bundleOf(version)), store, { tables: 'all' })
      await dataset.loadRows()
      // The previous version has ids of all candidates in their own table, and the fraction of the second of the latest résumé.
      const tables = Object.keys(dataset.manifest.tables).filter(
        (table) => !['candidates', 'rollup_job'].includes(table),
      )
      rows.push(
        await dataset.engine.batch(
          tables.map((table) => ({
            sql: `SELECT CAST(t AS VARCHAR) AS row FROM ${table} AS t ORDER BY 1`,
            params: [],
          })),
        ),
      )
      await store.engine.close()
    }
    expect(rows[0]).toEqual(rows[1])
  })
})

it('reads the precomputed results of both', async () => {
  const [previous, current] = await Promise.all(
    readableVersions.map(async (version) => (await openAnswers(folderSource(bundleOf(version)))).answers),
  )
  expect(previous).toEqual(current)
})

it('says of any other version what to do', async () => {
  const text = await readFile(join(bundleOf(contractVersion), 'manifest.json'), 'utf8')
  const told = (version: number) => {
    try {
      readManifest(text.replace(/"contract_version": \d+/, `"contract_version": ${version}`))
    } catch (error) {
      const { code, message } = error as { code: string; message: string }
      return { code, message }
    }
    return null
  }
  const reads = `this app reads ${contractVersion - 1} and ${contractVersion}`
  expect(told(contractVersion)).toBeNull()
  expect(told(contractVersion + 1)).toEqual({
    code: 'version',
    message: `manifest: contract version ${contractVersion + 1}, ${reads}; reload the page, or install a newer hirescope`,
  })
  expect(told(contractVersion - 2)).toEqual({
    code: 'version',
    message: `manifest: contract version ${contractVersion - 2}, ${reads}; export the dataset anew`,
  })
})
