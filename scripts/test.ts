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

interface FileResult {
  name: string
  status: string
  assertionResults: { status: string }[]
}

const folder = mkdtempSync(join(tmpdir(), 'hirescope-results-'))

interface Outcome {
  /** What became of each file; nothing where vitest gave no account. */
  files: FileResult[]
  /** Whether vitest found fault with something that is no test's. */
  stray: boolean
}

/** Runs test files, by default all. */
const runTests = (args: readonly string[] = []): Outcome => {
  const report = join(folder, 'vitest.json')
  rmSync(report, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const { status } = spawnSync('vitest', ['run', ...reporters, ...args], { stdio: 'inherit', env })
  try {
    const { testResults: files } = JSON.parse(readFileSync(report, 'utf8')) as { testResults: FileResult[] }
    return { files, stray: status !== 0 && files.every((file) => failuresOf(file) === 0) }
  } catch {
    console.error('test: vitest wrote no report')
    return { files: [], stray: true }
  }
}

const count = ({ assertionResults }: FileResult, wanted: string) =>
  assertionResults.filter(({ status }) => status === wanted).length
// A file that fails to load fails the run without a failed test of its own.
const failuresOf = (file: FileResult) => Math.max(count(file, 'failed'), file.status === 'failed' ? 1 : 0)

const first = runTests()
let { files, stray } = first

// Tests that measure times share two cores with others. Few files that failed are tried once more, alone, and this is said.
const doubtful = first.files.filter((file) => failuresOf(file) > 0)
if (doubtful.length > 0 && doubtful.length <= 4) {
  const again = runTests(['--maxWorkers=1', ...doubtful.map(({ name }) => name)])
  for (const file of doubtful) {
    const second = again.files.find(({ name }) => name === file.name)
    const then = second && failuresOf(second) === 0 ? 'passed' : 'failed again'
    console.log(`tried again alone: ${relative('.', file.name)}: ${failuresOf(file)} failed at first, then it ${then}`)
  }
  files = files.map((file) => again.files.find(({ name }) => name === file.name) ?? file)
  stray = again.stray
}
rmSync(folder, { recursive: true })

const sum = (counted: (file: FileResult) => number) => files.reduce((all, file) => all + counted(file), 0)
const failed = sum(failuresOf) + (stray ? 1 : 0) + failedChecks.length
const passed = sum((file) => count(file, 'passed')) + checks.length - failedChecks.length
let skipped = 0
for (const file of files) {
  const all = file.assertionResults.length
  const own = all - count(file, 'passed') - count(file, 'failed')
  if (own) console.log(`skipped: ${own} of ${all} tests in ${relative('.', file.name)}`)
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
