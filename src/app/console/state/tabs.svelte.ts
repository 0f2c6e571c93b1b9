import { historyField } from '@codemirror/commands'
import type { EditorState } from '@codemirror/state'
import { QueryError } from 'hirescope/engine/wasm/console'
import type { Draft } from '../../state/sql-page.svelte.ts'
import { statementsOf, statementAt, type Statement } from '../statements.ts'
import { Result } from './result.svelte.ts'
import type { Runs } from './runs.svelte.ts'
import type { Session } from './session.svelte.ts'
import type { KeptTab, Shelf } from './shelf.ts'

/** What is run: the whole text, or what is selected, which without a selection is the statement at the cursor. */
export type What = 'all' | 'selection'

/** Where and why a run ended before its end. */
export interface Fault {
  /** Which statement of the run, from 1. */
  statement: number
  of: number
  /** Where in the tab's text; null where the engine names no place or the text has been changed since. */
  place: { from: number; to: number } | null
  error: QueryError
}

/** The rows of a result that are kept at most: more of them a browser cannot hold at ease. */
export const mostRows = 1_000_000

const lastMark = (sql: string, position: number): number => {
  const word = /^[\w$]+/.exec(sql.slice(position))
  return position + (word ? word[0].length : 1)
}

export class Tab {
  readonly id: string
  title = $state.raw('')
  /** Whether it came by a link and has not been run. */
  byLink = $state.raw(false)
  #text = $state.raw('')
  #results = $state.raw<readonly Result[]>([])
  #shown = $state.raw(0)
  #running = $state.raw<{ since: number; statement: number; of: number } | null>(null)
  #fault = $state.raw<Fault | null>(null)
  #stop: AbortController | null = null
  /** CodeMirror's own state; null until an editor has shown the tab. */
  editor: EditorState | null = null
  /** As it was kept, for the editor to begin with. */
  readonly kept: unknown

  constructor({ id, title, text, state }: Pick<KeptTab, 'id' | 'title' | 'text'> & { state?: unknown }) {
    this.id = id
    this.title = title
    this.#text = text
    this.kept = state
  }

  get text() {
    return this.#text
  }

  /** One for each statement that was run last. */
  get results() {
    return this.#results
  }

  /** Which of the results is looked at. */
  get shown() {
    return this.#shown
  }

  get result(): Result | null {
    return this.#results[this.#shown] ?? null
  }

  get running() {
    return this.#running
  }

  get fault() {
    return this.#fault
  }

  show(index: number) {
    this.#shown = index
  }

