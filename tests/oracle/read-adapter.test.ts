import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sourceRows } from 'hirescope/contract'
import type { SourceRows } from 'hirescope/contract'
import { describe, expect, test } from 'vitest'
import { createOracle } from './oracle.ts'
import { readFilesAdapter } from './read-adapter.ts'

const data = process.env.HIRESCOPE_DATA ?? '../shared/data'
const adapter = (name: string) => fileURLToPath(new URL(`../fixtures/adapters/${name}`, import.meta.url))

const expectContractRows = (rows: SourceRows) => {
  for (const [table, own] of Object.entries(rows)) {
    for (const row of own) sourceRows[table as keyof SourceRows].parse(row)
  }
}

describe.skipIf(!existsSync(data))('public data', () => {
  test('the Anula files give contract rows, and the city with most applicants, not most applications', async () => {
    const rows = await readFilesAdapter(adapter('anula'), `${data}/anula-hr-interview`)
    expectContractRows(rows)
    const oracle = createOracle(rows, { asOf: '2025-08-16 00:00:00' })
    const [admin, first] = oracle.viewers('anula')
    expect(admin!.jobIds).toHaveLength(50)
    // J001, J004 … J049 and the shared J020, J030, J050; J010 and J040 are own and shared.
    expect(first!.jobIds).toHaveLength(20)
    const bundle = oracle.bundle('anula', admin!.jobIds)
    expect(bundle.answer('total-applicants', {}).body).toEqual({ total_applicants: 500 })
    expect(bundle.answer('top-location', {}).body).toEqual({ top_location: 'Thiruvananthapuram', applicant_count: 35 })
    expect(bundle.answer('top-skill', {}).body).toEqual({
      top_skills: [
        { skill: 'React', count: 138 },
        { skill: 'Data Visualization', count: 136 },
        { skill: 'DAX', count: 131 },
      ],
    })
    // Midnight of 15 August in Kolkata.
    expect(bundle.answer('most-recent-applicant', {}).body).toEqual({ most_recent_applicant: '2025-08-14T18:30:00Z' })
    expect(bundle.answer('applicants-stage-graph', {}).body).toEqual({
      results: {
        resume_screening: 568,
        assessment_test: 0,
        video_interview: 689,
        rejected: 1016,
        on_hold: 0,
        hired: 40,
      },
    })
  })
})
