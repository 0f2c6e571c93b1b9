import { ExportError, parseConfig } from 'hirescope/export'
import { availableParallelism } from 'node:os'
import { expect, it } from 'vitest'

const least = { source: { kind: 'files', folder: 'data' }, target: 't', private: 'p' }
const refusal = (config: object) => {
  try {
    parseConfig({ ...least, ...config })
  } catch (error) {
    expect(error).toBeInstanceOf(ExportError)
    return (error as Error).message
  }
  throw new Error('nothing was refused')
}

it('fills in what is not said', () => {
  expect(parseConfig(least)).toEqual({
    source: { kind: 'files', folder: 'data' },
    adapter: 'django',
    settings: {},
    target: 't',
    private: 'p',
    orgs: {},
    defaultTimeZone: 'UTC',
    defaultWeekStart: 'monday',
    names: 'hired',
    maxRejected: 0.01,
    maxDrop: 0.3,
    graceRuns: 2,
    keepReports: 30,
    memory: '800MB',
    threads: availableParallelism(),
  })
})

it('takes every setting that it knows', () => {
  const full = {
    source: { kind: 'postgres', url: 'postgres://u@h/d', password: 'x', schema: ['a', 'b'], connections: 3 },
    adapter: 'folder',
    settings: { org_name: 'Ours' },
    target: 't',
    private: 'p',
    staging: 's',
    asOf: '2026-11-20T02:00:00.123+05:30',
    orgs: { '7': { timeZone: 'Asia/Kolkata', weekStart: 'sunday' }, '8': {} },
    defaultTimeZone: 'America/St_Johns',
    defaultWeekStart: 'sunday',
    names: 'all',
    maxRejected: { application: 0.5, candidate: 0 },
    maxDrop: 1,
    nginx: { app: '/analytics/', data: '/' },
    graceRuns: 0,
    keepReports: 1,
    memory: '512 MiB',
    spill: 'x',
    maxSpill: '20GB',
    threads: 3,
  }
  expect(parseConfig(full)).toEqual(full)
  for (const source of [{ kind: 'postgres' }, { kind: 'pglite', folder: 'x' }])
    expect(parseConfig({ ...least, source }).source).toEqual(source)
})

it('names each wrong setting, all at once and without its value', () => {
  expect(refusal({ tarrget: 'canary', threads: 'canary' })).toMatch(
    /^config: threads: Invalid input: expected (number|int), received string; Unrecognized key: "tarrget"$/,
  )
  expect(refusal({ orgs: { '7': { timezone: 'UTC' } } })).toBe('config: orgs.7: Unrecognized key: "timezone"')
  expect(refusal({ orgs: { '7': { timeZone: 'Canary/X' } } })).toBe('config: orgs.7.timeZone: not an IANA time zone')
  expect(refusal({ source: { kind: 'mysql' } })).toMatch(/^config: source\.kind: Invalid/)
  expect(refusal({ source: { kind: 'postgres', url: 7, password: 'canary' } })).not.toContain('canary')
  expect(refusal({ memory: '10 canaries' })).toBe('config: memory: not a size such as "1GB"')
  expect(refusal({ asOf: '2026-11-20T02:00:00.1234Z' })).toBe('config: asOf: finer than a millisecond')
})

it.each([
  ['maxRejected', [NaN, -0.1, 1.1, '0.5', { nothing: 0.5 }, { application: 2 }]],
  ['maxDrop', [-0.1, 1.1, NaN, '30 %']],
  ['nginx', ['/', { data: 'data/' }, { data: '/da ta/' }, { data: '/a{/' }, { app: '/x/', data: '/x/' }]],
  ['graceRuns', [-1, 0.5, NaN]],
  ['threads', [0, 1.5, NaN]],
  ['maxSpill', ['20', '1TB', -1]],
  ['asOf', ['2026-11-20', '2026-11-20T02:00:00', '2026-13-20T02:00:00Z', 'now']],
  ['defaultTimeZone', ['', 'Mars/Base', '+05:30']],
  ['names', ['some', null]],
  ['target', [null, 7]],
])('refuses what %s cannot be', (name, values) => {
  for (const value of values) expect(refusal({ [name]: value })).toMatch(`config: ${name}`)
})
