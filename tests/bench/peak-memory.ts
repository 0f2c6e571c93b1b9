import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Forgets the peak of this process' resident memory, so that the next one is that of what follows. Gives the memory that
 * is resident now in MB; null where there is no /proc.
 */
export const resetPeak = (): number | null => {
  if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5')
  return peakMegabytes()
}

/** The peak of this process' resident memory (VmHWM) in MB since the last reset; null where there is no /proc. */
export const peakMegabytes = (): number | null => {
  if (process.platform !== 'linux') return null
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return kibibytes === undefined ? null : Math.round((Number(kibibytes) * 1024) / 1e6)
}
