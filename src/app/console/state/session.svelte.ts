import type { Manifest } from 'hirescope/contract'
import {
  openConsole,
  QueryError,
  type Console,
  type QueryOptions,
  type QueryOutcome,
} from 'hirescope/engine/wasm/console'
import type { Progress } from '../../state/board.svelte.ts'
import { describeEngineError, describeError, type Failure } from '../../state/failure.ts'
import { Rows } from '../rows.ts'
import type { Limits } from './limits.svelte.ts'

/** For how many milliseconds the engine may be busy with a statement that was stopped, before it is ended with all that waits for it. */
const lettingGo = 3_000

interface SessionHooks {
  /** Puts what belongs into it into each engine, before it is asked anything. */
  prepare(console: Console): Promise<void>
  /** Told whether this browser keeps the bundle. */
  onKept(kept: boolean): void
}

export type SessionPhase = 'idle' | 'loading' | 'ready' | 'failed'

/** Whether a statement may leave other tables, views or macros behind than it found. More words than needed do no harm. */
const mayChange = (sql: string) =>
  /\b(create|drop|alter|insert|update|delete|merge|truncate|copy|comment|import|begin|start|commit|rollback|abort|execute|use|attach|detach)\b/i.test(
    sql,
  )

/** The life of the console's engine: it is opened when first needed, and anew when it is lost or reset. */
export class Session {
  readonly #address: string
  readonly #limits: Limits
  readonly #hooks: SessionHooks
  #phase = $state.raw<SessionPhase>('idle')
  #progress = $state.raw<Progress | null>(null)
  #failure = $state.raw<Failure | null>(null)
  #manifest = $state.raw() as Manifest
  #changed = $state.raw(0)
  #losses = $state.raw(0)
  #opening: Promise<Console> | null = null
  #life = new AbortController()
  #stoppedAt = -lettingGo

  constructor(address: string, manifest: Manifest, limits: Limits, hooks: SessionHooks) {
    this.#address = address
    this.#manifest = manifest
    this.#limits = limits
    this.#hooks = hooks
  }

  get phase() {
    return this.#phase
  }

  /** Bytes of the engine and the tables; null while it is not known how many there are. */
  get progress() {
    return this.#progress
  }

  /** Why there is no engine. */
  get failure() {
    return this.#failure
  }

  /** The manifest of what the engine has loaded; before, of what the dashboard shows. */
  get manifest() {
    return this.#manifest
  }

  /** Grows when there may be other tables, views or macros than before. */
  get changed() {
    return this.#changed
  }

  /** How often the engine was lost and with it what the analyst had made in it. */
  get losses() {
    return this.#losses
  }

