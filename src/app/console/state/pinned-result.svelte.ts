import { QueryError, type Console } from 'hirescope/engine/wasm/console'
import type { Pin } from './pins.svelte.ts'
import { Result } from './result.svelte.ts'

/** No card shows more rows than these. */
const most = { chart: 1_000_000, table: 10_000, number: 1 } as const

/** The result of a pinned statement, and whether it is being asked for. */
export class PinnedResult {
  #result = $state.raw<Result | null>(null)
  #busy = $state.raw(false)
  #error = $state.raw<Error | null>(null)
  #stop = new AbortController()

  /** The last result that came whole; it stays while the statement runs anew. */
  get result() {
    return this.#result
  }

  get busy() {
    return this.#busy
  }

  get error() {
    return this.#error
  }

  /** Runs the statement; the last call wins. */
  async run(start: () => Promise<Pick<Console, 'query'>>, { sql, form }: Pick<Pin, 'sql' | 'form'>) {
    this.#stop.abort()
    const { signal } = (this.#stop = new AbortController())
    this.#busy = true
    const result = new Result(sql)
    try {
      const console = await start()
      signal.throwIfAborted()
      const outcome = await console.query(sql, {
        signal,
        maxRows: most[form.kind],
        onSchema: (schema) => result.begin(schema),
        onBatch: (batch) => result.add(batch),
      })
      if (signal.aborted) return
      result.end(outcome)
      this.#result = result
      this.#error = null
    } catch (error) {
      if (signal.aborted) return
      this.#error = error instanceof Error ? error : new QueryError('lost', String(error))
    } finally {
      if (!signal.aborted) this.#busy = false
    }
  }

  stop() {
    this.#stop.abort()
  }
}
