import type { Manifest } from 'hirescope/contract'
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import { shelfName } from '../../kept-queries.ts'

/** A tab as it outlives the page. */
export interface KeptTab {
  id: string
  title: string
  place: number
  text: string
  /** The editor's state with its undo history, as CodeMirror writes it. */
  state: unknown
}

/** One run of a statement. */
export interface PastRun {
  id?: number
  sql: string
  /** Milliseconds since 1970. */
  at: number
  milliseconds: number | null
  rows: number | null
  /** "done", or the code of the error. */
  outcome: string
}

/** A query under a title. */
export interface SavedQuery {
  id: string
  title: string
  description: string
  sql: string
  /** Milliseconds since 1970. */
  changedAt: number
}

/** A file that was brought along. */
export interface KeptFile {
  /** The table that holds its rows. */
  name: string
  /** What the file was called. */
  source: string
  bytes: number
  rows: number
  /** In Arrow's stream format. */
  stream: Uint8Array
}

interface Schema extends DBSchema {
  tabs: { key: string; value: KeptTab }
  notes: { key: string; value: string }
  runs: { key: number; value: PastRun }
  saved: { key: string; value: SavedQuery }
  files: { key: string; value: KeptFile }
}

type Stored = IDBPDatabase<Schema>

/** What this browser keeps of one scope's queries: nobody who sees other jobs sees them. */
export class Shelf {
  readonly #opening: Promise<Stored | null>
  #open: Stored | null = null

  constructor(manifest: Pick<Manifest, 'org' | 'scope'>) {
    this.#opening = openDB<Schema>(shelfName(manifest), 1, {
      upgrade: (database) => {
        database.createObjectStore('tabs', { keyPath: 'id' })
        database.createObjectStore('notes')
        database.createObjectStore('runs', { keyPath: 'id', autoIncrement: true })
        database.createObjectStore('saved', { keyPath: 'id' })
        database.createObjectStore('files', { keyPath: 'name' })
      },
      // Who removes what is kept must not wait for this page.
      blocking: () => this.close(),
    }).then(
      (database) => (this.#open = database),
      // A private window may have no storage: queries last as long as the page then.
      () => null,
    )
  }

  /** Reads or writes; undefined where this browser keeps nothing. */
  async use<Value>(work: (database: Stored) => Promise<Value>): Promise<Value | undefined> {
    // A page that goes away waits for nothing, so what can be begun at once is.
    const database = this.#open ?? ((await this.#opening) && this.#open)
    if (!database) return undefined
    try {
      return await work(database)
    } catch (error) {
      // Full, or removed meanwhile by another tab of this browser.
      if (error instanceof DOMException) return undefined
      throw error
    }
  }

  close() {
    this.#open?.close()
    this.#open = null
  }
}
