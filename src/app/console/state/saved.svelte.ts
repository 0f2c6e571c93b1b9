import type { FiledQuery } from '../query-file.ts'
import type { SavedQuery, Shelf } from './shelf.ts'

const byTitle = (a: SavedQuery, b: SavedQuery) => a.title.localeCompare(b.title, 'en') || (a.id < b.id ? -1 : 1)

/** Queries that the analyst keeps in this browser, by title. */
export class Saved {
  readonly #shelf: Shelf
  #list = $state.raw<readonly SavedQuery[]>([])
  #removed = $state.raw<SavedQuery | null>(null)

  constructor(shelf: Shelf) {
    this.#shelf = shelf
    void this.#load()
  }

  get list() {
    return this.#list
  }

  /** What was removed last, and can be had back. */
  get removed() {
    return this.#removed
  }

  /** Keeps queries, each in place of one of its title; gives how many there were of them before. */
  async add(queries: readonly FiledQuery[]): Promise<number> {
    let replaced = 0
    const kept = queries.map(({ title, description, sql }): SavedQuery => {
      const before = this.#list.find((each) => each.title === title)
      if (before) replaced += 1
      return { id: before?.id ?? crypto.randomUUID(), title, description, sql, changedAt: Date.now() }
    })
    await this.#put(kept)
    return replaced
  }

  /** Gives a saved query another title or description. */
  async describe(id: string, { title, description }: Pick<FiledQuery, 'title' | 'description'>) {
    const query = this.#list.find((each) => each.id === id)
    if (query && title.trim()) await this.#put([{ ...query, title: title.trim(), description: description.trim() }])
  }

  async remove(id: string) {
    this.#removed = this.#list.find((each) => each.id === id) ?? null
    this.#list = this.#list.filter((each) => each.id !== id)
    await this.#shelf.use((database) => database.delete('saved', id))
  }

  async restore() {
    const query = this.#removed
    this.#removed = null
    if (query) await this.#put([query])
  }

  async #put(queries: readonly SavedQuery[]) {
    const others = this.#list.filter(({ id }) => !queries.some((each) => each.id === id))
    this.#list = [...others, ...queries].sort(byTitle)
    await this.#shelf.use(async (database) => {
      const transaction = database.transaction('saved', 'readwrite')
      for (const query of queries) void transaction.store.put(query)
      await transaction.done
    })
  }

  async #load() {
    const kept = (await this.#shelf.use((database) => database.getAll('saved'))) ?? []
    this.#list = [...kept.filter(({ id }) => !this.#list.some((each) => each.id === id)), ...this.#list].sort(byTitle)
  }
}
