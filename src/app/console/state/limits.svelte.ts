import { z } from 'zod'

const storedAs = 'hirescope:sql-limits'

/** What an analyst may let a query take. Without a memory limit, the engine chooses one by the device. */
const kept = z.object({
  seconds: z.int().min(1).max(3600),
  memoryMegabytes: z.int().min(128).max(3072).nullable(),
})

type Kept = z.infer<typeof kept>

const usual: Kept = { seconds: 60, memoryMegabytes: null }

const remembered = (): Kept => {
  try {
    return kept.parse(JSON.parse(localStorage.getItem(storedAs) ?? ''))
  } catch {
    return usual
  }
}

/** How long a query may take and how much memory the engine may, as this browser remembers it. */
export class Limits {
  #now = $state.raw<Kept>(remembered())

  get seconds() {
    return this.#now.seconds
  }

  /** Null where it is chosen by the device. */
  get memoryMegabytes() {
    return this.#now.memoryMegabytes
  }

  /** Says whether the values are within bounds; others change nothing. */
  set(values: Partial<Kept>): boolean {
    const { success, data } = kept.safeParse({ ...this.#now, ...values })
    if (!success) return false
    this.#now = data
    try {
      localStorage.setItem(storedAs, JSON.stringify(data))
    } catch {
      // A browser that forbids storage forgets them with the page.
    }
    return true
  }
}
