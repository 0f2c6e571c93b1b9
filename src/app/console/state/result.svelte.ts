import type { RecordBatch, Schema } from 'apache-arrow'
import type { QueryError, QueryOutcome } from 'hirescope/engine/wasm/console'
import { Rows } from '../rows.ts'

/** The rows that a statement gives, as they come. */
export class Result {
  readonly sql: string
  #rows = $state.raw<Rows | null>(null)
  #length = $state.raw(0)
  #outcome = $state.raw<QueryOutcome | null>(null)
  #error = $state.raw<QueryError | null>(null)
  #waiting: number | null = null

  constructor(sql: string) {
    this.sql = sql
  }

  /** Null until it is known which columns there are. */
  get rows() {
    return this.#rows
  }

  get schema(): Schema | null {
    return this.#rows?.schema ?? null
  }

  get batches(): readonly RecordBatch[] {
    return this.#rows?.batches ?? []
  }

  /** How many rows have come, as often as the page can show it. */
  get length() {
    return this.#length
  }

  /** Null while the statement runs, and where it failed. */
  get outcome() {
    return this.#outcome
  }

  get error() {
    return this.#error
  }

  /** Whether no more rows come. */
  get ended() {
    return this.#outcome !== null || this.#error !== null
  }

  begin(schema: Schema) {
    this.#rows = new Rows(schema)
  }

  add(batch: RecordBatch) {
    const rows = this.#rows
    if (!rows) return
    rows.add(batch)
    // The first rows are shown at once; of hundreds of batches more, each need not move the page.
    if (this.#length === 0) this.#length = rows.length
    else this.#waiting ??= requestAnimationFrame(() => this.#count())
  }

  end(outcome: QueryOutcome) {
    this.#count()
    this.#outcome = outcome
  }

  fail(error: QueryError) {
    this.#count()
    this.#error = error
  }

  #count() {
    if (this.#waiting !== null) cancelAnimationFrame(this.#waiting)
    this.#waiting = null
    this.#length = this.#rows?.length ?? 0
  }
}
