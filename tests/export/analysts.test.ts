import { DuckDBInstance } from '@duckdb/node-api'
import { manifest as manifestSchema } from 'hirescope/contract'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/bundle.ts'
import { rowsOf } from '../oracle/case.ts'
import { writeRows } from '../oracle/index.ts'
import { exportInto } from '../truth/exported.ts'

const readme = readFileSync('README.md', 'utf8')
const section = /^## Ask a bundle without hirescope\n(.+?)^## /ms.exec(readme)?.[1] ?? ''
const blockOf = (language: string) => new RegExp(`^\`\`\`${language}\\n(.+?)^\`\`\``, 'ms').exec(section)?.[1] ?? ''

let folder: string
let bundle: string
beforeAll(async () => {
  folder = await temporaryFolder()
  const rows = rowsOf({
    org: [{}],
    app_user: [{}, { user_id: 'editor', role: 'editor' }],
    job: [{ owner_user_id: 'editor' }],
    candidate: [{ candidate_id: 'c1' }, { candidate_id: 'c2' }],
    application: [
      { application_id: 'a', candidate_id: 'c1', stage: 'offer', outcome: 'hired' },
      { application_id: 'b', candidate_id: 'c2' },
    ],
  })
  const { adapterFolder, dataFolder } = await writeRows(rows, folder)
  const exported = await exportInto(
    { source: { kind: 'files', folder: dataFolder }, adapter: adapterFolder, threads: 1 },
    folder,
  )
  bundle = join(folder, 'copy')
  cpSync((await exported.bundleOf('o', 'editor')) ?? '', bundle, { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true }))

it("opens in DuckDB by the README's SQL, as its command line reads it", async () => {
  const { views } = manifestSchema.parse(JSON.parse(readFileSync(join(bundle, 'manifest.json'), 'utf8')))
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const here = process.cwd()
  try {
    process.chdir(bundle)
    await connection.run(blockOf('sql'))
    const results: unknown[] = []
    for (const line of blockOf('sh').trim().split('\n')) {
      const [, read] = /^\.read (.+)$/.exec(line) ?? []
      const sql = read ? readFileSync(read.replace('<sha256>.sql', views.file), 'utf8') : line
      if (read) await connection.run(sql)
      else results.push((await connection.runAndReadAll(sql)).getRowsJson())
    }
    expect(results[0]).toEqual([
      ['applied', 'active', '1'],
      ['offer', 'hired', '1'],
    ])
    expect(results[1]).toContainEqual(['candidate_key', 'The candidate who applied.'])
  } finally {
    process.chdir(here)
    connection.closeSync()
    instance.closeSync()
  }
})

const commandLine = spawnSync('duckdb', ['--version']).status === 0

it.skipIf(!commandLine)("opens in DuckDB's command line by the README's lines (skipped without it)", () => {
  const { views } = manifestSchema.parse(JSON.parse(readFileSync(join(bundle, 'manifest.json'), 'utf8')))
  const input = blockOf('sql') + blockOf('sh').replace('<sha256>.sql', views.file)
  const said = execFileSync('duckdb', { cwd: bundle, input, encoding: 'utf8' })
  expect(said).toMatch(/applied\W+active\W+1\b/)
  expect(said).toContain('The candidate who applied.')
})

const python = spawnSync('python3', ['-c', 'import duckdb']).status === 0

it.skipIf(!python)("opens in Python by the README's lines (skipped without its duckdb)", () => {
  const script = join(folder, 'ask.py')
  const address = '/srv/www/data/1/<scope>/'
  expect(blockOf('python')).toContain(address)
  writeFileSync(script, blockOf('python').replace(address, `${bundle}/`))
  const said = execFileSync('python3', [script], { encoding: 'utf8' })
  expect(said).toMatch(/applied\W+active\W+1\b/)
  expect(said).toMatch(/offer\W+hired\W+1\b/)
})
