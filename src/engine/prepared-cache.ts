const atMost = 64

interface Entry<Prepared> {
  /** Null until the SQL is asked again. */
  prepared: Promise<Prepared> | null
  users: number
  forgotten: boolean
}

/** Prepared statements by their SQL. */
export interface PreparedCache<Prepared> {
  /**
   * Does work with the prepared statement of an SQL text. Where running a text without preparing it costs less than preparing
   * it first, `once` does so the first time.
   */
  use<Result>(
    sql: string,
    work: (prepared: Prepared) => Result | Promise<Result>,
    once?: false | (() => Result | Promise<Result>),
  ): Promise<Result>
  /**
   * Forgets all, those in use after that. To be called when a table was replaced: a statement about the columns of a table
   * would go on reading what is no more.
   */
  forget(): Promise<void>
}

/** Prepares each SQL text that is asked again, which saves planning it anew, and forgets the one longest unused beyond 64. */
export const createPreparedCache = <Prepared>(
  prepare: (sql: string) => Promise<Prepared>,
  dispose: (prepared: Prepared) => void | Promise<void>,
): PreparedCache<Prepared> => {
  const cache = new Map<string, Entry<Prepared>>()
  const end = async ({ prepared }: Entry<Prepared>) => {
    if (prepared) await dispose(await prepared)
  }
  const tidy = async () => {
    if (cache.size <= atMost) return
    for (const [sql, entry] of cache) {
      if (entry.users > 0) continue
      cache.delete(sql)
      return end(entry)
    }
  }
  return {
    async use(sql, work, once) {
      const known = cache.get(sql)
      const entry = known ?? { prepared: null, users: 0, forgotten: false }
      cache.delete(sql)
      cache.set(sql, entry)
      entry.users++
      try {
        if (!known && once) return await once()
        entry.prepared ??= prepare(sql)
        const prepared = await entry.prepared.catch((error) => {
          if (cache.get(sql) === entry) cache.delete(sql)
          entry.prepared = null
          throw error
        })
        return await work(prepared)
      } finally {
        entry.users--
        if (!entry.forgotten) await tidy()
        else if (entry.users === 0) await end(entry)
      }
    },
    async forget() {
      const entries = [...cache.values()]
      cache.clear()
      for (const entry of entries) {
        entry.forgotten = true
        if (entry.users === 0) await end(entry)
      }
    },
  }
}
