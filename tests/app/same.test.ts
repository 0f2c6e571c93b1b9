import { expect, it } from 'vitest'
import { same } from '../../src/app/same.ts'

it('compares values of JSON in depth, whatever the order of fields', () => {
  expect(same({ a: [1, { b: null }], c: 'x' }, { c: 'x', a: [1, { b: null }] })).toBe(true)
  expect(same([], [])).toBe(true)
})

it.each([
  [1, 2],
  [0, null],
  [
    [1, 2],
    [2, 1],
  ],
  [[], {}],
  [{ a: 1 }, { a: 1, b: 1 }],
  [{ a: undefined }, { b: 1 }],
  [{ a: { b: 1 } }, { a: { b: '1' } }],
])('tells %j from %j', (a, b) => {
  expect(same(a, b)).toBe(false)
  expect(same(b, a)).toBe(false)
})
