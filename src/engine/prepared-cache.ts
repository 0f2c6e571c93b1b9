const atMost = 64

interface Entry<Prepared> {
  /** Null until the SQL is asked again. */
  prepared: Promise<Prepared> | null
  users: number
}

/**
 * Prepares each SQL text that is asked again, which saves planning it anew, and forgets the one longest unused beyond 64 of
 * them. Gives a function that does work with the prepared statement of an SQL text; where running a text without preparing it
 * costs less than preparing it first, `once` does so the first time.
 */
export const createPreparedCache = <Prepared>(
  prepare: (sql: string) => Promise<Prepared>,
  dispose: (prepared: Prepared) => void | Promise<void>,
): (<Result>(
  sql: string,
  work: (prepared: Prepared) => Result | Promise<Result>,
  once?: false | (() => Result | Promise<Result>),
) => Promise<Result>) => {
  const cache = new Map<string, Entry<Prepared>>()
  const tidy = async () => {
    if (cache.size <= atMost) return
    for (const [sql, { prepared, users }] of cache) {
      if (users > 0) continue
      cache.delete(sql)
      return prepared && dispose(await prepared)
    }
  }
  return async (sql, work, once) => {
    const known = cache.get(sql)
    const entry = known ?? { prepared: null, users: 0 }
    cache.delete(sql)
    cache.set(sql, entry)
    entry.users++
    try {
      if (!known && once) return await once()
      entry.prepared ??= prepare(sql)
      const prepared = await entry.prepared.catch((error) => {
        cache.delete(sql)
        throw error
      })
      return await work(prepared)
    } finally {
      entry.users--
      await tidy()
    }
  }
}
