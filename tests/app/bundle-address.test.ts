import { describe, expect, it } from 'vitest'
import { readChoice } from '../../src/app/state/address.ts'
import {
  chooseViewer,
  findBundle,
  resolveAddress,
  takeSecret,
  type Surroundings,
} from '../../src/app/state/bundle-address.ts'

const json = (value: unknown) => new Response(JSON.stringify(value))
const html = () => new Response('<!doctype html><title>app</title>')
const status = (code: number) => new Response('', { status: code })

const memory = (initial: Record<string, string> = {}) => {
  const kept = new Map(Object.entries(initial))
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
}

const at = (address: string, files: Record<string, () => Response> = {}) => {
  const asked: string[] = []
  const replaced: string[] = []
  const tab = memory()
  const surroundings: Surroundings = {
    page: new URL(address),
    fetch: async (url) => {
      asked.push(url.href)
      return (files[url.pathname] ?? (() => status(404)))()
    },
    tab,
    returning: false,
    replace: (url) => void replaced.push(url.href),
  }
  return { surroundings, asked, replaced, tab }
}

const directory = {
  orgs: [
    { id: 'a', name: 'A', viewers: [{ id: '1', name: 'One', role: 'admin', data: 'data/a/x/' }] },
    {
      id: 'b',
      name: 'B',
      viewers: [
        { id: '1', name: 'One', role: 'editor', data: 'data/b/x/' },
        { id: '2', name: 'Two', role: 'other', data: 'data/b/y/' },
      ],
    },
  ],
}

describe('the secret in the page’s address', () => {
  it('is taken out of the address, the rest of the query stays', () => {
    const { surroundings, replaced } = at('https://host.example/app/?org=a&data=o/s/#top')
    expect(takeSecret(surroundings)).toBe('o/s/')
    expect(replaced).toEqual(['https://host.example/app/?org=a#top'])
  })

  it('is remembered for a reload, not for a page opened afresh', () => {
    const { surroundings, tab } = at('https://host.example/?data=o/s/')
    takeSecret(surroundings)
    const page = new URL('https://host.example/')
    expect(takeSecret({ ...surroundings, page, returning: true })).toBe('o/s/')
    expect(takeSecret({ ...surroundings, page, returning: false })).toBeNull()
    expect([...tab.kept]).toEqual([])
  })

  it('gives way to a newer one', () => {
    const { surroundings } = at('https://host.example/?data=new/')
    const tab = memory({ 'hirescope:data': 'old/' })
    expect(takeSecret({ ...surroundings, tab, returning: true })).toBe('new/')
    expect(tab.kept.get('hirescope:data')).toBe('new/')
  })

  it('works where the browser forbids storage', () => {
    const { surroundings } = at('https://host.example/?data=o/s/')
    const forbidden = () => {
      throw new Error('denied')
    }
    const tab = { getItem: forbidden, setItem: forbidden, removeItem: forbidden }
    expect(takeSecret({ ...surroundings, tab, returning: true })).toBe('o/s/')
  })
})

describe('finding the bundle', () => {
  it('goes by the link before all else, and asks nothing', async () => {
    const { surroundings, asked } = at('https://host.example/app/index.html')
    expect(await findBundle('o/s', surroundings)).toEqual({ kind: 'bundle', address: 'https://host.example/app/o/s/' })
    expect(asked).toEqual([])
  })

  it('goes by session.json beside the app before directory.json', async () => {
    const { surroundings, asked } = at('https://host.example/app/?x=1', {
      '/app/session.json': () => json({ data: 'o/s/' }),
      '/app/directory.json': () => json(directory),
    })
    expect(await findBundle(null, surroundings)).toEqual({ kind: 'bundle', address: 'https://host.example/app/o/s/' })
    expect(asked).toEqual(['https://host.example/app/session.json'])
  })

  it('goes by directory.json where there is no session.json', async () => {
    const { surroundings } = at('https://host.example/', { '/directory.json': () => json(directory) })
    expect(await findBundle(null, surroundings)).toEqual({ kind: 'directory', directory })
  })

  it('takes HTML for a file that is not there', async () => {
    const files = { '/session.json': html, '/directory.json': html }
    expect(await findBundle(null, at('https://host.example/', files).surroundings)).toEqual({ kind: 'nothing' })
  })

  it('finds nothing where there is nothing', async () => {
    expect(await findBundle(null, at('https://host.example/').surroundings)).toEqual({ kind: 'nothing' })
  })

  it.each([
    ['signed-out', () => status(401)],
    ['signed-out', () => status(403)],
    ['host', () => status(500)],
    ['unreadable', () => new Response('{"data":')],
    ['unreadable', () => json({ data: 'o/s/', more: 1 })],
    ['elsewhere', () => json({ data: 'https://elsewhere.example/o/s/' })],
  ] as const)('refuses, as %s, a session that cannot be followed', async (reason, answer) => {
    const { surroundings } = at('https://host.example/', {
      '/session.json': answer,
      '/directory.json': () => json(directory),
    })
    expect(await findBundle(null, surroundings)).toMatchObject({ kind: 'refused', reason })
  })
})

it('resolves addresses on the page’s own site alone', () => {
  const page = new URL('https://host.example/app/')
  expect(resolveAddress('/data/x', page)).toBe('https://host.example/data/x/')
  expect(resolveAddress('//elsewhere.example/x/', page)).toBeNull()
  expect(resolveAddress('javascript:alert(1)', page)).toBeNull()
  expect(resolveAddress('https://host.example:8443/x/', page)).toBeNull()
})

it('chooses the viewer that the address names, else the first', () => {
  const chosen = (query: string) => {
    const choice = chooseViewer(directory, readChoice(`https://host.example/?${query}`))
    return choice && `${choice.org.id}${choice.viewer.id}`
  }
  expect(chosen('')).toBe('a1')
  expect(chosen('org=b&viewer=2')).toBe('b2')
  expect(chosen('org=b&viewer=9')).toBe('b1')
  expect(chosen('org=z&viewer=2')).toBe('a1')
  expect(chooseViewer({ orgs: [] }, { org: null, viewer: null })).toBeNull()
})
