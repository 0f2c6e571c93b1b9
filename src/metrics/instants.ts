const epochMicroseconds = (text: string): bigint => {
  const [seconds = '', fraction = ''] = text.split('.')
  const milliseconds = Date.parse(`${seconds.replace(' ', 'T')}Z`)
  if (Number.isNaN(milliseconds)) throw new Error('timestamp: expected "YYYY-MM-DD hh:mm:ss[.ffffff]"')
  return BigInt(milliseconds) * 1000n + BigInt(fraction.padEnd(6, '0'))
}

/** A UTC timestamp as engines print it ("2024-10-25 14:30:00.5") as ISO 8601, cut to whole seconds. */
export const wholeSeconds = (text: string): string => `${text.slice(0, 10)}T${text.slice(11, 19)}Z`

/** Days between two UTC timestamps, one decimal, half up, exactly; null if the second precedes the first. */
export const daysBetween = (from: string, to: string): number | null => {
  const elapsed = epochMicroseconds(to) - epochMicroseconds(from)
  if (elapsed < 0n) return null
  const tenth = 8_640_000_000n
  return Number((2n * elapsed + tenth) / (2n * tenth)) / 10
}
