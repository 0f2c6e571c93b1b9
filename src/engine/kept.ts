/** Whether the host says that somebody may not, or may no longer, have a file. */
export const isRefusal = (status: number): boolean => [401, 403, 404, 410].includes(status)

/** How a file is asked for. */
export interface KeptOptions {
  signal?: AbortSignal | null | undefined
  /** Milliseconds after which a kept copy serves in place of a late answer; unless given, the answer is waited for. */
  patience?: number | undefined
  /** Told whose answer will be given. */
  onAnswer?: ((from: 'host' | 'cache') => void) | undefined
}

/** Files in Cache storage. Where there is none, or no room in it, files are fetched and nothing is kept. */
export interface Kept {
  /** Gives a file that never changes, from the cache if it is there. */
  once(address: string, options?: KeptOptions): Promise<Response>
  /** Gives a file as it is now; without a network, or a host that is well, as it was kept. A refusal is given as it is, and all is forgotten. */
  newest(address: string, options?: KeptOptions): Promise<Response>
  /** Keeps a response; says whether that was possible. */
  put(address: string, response: Response): Promise<boolean>
  /** Forgets one file; says whether there was one. */
  drop(address: string): Promise<boolean>
  /** The addresses of all that is kept. */
  addresses(): Promise<ReadonlySet<string>>
  /** Forgets everything but these. */
  only(addresses: ReadonlySet<string>): Promise<void>
  forget(): Promise<void>
  /** Resolves when all that has been given so far is kept. */
  settled(): Promise<void>
}

/** How `newest` goes about what it was given. */
export interface Keeping {
  /** Whether such a response is kept; those that are well unless given. */
  keeps?: (response: Response) => boolean
  /** Whether its reader puts the newest file itself. */
  byHand?: boolean
  /** Whether files are kept again after somebody has removed all; unless given, they are. */
  anew?: boolean
}

/** A web page in place of a file is what hosts of single-page apps give for one that is missing. */
const isFile = (response: Response) => response.ok && !response.headers.get('content-type')?.startsWith('text/html')

/** Keeps files under a name in Cache storage. */
export const createKept = (name: string, { keeps = isFile, byHand = false, anew = true }: Keeping = {}): Kept => {
  const putting = new Set<Promise<unknown>>()

  // Browsers refuse storage in their own ways: it is missing, it throws, or it is full.
  const attempt = async <Value>(
    work: (cache: Cache) => Promise<Value>,
    { makes = true } = {},
  ): Promise<Value | undefined> => {
    try {
      return makes || (await caches.has(name)) ? await work(await caches.open(name)) : undefined
    } catch {
      return undefined
    }
  }
  /** Looks into the cache; to open one that is not there would make it. */
  const look = <Value>(work: (cache: Cache) => Promise<Value>) => attempt(work, { makes: false })
  const last = (address: string) => look((cache) => cache.match(address))
  let made = false
  const put = async (address: string, response: Response) => {
    const done = await attempt(async (cache) => (await cache.put(address, response), true), { makes: anew || !made })
    made ||= done ?? false
    return done ?? false
  }
  const putBeside = (address: string, response: Response) => {
    const work = put(address, response.clone())
    putting.add(work)
    void work.finally(() => putting.delete(work))
  }
  const forget = async () => void (await caches.delete(name).catch(() => false))
  const get = (address: string, init: RequestInit) => fetch(address, { referrerPolicy: 'no-referrer', ...init })

  return {
    put,
    forget,
    async once(address, { signal = null, onAnswer } = {}) {
      const kept = await last(address)
      onAnswer?.(kept ? 'cache' : 'host')
      if (kept) return kept
      const response = await get(address, { signal })
      if (keeps(response)) putBeside(address, response)
      return response
    },
    async newest(address, { signal, patience, onAnswer } = {}) {
      const kept = await last(address)
      const late = kept && patience !== undefined ? [AbortSignal.timeout(patience)] : []
      const signals = AbortSignal.any([...(signal ? [signal] : []), ...late])
      let now: Response
      try {
        now = await get(address, { cache: 'no-cache', signal: signals })
      } catch (error) {
        signal?.throwIfAborted()
        if (!kept) throw error
        onAnswer?.('cache')
        return kept
      }
      const ill = !now.ok && !isRefusal(now.status)
      onAnswer?.(ill && kept ? 'cache' : 'host')
      if (ill) return kept ?? now
      if (isRefusal(now.status) && !keeps(now)) await forget()
      else if (keeps(now) && !byHand) putBeside(address, now)
      return now
    },
    drop: async (address) => (await look((cache) => cache.delete(address))) ?? false,
    addresses: async () => new Set(await look(async (cache) => (await cache.keys()).map(({ url }) => url))),
    async only(addresses) {
      await look(async (cache) => {
        const others = (await cache.keys()).filter(({ url }) => !addresses.has(url))
        await Promise.all(others.map((request) => cache.delete(request)))
      })
    },
    async settled() {
      await Promise.all(putting)
    },
  }
}
