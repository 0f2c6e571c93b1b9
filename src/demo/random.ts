/** The n-th of a list. @throws RangeError where there is none. */
export const item = <Item>(items: ArrayLike<Item>, index: number): Item => {
  const found = items[index]
  if (found === undefined) throw new RangeError(`demo: no item ${index} in a list of ${items.length}`)
  return found
}

/** A stream of pseudo-random numbers; the same seed gives the same stream everywhere. */
export interface Random {
  /** Uniform in [0, 1). */
  next: () => number
  /** True with this probability. */
  chance: (probability: number) => boolean
  /** A whole number in [0, count). */
  below: (count: number) => number
  /** Normal, mean 0, deviation 1. */
  normal: () => number
  pick: <Item>(items: readonly Item[]) => Item
}

/** xoshiro128** seeded by splitmix32. Arithmetic is in 32-bit integers, so that no platform differs. */
export const createRandom = (seed: number): Random => {
  let state = seed >>> 0
  const seeded = () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
  let [a, b, c, d] = [seeded(), seeded(), seeded(), seeded()]
  const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by))
  const next = () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9)
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 11)
    return (result >>> 0) / 0x1_0000_0000
  }
  return {
    next,
    chance: (probability) => next() < probability,
    below: (count) => Math.floor(next() * count),
    // A sum of twelve uniforms rather than a logarithm: Math.log may differ in its last bit between engines.
    normal: () => {
      let sum = -6
      for (let each = 0; each < 12; each += 1) sum += next()
      return sum
    },
    pick: (items) => item(items, Math.floor(next() * items.length)),
  }
}

/** Draws an index with the given weights. */
export const createDraw = (weights: readonly number[]): ((random: Random) => number) => {
  let total = 0
  const sums = Float64Array.from(weights, (weight) => (total += weight))
  return (random) => {
    const at = random.next() * total
    let [low, high] = [0, sums.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (item(sums, middle) > at) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** Weights of a long tail: the n-th of so many is as common as 1 ÷ (n + offset). */
export const longTail = (count: number, offset = 2): number[] =>
  Array.from({ length: count }, (_, index) => 1 / (index + offset))
