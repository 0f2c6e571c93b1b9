import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { endpointBodies, endpointIds } from 'hirescope/contract'
import type { SourceRows } from 'hirescope/contract'
import { expect, test } from 'vitest'
import { sourceRows } from './arbitrary.ts'
import type { OracleConfig } from './config.ts'
import { createOracle } from './oracle.ts'
import type { OracleScope } from './oracle.ts'
import { readFilesAdapter } from './read-adapter.ts'
import { writeRows } from './write-rows.ts'

const everyAnswer = (rows: SourceRows, config: OracleConfig) => {
  const oracle = createOracle(rows, config)
  return oracle.orgs.flatMap((org) =>
    oracle.viewers(org).map((viewer) => {
      const bundle = oracle.bundle(org, viewer.jobIds)
      const scopes: OracleScope[] = [
        {},
        { job_ids: viewer.jobIds.slice(1) },
        ...viewer.jobIds.map((job_id) => ({ job_id })),
      ]
      const answers = scopes.flatMap((scope) =>
        endpointIds.map((endpoint) => ({ endpoint, scope, ...bundle.answer(endpoint, scope) })),
      )
      return { viewer, ids: bundle.ids, bases: scopes.map((scope) => bundle.stageBasis(scope)), answers }
    }),
  )
}

test('every answer to a random database has the shape of its endpoint', () => {
  fc.assert(
    fc.property(sourceRows(), ({ rows, config }) => {
      for (const { answers } of everyAnswer(rows, config)) {
        for (const { endpoint, status, body } of answers) {
          expect(status).not.toBe(404)
          if (status === 200) endpointBodies[endpoint].parse(body)
        }
      }
    }),
    { numRuns: 500 },
  )
})

test('answers do not depend on the order of the rows', () => {
  fc.assert(
    fc.property(sourceRows(), ({ rows, config }) => {
      const reversed = Object.fromEntries(Object.entries(rows).map(([table, own]) => [table, own.toReversed()]))
      expect(everyAnswer(reversed, config)).toEqual(everyAnswer(rows, config))
    }),
    { numRuns: 200 },
  )
})

test('random databases have something in every answer', () => {
  const seen = new Set<string>()
  for (const { rows, config } of fc.sample(sourceRows(), { numRuns: 300, seed: 1 })) {
    for (const { ids, bases, answers } of everyAnswer(rows, config)) {
      for (const [table, own] of Object.entries(ids)) if (own.length) seen.add(table)
      if (bases.some(({ withdrawn, unknown }) => withdrawn && unknown)) seen.add('basis')
      for (const { endpoint, status, body } of answers) {
        const text = JSON.stringify(body)
        seen.add(`${endpoint} ${status}`)
        if (/"days_to_fill":[1-9]/.test(text)) seen.add('days to fill')
        if (/"credits_per_hire":-?[1-9]/.test(text)) seen.add('credits')
        if (/"data":null/.test(text)) seen.add('absent')
        if (/"top_skills":\[.*,.*,/.test(text)) seen.add('skills')
        if (/"applicant_count":[2-9]/.test(text)) seen.add('cities')
      }
    }
  }
  const expected = [
    ...endpointIds.map((endpoint) => `${endpoint} 200`),
    ...['details 204', 'basis', 'days to fill', 'credits', 'absent', 'skills', 'cities'],
    ...['jobs', 'candidates', 'applications', 'resumes', 'assessments', 'screenings', 'credit_events', 'stage_events'],
  ]
  expect([...seen].sort()).toEqual(expected.sort())
})

test('a random database comes back through its files adapter with the same answers', async () => {
  await fc.assert(
    fc.asyncProperty(sourceRows(), async ({ rows, config }) => {
      const folder = await mkdtemp(join(tmpdir(), 'hirescope-oracle-'))
      try {
        const { adapterFolder, dataFolder } = await writeRows(rows, folder)
        const read = await readFilesAdapter(adapterFolder, dataFolder, config.asOf)
        expect(Object.keys(read).sort()).toEqual(Object.keys(rows).sort())
        expect(everyAnswer(read, config)).toEqual(everyAnswer(rows, config))
      } finally {
        await rm(folder, { recursive: true })
      }
    }),
    { numRuns: 25 },
  )
})
