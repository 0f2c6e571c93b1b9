import { requiredSourceTables } from 'hirescope/contract'
import { readAdapter } from 'hirescope/export'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { messageOf, Workshop } from './sources/adapter-folder.ts'

describe('an adapter folder', () => {
  const workshop = new Workshop()
  afterEach(() => workshop.clear())

  const folderWith = async (files: Record<string, string>) => {
    const folder = await workshop.folder()
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(folder, name, '..'), { recursive: true })
      await writeFile(join(folder, name), text)
    }
    return folder
  }
  const selects = (prefix = '') =>
    Object.fromEntries(requiredSourceTables.map((table) => [`${prefix}${table}.sql`, `SELECT '${prefix}';`]))

  it('has its SELECTs beside its lists, for either source', async () => {
    const folder = await folderWith({
      ...selects(),
      'stage-names.json': '{"a": "b"}',
      'city-aliases.json': '{"x": null}',
    })
    for (const dialect of ['postgres', 'files'] as const) {
      const { queries, settings, aliases } = await readAdapter(folder, dialect)
      expect(queries.get('job')).toEqual({ file: join(folder, 'job.sql'), sql: `SELECT ''` })
      expect([...settings]).toEqual([['stage_names', '{"a": "b"}']])
      expect(aliases).toEqual({ city: { x: null }, skill: {} })
    }
  })

  it('or in a subfolder for each dialect, with the lists shared', async () => {
    const folder = await folderWith({ ...selects('postgres/'), ...selects('files/'), 'stages.json': '{}' })
    for (const dialect of ['postgres', 'files'] as const) {
      const { queries, settings } = await readAdapter(folder, dialect)
      expect(queries.get('job')?.sql).toBe(`SELECT '${dialect}/'`)
      expect([...settings.keys()]).toEqual(['stages'])
    }
    const one = await folderWith(selects('postgres/'))
    expect(await messageOf(() => readAdapter(one, 'files'))).toBe(
      `adapter: ${one} has SELECTs for postgres only; a files source needs a folder files`,
    )
    const part = await folderWith({ ...selects('files/'), 'files/jobs.sql': 'SELECT 1' })
    expect(await messageOf(() => readAdapter(part, 'files'))).toBe(
      `adapter: ${join(part, 'files/jobs.sql')} names no table of the source contract`,
    )
  })

  it('names its settings and their defaults, and the configuration may give others, but no unknown ones', async () => {
    const folder = await folderWith({ ...selects(), 'settings.json': '{"org_name": "Ours", "time_zone": ""}' })
    expect([...(await readAdapter(folder, 'files', { org_name: 'Theirs' })).settings]).toEqual([
      ['org_name', 'Theirs'],
      ['time_zone', ''],
    ])
    expect(await messageOf(() => readAdapter(folder, 'files', { orgname: 'Theirs' }))).toBe(
      'config: settings.orgname: the adapter has no such setting; it has: org_name, time_zone',
    )
    for (const settings of ['[]', '{"as_of": "x"}', '{"a": 1}', '{"A b": "x"}'])
      expect(
        await messageOf(async () => readAdapter(await folderWith({ ...selects(), 'settings.json': settings }))),
      ).toMatch(/settings\.json must be an object of texts by name/)
  })

  it('says what is not there', async () => {
    const folder = await folderWith({ 'org.sql': 'SELECT 1' })
    expect(await messageOf(() => readAdapter(folder))).toBe(
      `adapter: ${folder} lacks app_user.sql, job.sql, candidate.sql, application.sql`,
    )
    expect(await messageOf(() => readAdapter(join(folder, 'none')))).toBe(`adapter: no folder ${join(folder, 'none')}`)
  })
})
