import { openFolder } from 'hirescope/engine/native'
import { metrics, plan, run, type Scope } from 'hirescope/metrics'
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder, writeBundle } from '../fixtures/bundle.ts'

let folder: string
let dataset: Awaited<ReturnType<typeof openFolder>>
beforeAll(async () => {
  folder = await temporaryFolder()
  await writeBundle(folder)
  dataset = await openFolder(folder)
})
afterAll(async () => {
  await dataset.close()
  await rm(folder, { recursive: true })
})

const planned = (scope: Scope) => plan(dataset, Object.values(metrics), scope)

describe('nine metrics', () => {
  it.each<[string, number, Scope]>([
    ['all jobs', 2, {}],
    ['one job', 1, { job_id: '10' }],
  ])('about %s are %i statements without a parameter, and need no single rows', (_, count, scope) => {
    const { steps, reads } = planned(scope)!
    expect(reads).toBe('rollup')
    expect(steps.map(({ statement }) => statement.params)).toEqual(Array.from({ length: count }, () => []))
    for (const { statement } of steps) expect(statement.sql).not.toMatch(/WITH|\$/)
  })

  it.each<[string, 'rows' | 'sets', Scope]>([
    ['a set of jobs', 'sets', { job_ids: ['10', '11'] }],
    ['a city', 'rows', { city: "O'Slo" }],
    ['days', 'rows', { job_id: '11', applied_from: '2024-01-01', applied_to: '2024-12-31' }],
    ['days and a set of jobs', 'rows', { job_ids: ['10', '11'], applied_from: '2024-01-01' }],
  ])('about %s are two statements that read %s, without a parameter', (_, read, scope) => {
    const { steps, reads } = planned(scope)!
    expect(reads).toBe(read)
    expect(steps).toHaveLength(2)
    for (const { statement } of steps) {
      expect(statement.sql).not.toMatch(/O'Slo/)
      expect(statement.params).toEqual([])
    }
  })

  it('about a job that is not visible are none', () => {
    expect(planned({ job_id: '12' })).toBeNull()
    expect(planned({ job_ids: ['10', '12'] })).toBeNull()
  })
})

it('gives a basis that shows the own SQL of a metric, with its parameters', async () => {
  const { basis } = await run(dataset, metrics['total-applicants'], { job_id: '11' })
  expect(basis?.sql).toBe(metrics['total-applicants'].sql)
  expect(basis?.params).toEqual({ job: 1 })
  expect(JSON.parse(JSON.stringify(basis))).toMatchObject({ sql: basis?.sql, params: { job: 1 } })
})

describe('a row filter', () => {
  it('narrows the applications and what hangs on them', async () => {
    const applicants = async (scope: Scope) =>
      (await run(dataset, metrics['total-applicants'], scope)).body?.total_applicants
    expect(await applicants({ min_score: 7, max_score: 7 })).toBe(1)
    expect(await applicants({ min_score: 8 })).toBe(0)
    expect(await applicants({ city: 'Oslo' })).toBe(1)
    expect(await applicants({ city: 'Oslo', job_id: '10' })).toBe(0)
    expect(await applicants({ applied_from: '2024-05-06', applied_to: '2024-05-06' })).toBe(3)
    expect(await applicants({ applied_from: '2024-05-07' })).toBe(0)
  })

  it.each<[RegExp, Scope]>([
    [/^scope: applied_from "yesterday", expected a day "YYYY-MM-DD"$/, { applied_from: 'yesterday' }],
    [/^scope: applied_to "2024-02-30", expected a day/, { applied_to: '2024-02-30' }],
    [/^scope: min_score 7.5, expected a whole number$/, { min_score: 7.5 }],
    [/^scope: city 5, expected a text$/, { city: 5 as unknown as string }],
  ])('that is none is refused: %s', async (message, scope) => {
    await expect(run(dataset, metrics['top-skill'], scope)).rejects.toThrow(message)
  })
})
