import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { endpointIds } from 'hirescope/contract'
import { metrics } from 'hirescope/metrics'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/bundle.ts'

let folder: string
const read = (file: string) => readFileSync(join(folder, file), 'utf8')

// It fails where a public export has no docstring.
beforeAll(async () => {
  folder = await temporaryFolder()
  execFileSync(process.execPath, ['node_modules/tsx/dist/cli.mjs', 'scripts/docs.ts', folder], { stdio: 'pipe' })
}, 600_000)
afterAll(() => rmSync(folder, { recursive: true }))

it('has a page of every entry point, with what its docstrings say', () => {
  const { exports: doors } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: object }
  const index = read('api/README.md')
  for (const door of Object.keys(doors)) expect(index).toContain(`[${door.slice(2)}]`)
  expect(read('api/metrics/functions/run.md')).toContain('Asks one metric about a scope')
})

it('has a page of every metric, with its definition, its SQL, its parameters, its result and an example', () => {
  for (const id of endpointIds) {
    const { title, definition, sql, parameters } = metrics[id]
    const page = read(`metrics/${id}.md`)
    for (const text of [`# ${title}\n`, definition, sql, parameters.job_id, `metrics['${id}']`])
      expect(page).toContain(text)
    const [schema = '', body = ''] = [...page.matchAll(/^```json\n(.+?)^```$/gms)].map(([, json]) => json)
    expect(JSON.parse(schema)).toMatchObject({})
    expect(metrics[id].body.safeParse(JSON.parse(body)).success).toBe(true)
    expect(read('README.md')).toContain(`[${title}](metrics/${id}.md)`)
  }
  expect(read('metrics/total-applicants.md')).toContain('"total_applicants": 2')
})
