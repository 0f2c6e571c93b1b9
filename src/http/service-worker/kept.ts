const isRefusal = (status: number) => [401, 403, 404, 410].includes(status)

/** Files in Cache storage, which outlives the worker. */
export interface Kept {
  /** Gives a file that never changes, from the cache if it is there. */
  once(address: string): Promise<Response>
  /**
   * Gives a file as it is now; without a network, or a host that is well, as it was last, also where that takes longer than
   * `patience`. A refusal is given as it is, and all is forgotten.
   */
  newest(address: string, patience?: number): Promise<Response>
  /** Forgets everything but these. */
  keep(addresses: ReadonlySet<string>): Promise<void>
  forget(): Promise<void>
}

/** Keeps files under a name in Cache storage. */
export const createKept = (name: string): Kept => {
  const fetchAndPut = async (address: string, init: RequestInit): Promise<Response> => {
    const response = await fetch(address, { referrerPolicy: 'no-referrer', ...init })
    if (response.ok) await (await caches.open(name)).put(address, response.clone())
    return response
  }
  const last = async (address: string) => (await caches.open(name)).match(address)
  const forget = async () => void (await caches.delete(name))
  return {
    forget,
    once: async (address) => (await last(address)) ?? fetchAndPut(address, {}),
    async newest(address, patience) {
      const kept = await last(address)
      const signal = kept && patience !== undefined ? AbortSignal.timeout(patience) : null
      try {
        const now = await fetchAndPut(address, { cache: 'no-cache', signal })
        if (isRefusal(now.status)) await forget()
        return kept && !now.ok && !isRefusal(now.status) ? kept : now
      } catch (error) {
        if (kept) return kept
        throw error
      }
    },
    async keep(addresses) {
      const cache = await caches.open(name)
      const others = (await cache.keys()).filter(({ url }) => !addresses.has(url))
      await Promise.all(others.map((request) => cache.delete(request)))
    },
  }
}
