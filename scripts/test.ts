import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { whyNoCeph } from '../tests/ceph.ts'
import { whyNoPostgres } from '../tests/postgres.ts'

const full = process.argv.includes('--full')
const env = { ...process.env, ...(full && { HIRESCOPE_FULL: '1' }) }
const run = (command: string, args: string[]) => spawnSync(command, args, { stdio: 'inherit', env }).status === 0

const checks: [name: string, command: string, args: string[]][] = [
  ['format', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['lint', 'eslint', ['.']],
  ['types', 'tsc', ['--noEmit']],
  ['component types', 'svelte-check', ['--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human']],
  ['build', 'vite', ['build', '--logLevel', 'warn']],
]
const failedChecks = checks.filter(([name, command, args]) => {
  console.log(`\n${name}`)
  return !run(command, args)
})

const folder = mkdtempSync(join(tmpdir(), 'hirescope-results-'))
const report = join(folder, 'vitest.json')
const vitest = run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`])
interface Results {
  numPassedTests: number
  numFailedTests: number
  testResults: { name: string; assertionResults: { status: string }[] }[]
}
let results: Results = { numPassedTests: 0, numFailedTests: 1, testResults: [] }
try {
  results = JSON.parse(readFileSync(report, 'utf8')) as Results
} catch {
  console.error('test: vitest wrote no report')
}
rmSync(folder, { recursive: true })

// A file that fails to load fails the run without a failed test of its own.
const failedTests = vitest ? results.numFailedTests : Math.max(1, results.numFailedTests)
const failed = failedTests + failedChecks.length
const passed = results.numPassedTests + checks.length - failedChecks.length
let skipped = 0
for (const { name, assertionResults } of results.testResults) {
  const own = assertionResults.filter(({ status }) => status !== 'passed' && status !== 'failed').length
  if (own) console.log(`skipped: ${own} of ${assertionResults.length} tests in ${relative('.', name)}`)
  skipped += own
}
const noPostgres = whyNoPostgres()
if (noPostgres) console.log(`skipped: all tests on a PostgreSQL server: ${noPostgres}`)
const noCeph = whyNoCeph()
if (noCeph) console.log(`skipped: all tests on an S3-compatible store: ${noCeph}`)
if (failedChecks.length) console.error(`\nfailed: ${failedChecks.map(([name]) => name).join(', ')}`)
process.exitCode = failed ? 1 : 0
console.log(`\ntests: ${passed} passed, ${failed} failed, ${skipped} skipped`)