  /** The engine, which is opened if it is not there yet. @throws DatasetError; the reason of `reset` or `close` */
  start(): Promise<Console> {
    if (this.#opening) return this.#opening
    const opening: Promise<Console> = this.#open(this.#life.signal, () => {
      if (this.#opening === opening) this.#replace()
    })
    return (this.#opening = opening)
  }

  /** Runs one statement, with the time limit unless another is given. @throws QueryError */
  async run(sql: string, options: QueryOptions = {}): Promise<QueryOutcome> {
    try {
      return await this.#query(sql, options)
    } finally {
      if (mayChange(sql)) this.#changed += 1
    }
  }

  /** The rows of a statement with few of them, which waits its turn. @throws QueryError */
  async rows(sql: string, options: Pick<QueryOptions, 'signal' | 'timeoutMilliseconds'> = {}) {
    let rows: Rows | null = null
    await this.#query(sql, {
      ...options,
      onSchema: (schema) => (rows = new Rows(schema)),
      onBatch: (batch) => rows?.add(batch),
    })
    return rows ? recordsOf(rows) : []
  }

  /** Makes a table of Arrow's stream format. @throws QueryError */
  async insert(name: string, stream: Uint8Array): Promise<void> {
    const console = await this.#started(undefined)
    await console.insert(name, stream)
    this.#changed += 1
  }

  /** Says that there may be other tables. */
  touch() {
    this.#changed += 1
  }

  /** Takes note of newer numbers, which an engine that is at work is opened anew for. */
  async renew(manifest: Manifest) {
    if (this.#phase === 'idle') this.#manifest = manifest
    else if (this.#manifest.sequence < manifest.sequence) await this.reset()
  }

  /** Opens the database anew, without what the analyst has made in it. */
  async reset() {
    const before = this.#opening
    this.#abandon(new QueryError('cancelled', 'query: the database is being reset; run it again'))
    void this.start().catch(() => {})
    await before?.then((console) => console.close()).catch(() => {})
    await this.#opening?.catch(() => {})
  }

  async close() {
    const before = this.#opening
    this.#abandon(new QueryError('cancelled', 'query: the page has been left; run it again'))
    await before?.then((console) => console.close()).catch(() => {})
  }

  async #query(sql: string, options: QueryOptions) {
    const timeoutMilliseconds = options.timeoutMilliseconds ?? 1000 * this.#limits.seconds
    const ask = async () => {
      const console = await this.#started(options.signal)
      return console.query(sql, { ...options, timeoutMilliseconds })
    }
    const waited = performance.now() - this.#stoppedAt < lettingGo
    try {
      return await ask()
    } catch (error) {
      const code = error instanceof QueryError ? error.code : null
      if (code === 'cancelled' || code === 'time') this.#stoppedAt = performance.now()
      // It was the one before that the engine did not let go of, and that it was ended for.
      if (code === 'lost' && waited) return await ask()
      throw error
    }
  }

  async #started(signal: AbortSignal | undefined): Promise<Console> {
    const cancelled = () => new QueryError('cancelled', 'query: cancelled before it began')
    if (signal?.aborted) throw cancelled()
    let stop = () => {}
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(cancelled())
      signal?.addEventListener('abort', stop)
    })
    try {
      return await Promise.race([this.start(), stopped])
    } catch (error) {
      if (error instanceof QueryError) throw error
      const why = error instanceof Error ? error.message : String(error)
      throw new QueryError('lost', `engine: not started: ${why}`, null, { cause: error })
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  async #open(signal: AbortSignal, onLost: () => void): Promise<Console> {
    this.#phase = 'loading'
    this.#failure = null
    const parts = { engine: { loadedBytes: 0, totalBytes: 0 }, tables: { loadedBytes: 0, totalBytes: 0 } }
    const arrived = (part: keyof typeof parts, { loadedBytes, totalBytes }: Progress) => {
      parts[part] = { loadedBytes, totalBytes: Math.max(loadedBytes, totalBytes) }
      if (signal.aborted) return
      this.#progress = {
        loadedBytes: parts.engine.loadedBytes + parts.tables.loadedBytes,
        totalBytes: parts.engine.totalBytes + parts.tables.totalBytes,
      }
    }
    try {
      const opened = await openConsole(this.#address, {
        signal,
        memoryMegabytes: this.#limits.memoryMegabytes ?? undefined,
        onStart: (loadedBytes, totalBytes) => arrived('engine', { loadedBytes, totalBytes }),
        onProgress: (progress) => arrived('tables', progress),
        // What the dashboard has fetched already comes from where this browser keeps it.
        onKept: this.#hooks.onKept,
        onLost,
      })
      signal.throwIfAborted()
      await this.#hooks.prepare(opened)
      signal.throwIfAborted()
      this.#manifest = opened.manifest
      this.#phase = 'ready'
      this.#changed += 1
      return opened
    } catch (error) {
      if (!signal.aborted) {
        this.#opening = null
        this.#phase = 'failed'
        this.#failure = error instanceof QueryError ? describeEngineError(error) : describeError(error)
      }
      throw error
    } finally {
      if (!signal.aborted) this.#progress = null
    }
  }

  /** Puts another engine in the place of one that was lost. */
  #replace() {
    this.#losses += 1
    this.#abandon(new QueryError('lost', 'engine: lost'))
    void this.start().catch(() => {})
  }

  #abandon(reason: unknown) {
    this.#life.abort(reason)
    this.#life = new AbortController()
    this.#opening = null
    this.#phase = 'idle'
    this.#progress = null
  }
}

const recordsOf = (rows: Rows): Record<string, unknown>[] =>
  Array.from({ length: rows.length }, (_, row) =>
    Object.fromEntries(rows.columns.map(({ name }, column) => [name, rows.value(row, column)])),
  )
