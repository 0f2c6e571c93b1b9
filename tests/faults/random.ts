/** The seed of what a fault run leaves to chance: HIRESCOPE_SEED, else another each time; it is printed. */
export const seed = Number(process.env.HIRESCOPE_SEED ?? Math.floor(Math.random() * 2 ** 31))

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export const createRandom = (start = seed) => {
  let state = start >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const full = Boolean(process.env.HIRESCOPE_FULL)
