import { z } from 'zod'

/** What repeated measurements came to, in one unit. */
export const spread = z.strictObject({ median: z.number(), min: z.number(), max: z.number() })
export type Spread = z.infer<typeof spread>

/** To two decimals. */
export const round = (value: number): number => Math.round(value * 100) / 100

/** The spread of an odd number of measurements. */
export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number) => round(sorted[index] ?? NaN)
  return { median: at((sorted.length - 1) / 2), min: at(0), max: at(sorted.length - 1) }
}
