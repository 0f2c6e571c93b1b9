import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { whyNoCeph } from '../tests/ceph.ts'
import { whyNoRegistry } from '../tests/package/packed.ts'
import { whyNoPostgres } from '../tests/postgres.ts'

const full = process.argv.includes('--full')
const env = { ...process.env, ...(full && { HIRESCOPE_FULL: '1' }) }

/** Runs a command to its end; whether it succeeded, and what it said. */
const run = (command: string, args: string[]) =>
  new Promise<{ succeeded: boolean; said: string }>((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.on('error', ({ message }) => (said += message))
    child.on('close', (code) => resolve({ succeeded: code === 0, said }))
  })

// The tests in the browser build the app.
const checks: [name: string, command: string, args: string[]][] = [
  ['format', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['lint', 'eslint', ['.']],
  ['types', 'tsc', ['--noEmit']],
  ['component types', 'svelte-check', ['--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human']],
]
const failedChecks: string[] = []
await Promise.all(
  checks.map(async ([name, command, args]) => {
    const { succeeded, said } = await run(command, args)
    console.log(`\n${name}: ${succeeded ? 'passed' : 'failed'}\n${said}`.trimEnd())
    if (!succeeded) failedChecks.push(name)
  }),
)

const folder = mkdtempSync(join(tmpdir(), 'hirescope-results-'))
const report = join(folder, 'vitest.json')
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
const vitest = spawnSync('vitest', ['run', ...reporters], { stdio: 'inherit', env }).status === 0
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
const noRegistry = full ? whyNoRegistry() : null
if (noRegistry) console.log(`skipped: installing the package by npm: ${noRegistry}`)
const noCeph = whyNoCeph()
if (noCeph) console.log(`skipped: all tests on an S3-compatible store: ${noCeph}`)
if (failedChecks.length) console.error(`\nfailed: ${failedChecks.join(', ')}`)
process.exitCode = failed ? 1 : 0
console.log(`\ntests: ${passed} passed, ${failed} failed, ${skipped} skipped`)
