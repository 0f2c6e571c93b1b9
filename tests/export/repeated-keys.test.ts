import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { judge } from '../../src/export/judge.ts'
import { openStaging, type Staging } from '../../src/export/staging.ts'

let folder: string
let staging: Staging
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hirescope-judge-'))
  staging = await openStaging({ folder, memory: '500MB', threads: 2 })
})
afterEach(async () => {
  await staging.close()
  await rm(folder, { recursive: true, force: true })
})

it('finds the same repeated keys in one go and in parts', async () => {
  await staging.run(`CREATE TABLE raw.resume_skill AS
    SELECT CAST(i // 3 AS VARCHAR) AS resume_id, CAST(i % 3 AS VARCHAR) AS ordinal, 'Skill' AS skill_raw FROM range(3000) AS r(i)
    UNION ALL SELECT CAST(i AS VARCHAR), '2', 'Other' FROM range(0, 1000, 7) AS r(i)
    UNION ALL SELECT NULL, '1', 'Skill' FROM range(5)`)
  const { repeated } = judge({ table: 'resume_skill', delivered: {}, asOf: '2024-06-01 00:00:00.000000' })
  const found = async (parts: number) => {
    const counts: number[] = []
    for (let part = 0; part < parts; part++) counts.push(Number((await staging.rows(repeated(part, parts)))[0]?.Count))
    return { counts, rows: await staging.rows('SELECT * FROM repeated ORDER BY ALL') }
  }
  const whole = await found(1)
  expect(whole.counts).toEqual([143])
  expect(whole.rows).toHaveLength(143)
  const { counts, rows } = await found(4)
  expect(rows).toEqual(whole.rows)
  expect(Math.min(...counts)).toBeGreaterThan(0)
})
