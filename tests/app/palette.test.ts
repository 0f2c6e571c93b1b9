import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

type Triple = [number, number, number]

const css = readFileSync(join(import.meta.dirname, '../../src/app/app.css'), 'utf8')

/** The linear light of a token, in light or in dark. */
const token = (name: string, dark: boolean): Triple => {
  const [, ...pair] = new RegExp(`--${name}: light-dark\\(#(\\w{6}), #(\\w{6})\\)`).exec(css) ?? []
  const hex = pair[dark ? 1 : 0]
  if (!hex) throw new Error(`app.css: no token --${name}`)
  return [0, 2, 4].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as Triple
}

const times = (matrix: Triple[], [r, g, b]: Triple): Triple =>
  matrix.map(([x, y, z]) => Math.min(1, Math.max(0, x * r + y * g + z * b))) as Triple

/** How eyes without one kind of cones see linear light (Machado, Oliveira and Fernandes 2009, severity 1). */
const eyes: Record<string, Triple[]> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

const lab = ([r, g, b]: Triple): Triple => {
  const f = (value: number) => (value > 216 / 24389 ? Math.cbrt(value) : (24389 / 27 / 116) * value + 16 / 116)
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b)
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

/** How far two colours are apart to an eye (CIE 1976); about 2 can just be told apart. */
const distance = (matrix: Triple[], a: Triple, b: Triple) => {
  const [left, right] = [lab(times(matrix, a)), lab(times(matrix, b))]
  return Math.hypot(...left.map((value, index) => value - (right[index] ?? 0)))
}

const series = ['series-1', 'series-2', 'series-3']
const stages = ['resume_screening', 'assessment_test', 'video_interview', 'hired', 'on_hold', 'rejected'].map(
  (stage) => `stage-${stage}`,
)

describe.each([
  ['light', false],
  ['dark', true],
])('in %s', (_, dark) => {
  it.each(Object.entries(eyes))('lines can be told apart, and stages beside each other, by eyes of %s', (_, matrix) => {
    const apart = (a: string, b: string) => distance(matrix, token(a, dark), token(b, dark))
    for (const [index, each] of series.entries())
      for (const other of series.slice(index + 1))
        expect.soft(apart(each, other), `${each}, ${other}`).toBeGreaterThan(15)
    for (const [index, stage] of stages.slice(1).entries())
      expect.soft(apart(stages[index] ?? '', stage), `${stages[index]}, ${stage}`).toBeGreaterThan(10)
    for (const each of [...series, ...stages]) expect.soft(apart(each, 'card'), `${each} on a card`).toBeGreaterThan(15)
  })
})

it('knows colours that can be told apart from those that cannot', () => {
  const [red, green]: Triple[] = [
    [0.5, 0, 0],
    [0.13, 0.19, 0],
  ]
  expect(distance(eyes.usual ?? [], red ?? [0, 0, 0], green ?? [0, 0, 0])).toBeGreaterThan(60)
  expect(distance(eyes.protanopia ?? [], red ?? [0, 0, 0], green ?? [0, 0, 0])).toBeLessThan(60)
})
