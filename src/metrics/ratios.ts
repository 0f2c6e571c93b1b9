/** 100 × part ÷ whole in per cent with two decimals, half away from zero, by integer arithmetic. `whole` > 0. */
export const percent = (part: number, whole: number): number => Math.floor((20_000 * part + whole) / (2 * whole)) / 100

/** dividend ÷ divisor to a whole number, half away from zero. `divisor` > 0. */
export const wholeQuotient = (dividend: bigint, divisor: bigint): number => {
  const size = dividend < 0n ? -dividend : dividend
  const quotient = (2n * size + divisor) / (2n * divisor)
  return Number(dividend < 0n ? -quotient : quotient)
}
