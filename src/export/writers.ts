import { connectionEngine } from 'hirescope/engine/native'
import type { Engine } from 'hirescope/metrics'
import type { Staging } from './staging.ts'

/** Makes one bundle at a time. */
export interface Writer {
  /** A connection whose unqualified names are those of a database of its own; `live` is where it reads. */
  staging: Staging
  /** What answers from the tables of the bundle that is being made. */
  engine: Engine
  /** How many rows are joined, or put into lists, in one statement where not all of them need to be. */
  sliceRows: number
}

/** Those who make bundles, at most one bundle each at a time. */
export interface Writers {
  readonly count: number
  /**
   * Waits, in the order of asking, until one of them is free, or until all are where a bundle of so many applications wants the
   * memory of all.
   */
  use: <Result>(applications: number, work: (writer: Writer) => Promise<Result>) => Promise<Result>
  close: () => Promise<void>
}

const bytesPer: Record<string, number> = { MB: 1e6, GB: 1e9, MiB: 2 ** 20, GiB: 2 ** 30 }

/** How much a setting such as "1GB" is. */
export const megabytesOf = (size: string) => {
  const [, number, unit = ''] = /^(\d+) ?(\w+)$/.exec(size) ?? []
  return (Number(number) * (bytesPer[unit] ?? NaN)) / 1e6
}

/** The part of the memory that DuckDB may count while bundles are made: writing Parquet takes more beside it than reading and judging do. */
const writersShare = 0.875

/** What a writer needs of the working database's memory, megabytes. */
const leastShare = 256

/** A bundle of more applications for each megabyte is made alone: the joins of two such do not go into the memory together. */
const sharedApplications = 1250

/** Rows of a slice for each megabyte. */
const sliceShare = 500

/** Opens writers over the tables that all orgs are made from: one for each thread, as far as the memory goes. */
export const openWriters = async (
  staging: Staging,
  { threads, memory }: { threads: number; memory: string },
): Promise<Writers> => {
  const megabytes = megabytesOf(memory)
  const count = Math.max(1, Math.min(threads, Math.floor(megabytes / leastShare)))
  const sliceRows = Math.ceil(sliceShare * megabytes)
  await staging.run(`SET memory_limit = '${Math.floor(writersShare * megabytes)}MB'`)
  const all: Writer[] = []
  for (let number = 1; number <= count; number++) {
    const own = await staging.fork()
    const name = `writer_${number}`
    await own.run(`ATTACH ':memory:' AS ${name}; USE ${name}`)
    all.push({ staging: own, engine: connectionEngine(own.connection), sliceRows })
  }
  await staging.share(count)
  const idle = [...all]
  const waiting: { needed: number; begin: (writer: Writer) => void }[] = []
  let alone = false
  const lend = () => {
    const [first] = waiting
    const writer = idle.at(-1)
    if (!first || !writer || alone || idle.length < first.needed) return
    waiting.shift()
    idle.pop()
    alone = first.needed > 1
    first.begin(writer)
    lend()
  }
  return {
    count,
    use: async (applications, work) => {
      const needed = applications > sharedApplications * megabytes ? count : 1
      const writer = await new Promise<Writer>((begin) => {
        waiting.push({ needed, begin })
        lend()
      })
      try {
        if (needed > 1) await staging.share(1)
        return await work(writer)
      } finally {
        // A database that is of no more use says so to the next who asks it; who waits must not wait for ever.
        if (needed > 1) await staging.share(count).catch(() => {})
        idle.push(writer)
        alone = false
        lend()
      }
    },
    close: async () => {
      for (const writer of all) await writer.staging.close()
    },
  }
}