  /** Takes note of what the editor has come to. */
  follow(editor: EditorState) {
    const changed = this.editor !== null && editor.doc !== this.editor.doc
    this.editor = editor
    if (!changed) return
    this.#text = editor.doc.toString()
    // A place in the text is one of the text that ran.
    if (this.#fault?.place) this.#fault = { ...this.#fault, place: null }
  }

  /** The statements that a run would be of. */
  statements(what: What): Statement[] {
    const all = statementsOf(this.#text)
    if (what === 'all') return all
    const { from, to } = this.editor?.selection.main ?? { from: 0, to: 0 }
    if (from === to) return [statementAt(this.#text, from)].filter((each) => each !== null)
    return statementsOf(this.#text.slice(from, to)).map((each) => ({
      ...each,
      from: each.from + from,
      to: each.to + from,
    }))
  }

  /** Runs statements one after the other; the first that fails ends it. */
  async run(what: What, session: Session, runs: Runs) {
    if (this.#running) return
    const statements = this.statements(what)
    const { signal } = (this.#stop = new AbortController())
    this.byLink = false
    this.#fault = null
    this.#results = []
    this.#shown = 0
    const text = this.#text
    for (const [index, { from, sql }] of statements.entries()) {
      const since = performance.now()
      this.#running = { since, statement: index + 1, of: statements.length }
      const result = new Result(sql)
      this.#results = [...this.#results, result]
      this.#shown = index
      try {
        const outcome = await session.run(sql, {
          signal,
          maxRows: mostRows,
          onSchema: (schema) => result.begin(schema),
          onBatch: (batch) => result.add(batch),
        })
        result.end(outcome)
        void runs.add({ sql, at: Date.now(), milliseconds: outcome.milliseconds, rows: outcome.rows, outcome: 'done' })
      } catch (reason) {
        const error =
          reason instanceof QueryError
            ? reason
            : new QueryError('lost', `query: ${String(reason)}`, null, { cause: reason })
        result.fail(error)
        void runs.add({ sql, at: Date.now(), milliseconds: performance.now() - since, rows: null, outcome: error.code })
        const { position } = error
        const place =
          position === null || this.#text !== text
            ? null
            : { from: from + position, to: Math.min(from + lastMark(sql, position), from + sql.length) }
        this.#fault = { statement: index + 1, of: statements.length, place, error }
        break
      }
    }
    this.#running = null
    this.#stop = null
  }

  cancel() {
    this.#stop?.abort()
  }

  toKept(place: number): KeptTab {
    const state = this.editor?.toJSON({ history: historyField }) ?? this.kept
    return { id: this.id, title: this.title, place, text: this.#text, state }
  }
}

/** The editor as the tabs need it: the one that shows the tab at hand. */
export interface Pen {
  insert(text: string): void
  replace(from: number, to: number, text: string): void
  focus(): void
}

/** The tabs of the console, with what they hold, as this browser keeps them. */
export class Tabs {
  readonly #shelf: Shelf
  readonly #session: Session
  readonly #runs: Runs
  #list = $state.raw<readonly Tab[]>([])
  #currentId = $state.raw('')
  #closed = $state.raw<{ tab: Tab; place: number } | null>(null)
  #ready = $state.raw(false)
  #pen: Pen | null = null
  #unsaved: Tab[] = []
  #timer: ReturnType<typeof setTimeout> | null = null
  readonly loaded: Promise<void>

  constructor(shelf: Shelf, session: Session, runs: Runs) {
    this.#shelf = shelf
    this.#session = session
    this.#runs = runs
    this.loaded = this.#load()
  }

  get list() {
    return this.#list
  }

  get current(): Tab | null {
    return this.#list.find(({ id }) => id === this.#currentId) ?? null
  }

  /** What was closed last, and can be opened again. */
  get closed() {
    return this.#closed?.tab ?? null
  }

  /** Whether the tabs of the last visit are here. */
  get ready() {
    return this.#ready
  }

  select(id: string) {
    this.#currentId = id
    void this.#shelf.use((database) => database.put('notes', id, 'current'))
  }

  /** Opens a tab; without a statement an empty one. */
  open({ title, sql }: Partial<Pick<Draft, 'title' | 'sql'>> = {}): Tab {
    const tab = new Tab({ id: crypto.randomUUID(), title: title ?? this.#nextTitle(), text: sql ?? '' })
    this.#list = [...this.#list, tab]
    this.select(tab.id)
    this.keep(tab)
    return tab
  }

  /** Closes a tab; what it holds can be had back until another is closed. */
  close(id: string) {
    const place = this.#list.findIndex((tab) => tab.id === id)
    const tab = this.#list[place]
    if (!tab) return
    tab.cancel()
    this.#closed = { tab, place }
    this.#list = this.#list.filter((each) => each !== tab)
    this.#unsaved = this.#unsaved.filter((each) => each !== tab)
    void this.#shelf.use((database) => database.delete('tabs', id))
    const neighbour = this.#list[place] ?? this.#list[place - 1]
    if (this.#currentId === id) this.select((neighbour ?? this.open()).id)
    this.#keepAll()
  }

  reopen() {
    const closed = this.#closed
    if (!closed) return
    this.#closed = null
    this.#list = this.#list.toSpliced(closed.place, 0, closed.tab)
    this.select(closed.tab.id)
    this.#keepAll()
  }

  forgetClosed() {
    this.#closed = null
  }

  rename(id: string, title: string) {
    const tab = this.#list.find((each) => each.id === id)
    if (!tab || !title.trim()) return
    tab.title = title.trim()
    this.keep(tab)
  }

  /** Puts a text where the cursor is. */
  insert(text: string) {
    this.#pen?.insert(text)
  }

  /** Puts a text in the place of another, as one step that can be undone. */
  replace(from: number, to: number, text: string) {
    this.#pen?.replace(from, to, text)
  }

  focus() {
    this.#pen?.focus()
  }

  /** Takes the editor that shows the tab at hand; gives a function that takes it away. */
  attach(pen: Pen) {
    this.#pen = pen
    return () => {
      if (this.#pen === pen) this.#pen = null
    }
  }

  async run(what: What) {
    await this.current?.run(what, this.#session, this.#runs)
  }

  cancel() {
    this.current?.cancel()
  }

  /** Keeps a tab as it is a moment from now: not at each key. */
  keep(tab: Tab) {
    if (!this.#unsaved.includes(tab)) this.#unsaved.push(tab)
    this.#timer ??= setTimeout(() => void this.flush(), 250)
  }

  /** Keeps now what is waiting for it. */
  async flush() {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const kept = this.#unsaved.map((tab) => tab.toKept(this.#list.indexOf(tab)))
    this.#unsaved = []
    if (kept.length === 0) return
    await this.#shelf.use(async (database) => {
      const transaction = database.transaction('tabs', 'readwrite')
      for (const tab of kept) void transaction.store.put(tab)
      // A page that goes away would not live to see it committed by itself.
      transaction.commit()
      await transaction.done
    })
  }

  #keepAll() {
    this.#list.forEach((tab) => this.keep(tab))
  }

  #nextTitle() {
    const taken = this.#list.map(({ title }) => title)
    for (let number = 1; ; number++) if (!taken.includes(`Query ${number}`)) return `Query ${number}`
  }

  async #load() {
    const kept = await this.#shelf.use(async (database) => ({
      tabs: await database.getAll('tabs'),
      current: await database.get('notes', 'current'),
    }))
    const tabs = (kept?.tabs ?? []).sort((a, b) => a.place - b.place).map((tab) => new Tab(tab))
    // What has been opened meanwhile comes last and stays in front.
    this.#list = [...tabs, ...this.#list]
    if (this.#currentId === '') {
      const current = tabs.find(({ id }) => id === kept?.current) ?? tabs.at(-1) ?? this.open()
      this.#currentId = current.id
    }
    this.#ready = true
  }
}
