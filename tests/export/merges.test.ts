import { expect, it } from 'vitest'
import { followMerges } from '../../src/export/merges.ts'

/** Follows pointers written 'a>b b>c'. */
const follow = (text: string) => {
  const { survivors, circular } = followMerges(
    new Map(text.split(' ').map((each) => each.split('>') as [string, string])),
  )
  return { survivors: [...survivors].map((pair) => pair.join('>')).sort(), circular: circular.sort() }
}

it('follows a pointer to its end, through as many as there are', () => {
  expect(follow('a>b')).toEqual({ survivors: ['a>b'], circular: [] })
  expect(follow('a>b b>c c>d')).toEqual({ survivors: ['a>d', 'b>d', 'c>d'], circular: [] })
  expect(follow('c>d b>c a>b')).toEqual({ survivors: ['a>d', 'b>d', 'c>d'], circular: [] })
  expect(follow('a>d b>d c>d d>e')).toEqual({ survivors: ['a>e', 'b>e', 'c>e', 'd>e'], circular: [] })
})

it('takes no circle for a merge, however long', () => {
  expect(follow('a>a')).toEqual({ survivors: [], circular: ['a'] })
  expect(follow('a>b b>a')).toEqual({ survivors: [], circular: ['a', 'b'] })
  expect(follow('b>c c>a a>b')).toEqual({ survivors: [], circular: ['a', 'b', 'c'] })
})

it('ends what leads to a circle where it enters it, in whatever order the pointers come', () => {
  const expected = { survivors: ['x>b', 'y>b', 'z>a'], circular: ['a', 'b'] }
  expect(follow('x>y y>b z>a a>b b>a')).toEqual(expected)
  expect(follow('a>b b>a z>a y>b x>y')).toEqual(expected)
  expect(follow('y>b a>b x>y b>a z>a')).toEqual(expected)
})

it('follows a chain of a hundred thousand at once', () => {
  const count = 100_000
  const pointers = new Map(Array.from({ length: count }, (_, index) => [`${index}`, `${index + 1}`]))
  const { survivors, circular } = followMerges(pointers)
  expect(survivors.size).toBe(count)
  expect(survivors.get('0')).toBe(`${count}`)
  expect(circular).toEqual([])
})
