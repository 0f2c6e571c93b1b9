import { endpointIds } from 'hirescope/contract'
import type { SourceRow } from 'hirescope/contract'
import { expect, test } from 'vitest'
import { rowsOf } from './case.ts'
import { createOracle } from './oracle.ts'

test('20 000 applications are answered for every viewer and job in seconds', () => {
  const many = <Row>(count: number, row: (i: number) => Row) => Array.from({ length: count }, (_, i) => row(i))
  const at = (i: number) => `2024-0${1 + (i % 3)}-${10 + (i % 3)} 0${i % 10}:00:00`
  const who = (i: number) => ({ candidate_id: `${(i * 7) % 15_000}`, job_id: `${(i * 13) % 100}` })
  const rows = rowsOf({
    app_user: many(40, (i) => ({ user_id: `${i}`, role: i < 5 ? 'admin' : 'editor' }) as SourceRow<'app_user'>),
    job: many(100, (i) => ({ job_id: `${i}`, owner_user_id: `${i % 40}` })),
    job_share: many(500, (i) => ({ job_id: `${i % 100}`, user_id: `${(i * 3) % 40}` })),
    candidate: many(15_000, (i) => ({ candidate_id: `${i}`, city_raw: `City ${i % 50}` })),
    application: many(20_000, (i) => ({ application_id: `${i}`, ...who(i), applied_at: at(i) })),
    resume: many(20_000, (i) => ({ resume_id: `${i}`, ...who(i), created_at: at(i), city_raw: `city ${i % 40}` })),
    resume_skill: many(60_000, (i) => ({ resume_id: `${i % 20_000}`, ordinal: i, skill_raw: `skill ${i % 90}` })),
    assessment: many(10_000, (i) => ({ assessment_id: `${i}`, ...who(i), assigned_at: at(i) })),
    screening: many(10_000, (i) => ({ screening_id: `${i}`, ...who(i), assigned_at: at(i) })),
  })
  const before = process.cpuUsage()
  const oracle = createOracle(rows, { asOf: '2024-03-13 12:00:00', defaultTimeZone: 'Asia/Kolkata' })
  let answers = 0
  for (const { jobIds } of oracle.viewers('o')) {
    const bundle = oracle.bundle('o', jobIds)
    for (const scope of [{}, ...jobIds.map((job_id) => ({ job_id }))]) {
      for (const endpoint of endpointIds) if (bundle.answer(endpoint, scope).status === 200) answers++
    }
  }
  expect(answers).toBeGreaterThan(1000)
  // Processor time: others may use the machine.
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(20)
})
