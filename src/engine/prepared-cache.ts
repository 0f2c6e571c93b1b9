const atMost = 64

/**
 * Prepares each SQL text once, which saves planning it anew, and disposes of the one longest unused beyond 64 of them.
 * Gives a function that does work with the prepared statement of an SQL text.
 */
export const createPreparedCache = <Prepared>(
  prepare: (sql: string) => Promise<Prepared>,
  dispose: (prepared: Prepared) => void | Promise<void>,
): (<Result>(sql: string, work: (prepared: Prepared) => Result | Promise<Result>) => Promise<Result>) => {
  const cache = new Map<string, { prepared: Promise<Prepared>; users: number }>()
  const tidy = async () => {
    if (cache.size <= atMost) return
    for (const [sql, { prepared, users }] of cache) {
      if (users > 0) continue
      cache.delete(sql)
      return dispose(await prepared)
    }
  }
  return async (sql, work) => {
    const entry = cache.get(sql) ?? { prepared: prepare(sql), users: 0 }
    cache.delete(sql)
    cache.set(sql, entry)
    entry.users++
    try {
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
