/** A decimal number as a whole number of 10^-scale; digits beyond the scale must be zero. */
export const scaled = (text: string, scale: number): bigint => {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)
  if (!match) throw new Error(`oracle decimal: expected digits, got a text of length ${text.length}`)
  const digits = (match[3] ?? '').padEnd(scale, '0')
  if (/[^0]/.test(digits.slice(scale))) throw new Error(`oracle decimal: more than ${scale} decimals`)
  const value = BigInt(match[2]! + digits.slice(0, scale))
  return match[1] ? -value : value
}

/** numerator ÷ denominator (positive), to the nearest whole number, half away from zero. */
export const nearest = (numerator: bigint, denominator: bigint): bigint => {
  const magnitude = numerator < 0n ? -numerator : numerator
  const rounded = (2n * magnitude + denominator) / (2n * denominator)
  return numerator < 0n ? -rounded : rounded
}

/** 100 × part ÷ whole with two decimals, by whole hundredths. */
export const percentage = (part: number, whole: number): number =>
  Number(nearest(10_000n * BigInt(part), BigInt(whole))) / 100

/** The bar (0–10) of a score; null where it has none. Both numbers in thousandths. */
export const wholeScore = (score: string | null, max: string | null): number | null => {
  if (score === null) return null
  const limit = max === null ? 10_000n : scaled(max, 3)
  if (limit <= 0n) return null
  const value = scaled(score, 3)
  if (value <= 0n) return 0
  const whole = (value * 10n) / limit
  return whole > 10n ? 10 : Number(whole)
}
