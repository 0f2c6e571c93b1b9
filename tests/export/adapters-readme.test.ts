import { PGlite } from '@electric-sql/pglite'
import { optionalSourceTables, sourceColumns, sourceTableNames, type SourceTableName } from 'hirescope/contract'
import { adapterCommand } from 'hirescope/export'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportInto } from '../truth/exported.ts'
import { Workshop } from './sources/adapter-folder.ts'

const readme = readFileSync('src/export/adapters/README.md', 'utf8')

/** The files that the page shows, by name. */
const examples = [...readme.matchAll(/^`([\w./-]+)`\n\n```\w+\n([\s\S]*?)^```$/gm)].map(
  ([, file = '', text = '']) => [file, text] as const,
)

describe('the page on writing adapters', () => {
  const workshop = new Workshop()
  let adapter = ''
  let database = ''

  beforeAll(async () => {
    adapter = await workshop.folder()
    for (const [file, text] of examples) {
      await mkdir(dirname(join(adapter, file)), { recursive: true })
      await writeFile(join(adapter, file), text)
    }
    database = join(await workshop.folder(), 'database')
    const pglite = await PGlite.create({ dataDir: database })
    await pglite.exec(`CREATE TABLE opening (id integer, name text, recruiter text, state text, opened date);
      CREATE TABLE entry (id integer, opening integer, person text, town text, received timestamptz, step text, result text)`)
    for (const table of ['opening', 'entry'])
      await pglite.query(`COPY ${table} FROM '/dev/blob' (FORMAT csv, HEADER)`, [], {
        blob: new Blob([readFileSync(join(adapter, 'data', `${table}.csv`))]),
      })
    await pglite.close()
  })
  afterAll(() => workshop.clear())

  it('lists every table and column of the contract with its type and whether it may be null, and no others', () => {
    const [, listed = ''] = readme.split('## The contract\n')
    const sections = [...listed.matchAll(/^### (\w+)( \(optional\))?\n([^#]*)/gm)]
    const optional: readonly SourceTableName[] = optionalSourceTables
    expect(sections.map(([, table, mark]) => [table, mark !== undefined])).toEqual(
      sourceTableNames.map((table) => [table, optional.includes(table)]),
    )
    for (const [, table, , text = ''] of sections) {
      const rows = [...text.matchAll(/^\| `(\w+)`\s*\| ([^|]*?)\s*\| (yes|no)\s*\|(.*)\|$/gm)]
      const contract = sourceColumns(table as SourceTableName)
      expect(rows.map(([, name, type, mayBeNull]) => ({ name, type, mayBeNull }))).toEqual(
        contract.map(({ name, type, required }) => ({ name, type, mayBeNull: required ? 'no' : 'yes' })),
      )
      for (const [index, { values = [] }] of contract.entries())
        for (const value of values) expect(rows[index]?.[4]).toContain(`\`${value}\``)
    }
  })

  it('shows an adapter that passes its own check, over files and over PostgreSQL', async () => {
    expect((await readdir(join(adapter, 'files'))).length).toBe(5)
    expect((await readdir(join(adapter, 'postgres'))).length).toBe(5)
    for (const source of [join(adapter, 'data'), database]) {
      const said: string[] = []
      const say = (text: string) => void said.push(text)
      expect([
        await adapterCommand(['check', adapter, '--source', source], { live: false, out: say, error: say }),
        said.at(-1),
      ]).toEqual([0, `${adapter}: nothing wrong\n`])
      expect(said.join('')).toContain('application: 3 rows looked at')
    }
  })

  it('and that exports', async () => {
    const source = { kind: 'files', folder: join(adapter, 'data') } as const
    const { summary, remove } = await exportInto({ source, adapter, asOf: '2026-03-01T00:00:00Z' })
    expect(summary.orgs).toMatchObject([{ org: 'bistro', error: null, scopes: 1, issues: [] }])
    expect(summary.read).toMatchObject({ app_user: 1, job: 2, candidate: 2, application: 3 })
    await remove()
  })

  it('names only what is there: commands, options and pages', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
    for (const [, script = ''] of readme.matchAll(/npm run (\w+)/g)) expect(Object.keys(scripts)).toContain(script)
    for (const [, page = ''] of readme.matchAll(/\]\((?!#)([^)]+)\)/g))
      expect(readFileSync(join('src/export/adapters', page), 'utf8').length).toBeGreaterThan(0)
  })
})
