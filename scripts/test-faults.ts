import { spawnSync } from 'node:child_process'

// Every point of every fault; npm test tries some of them. HIRESCOPE_SEED repeats a run's choices.
const env = { ...process.env, HIRESCOPE_FULL: '1' }
const { status } = spawnSync('vitest', ['run', 'tests/faults', ...process.argv.slice(2)], { stdio: 'inherit', env })
process.exitCode = status ?? 1
