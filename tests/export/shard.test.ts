import { exportCommand } from 'hirescope/export'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inShard } from '../../src/export/shard.ts'
import { rowsOf } from '../oracle/case.ts'
import { writeRows } from '../oracle/index.ts'

const ids = ['1', '2', '3', 'ü', '9007199254740993']

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hirescope-shard-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const prepare = async (orgs: string[], settings: object) => {
  const rows = rowsOf({
    org: orgs.map((org_id) => ({ org_id })),
    app_user: orgs.map((org_id) => ({ org_id, user_id: `u${org_id}` })),
    job: orgs.map((org_id) => ({ org_id, job_id: `j${org_id}` })),
  })
  const { adapterFolder, dataFolder } = await writeRows(rows, folder)
  const config = join(folder, 'config.json')
  await writeFile(
    config,
    JSON.stringify({
      source: { kind: 'files', folder: dataFolder },
      adapter: adapterFolder,
      target: join(folder, 'target'),
      private: join(folder, 'private'),
      asOf: '2026-01-01T00:00:00Z',
      threads: 1,
      ...settings,
    }),
  )
  return async (...flags: string[]) => {
    let out = ''
    let error = ''
    const terminal = { live: false, out: (text: string) => (out += text), error: (text: string) => (error += text) }
    return { code: await exportCommand(['--config', config, ...flags], terminal), out, error }
  }
}

const exportOrgs = async (orgs: string[], settings: object, ...flags: string[]) =>
  (await prepare(orgs, settings))(...flags)

const published = async () => (await readdir(join(folder, 'target'))).map(decodeURIComponent).sort()

describe('a shard', () => {
  it('is a hash of the org id alone, which any machine works out', () => {
    for (const id of ids) {
      const hex = createHash('sha256').update(id, 'utf8').digest('hex')
      const part = Number(BigInt(`0x${hex.slice(0, 12)}`) % 16n) + 1
      for (let index = 1; index <= 16; index++) expect(inShard({ index, count: 16 }, id)).toBe(index === part)
      expect(inShard({ index: 1, count: 1 }, id)).toBe(true)
    }
    // sha256("1") begins with 6b86b273ff34; that is 4 modulo 16.
    expect(inShard({ index: 5, count: 16 }, '1')).toBe(true)
  })

  it('spreads orgs evenly', () => {
    const sizes = [1, 2, 3, 4].map(
      (index) =>
        Array.from({ length: 4000 }, (_, id) => id).filter((id) => inShard({ index, count: 4 }, `${id}`)).length,
    )
    expect(sizes.reduce((sum, size) => sum + size)).toBe(4000)
    for (const size of sizes) expect(Math.abs(size - 1000)).toBeLessThan(120)
  })

  it('is exported alone: all shards together publish every org once, and none touches those of another', async () => {
    const seen: string[] = []
    for (const index of [1, 2, 3]) {
      const before = new Map<string, bigint>()
      for (const org of seen)
        before.set(org, (await stat(join(folder, 'target', encodeURIComponent(org)), { bigint: true })).mtimeNs)
      const { code, error } = await exportOrgs(ids, {}, '--shard', `${index}/3`)
      expect({ code, error }).toEqual({ code: 0, error: '' })
      for (const [org, time] of before)
        expect((await stat(join(folder, 'target', encodeURIComponent(org)), { bigint: true })).mtimeNs).toBe(time)
      const now = await published()
      expect(now.filter((org) => !seen.includes(org))).toEqual(
        ids.filter((id) => inShard({ index, count: 3 }, id)).sort(),
      )
      seen.splice(0, Infinity, ...now)
    }
    expect(seen).toEqual([...ids].sort())
  })

  it('without an org is no failure, but a source without any is', async () => {
    const part = [1, 2].find((index) => !inShard({ index, count: 2 }, '1'))
    const { code, out, error } = await exportOrgs(['1'], {}, '--shard', `${part}/2`)
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toContain('0 of 0 orgs published')
    expect(await published()).toEqual([])
    expect(await exportOrgs([], {}, '--shard', '1/2')).toMatchObject({
      code: 3,
      error: 'export failed: source: it holds no organisation; check the adapter\n',
    })
  })

  it('leaves what the configuration says of other orgs to the other shards', async () => {
    const orgs = { gone: {} }
    const [own, other] = inShard({ index: 1, count: 2 }, 'gone') ? [1, 2] : [2, 1]
    expect(await exportOrgs(ids, { orgs }, '--shard', `${other}/2`)).toMatchObject({ code: 0, error: '' })
    expect(await exportOrgs(ids, { orgs }, '--shard', `${own}/2`)).toMatchObject({
      code: 1,
      error: 'export failed: config: orgs: gone is not in the source; correct or remove it\n',
    })
  })

  it.each(['0/4', '5/4', '3', '3/', '/4', 'a/b', '1/0', '-1/4', '1.5/4', ' 1/4', '01/4', ''])(
    'is never "%s"',
    async (text) => {
      const { code, error } = await exportOrgs(ids, {}, `--shard=${text}`)
      expect({ code, error }).toEqual({
        code: 2,
        error: `export failed: arguments: --shard: expected a part such as 3/16, from 1/16 to 16/16; got ${text}\n`,
      })
      await expect(published()).rejects.toThrow('ENOENT')
    },
  )
})

describe('single orgs', () => {
  it('are exported alone, and the others keep what is published', async () => {
    await exportOrgs(ids, {})
    const manifest = async (org: string) => {
      const own = join(folder, 'target', org)
      return readFile(join(own, (await readdir(own))[0] ?? '', 'manifest.json'), 'utf8')
    }
    const before = await manifest('3')
    const orgs = { 3: {}, gone: {} }
    // Org 3 is not in the source any more, and nobody asked for it.
    const { code, out, error } = await exportOrgs(['1', '2'], { orgs }, '--org', '1', '--org', '2')
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toContain('2 of 2 orgs published')
    expect(JSON.parse(await manifest('1'))).toMatchObject({ sequence: 2 })
    expect(await manifest('3')).toBe(before)
  })

  it('are not asked for together with a shard', async () => {
    expect((await exportOrgs(ids, {}, '--org', '1', '--shard', '1/2')).error).toBe(
      'export failed: arguments: --org and --shard exclude each other; give one\n',
    )
  })
})

it('runs beside another export with the same private folder when each has a staging folder', async () => {
  const command = await prepare(ids, {})
  const [first, second] = await Promise.all([
    command('--shard', '1/2', '--staging', join(folder, 'one')),
    command('--shard', '2/2', '--staging', join(folder, 'two')),
  ])
  expect([first.error, second.error]).toEqual(['', ''])
  expect(await published()).toEqual([...ids].sort())
})
