import { readFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import type { Machine } from './results.ts'
import { round } from './spread.ts'

/** Facts of this machine that explain the numbers and do not tell whose it is. */
export const describeMachine = async (chromium: string): Promise<Machine> => {
  const { dependencies } = JSON.parse(await readFile('package.json', 'utf8')) as {
    dependencies: Record<string, string>
  }
  return {
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    chromium,
    duckdb_wasm: String(dependencies['@duckdb/duckdb-wasm']),
  }
}

const processorTimes = () =>
  cpus().reduce(
    (sum, { times }) => ({
      idle: sum.idle + times.idle,
      all: sum.all + Object.values(times).reduce((all, time) => all + time, 0),
    }),
    { idle: 0, all: 0 },
  )

/** Looks for two seconds how busy the machine is while the bench itself does nothing. */
export const lookAround = async (): Promise<{ at: string; busy_before: number }> => {
  const before = processorTimes()
  await setTimeout(2000)
  const after = processorTimes()
  const busy = 1 - (after.idle - before.idle) / (after.all - before.all)
  return { at: new Date().toISOString(), busy_before: round(Math.max(0, busy)) }
}
