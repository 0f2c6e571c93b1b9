import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

// DuckDB 1.4.3 did not live through it: two threads that group at once disturbed each other.
it('works out the rollups of two large bundles at once', () => {
  const script = join(import.meta.dirname, 'rollups-at-once.ts')
  const made = execFileSync(process.execPath, ['--import', 'tsx', script, '400000', '8'], { encoding: 'utf8' })
  const [one, other] = made.split(' ')
  expect(one).toMatch(/^\d{6},\d{6},\d+,201$/)
  expect(other).toBe(one)
}, 120_000)
