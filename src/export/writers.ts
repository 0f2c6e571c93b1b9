import { join } from 'node:path'
import { literal, type Staging } from './staging.ts'

/** Makes one bundle at a time. */
export interface Writer {
  /** A connection whose unqualified names are those of a database of its own; `staging.live` is where it reads. */
  staging: Staging
  /** How much memory the engine may use that answers from its bundle, as DuckDB writes sizes. */
  answersMemory: string
}

/** Those who make bundles, at most one bundle each at a time. */
export interface Writers {
  readonly count: number
  /** Waits, in the order of asking, until one of them is free. */
  use: <Result>(work: (writer: Writer) => Promise<Result>) => Promise<Result>
  close: () => Promise<void>
}

const bytesPer: Record<string, number> = { MB: 1e6, GB: 1e9, MiB: 2 ** 20, GiB: 2 ** 30 }

const megabytesOf = (size: string) => {
  const [, number, unit = ''] = /^(\d+) ?(\w+)$/.exec(size) ?? []
  return (Number(number) * (bytesPer[unit] ?? NaN)) / 1e6
}

/** What a writer needs, megabytes: its share of the working database's memory, and an engine that answers. */
const leastShare = 256

/**
 * Opens writers over the tables that all orgs are made from: one for each thread, as far as the memory goes. A quarter of the
 * memory is theirs for the engines that answer.
 */
export const openWriters = async (
  staging: Staging,
  { threads, memory }: { threads: number; memory: string },
): Promise<Writers> => {
  const megabytes = megabytesOf(memory)
  const count = Math.max(1, Math.min(threads, Math.floor(megabytes / leastShare)))
  await staging.run(`SET memory_limit = '${Math.round(megabytes * 0.75)}MB'`)
  const answersMemory = `${Math.max(64, Math.round(megabytes / 4 / count))}MB`
  const all: Writer[] = []
  for (let number = 1; number <= count; number++) {
    const own = await staging.fork()
    const name = `writer_${number}`
    await own.run(`ATTACH ${literal(join(staging.folder, `${name}.duckdb`))} AS ${name}; USE ${name}`)
    all.push({ staging: own, answersMemory })
  }
  const idle = [...all]
  const waiting: ((writer: Writer) => void)[] = []
  const free = (writer: Writer) => {
    const next = waiting.shift()
    if (next) next(writer)
    else idle.push(writer)
  }
  return {
    count,
    use: async (work) => {
      const writer = idle.pop() ?? (await new Promise<Writer>((resolve) => waiting.push(resolve)))
      try {
        return await work(writer)
      } finally {
        free(writer)
      }
    },
    close: async () => {
      for (const writer of all) await writer.staging.close()
    },
  }
}
