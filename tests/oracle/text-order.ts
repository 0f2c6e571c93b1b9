const isSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdfff

/** Compares by Unicode code point. `<` compares UTF-16 units, which puts '\u{1F600}' before '\uFFFD'. */
export const byCodePoint = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    if (isSurrogate(x) !== isSurrogate(y)) return isSurrogate(x) ? 1 : -1
    return x - y
  }
  return a.length - b.length
}

/** Ids sorted by code point, in a new array. */
export const sortedIds = (ids: Iterable<string>): string[] => [...ids].sort(byCodePoint)
