/** Seconds since a `performance.now()`, to two decimals. */
export const seconds = (since: number): number => Math.round((performance.now() - since) / 10) / 100
