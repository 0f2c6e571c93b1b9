import type { PastRun, Shelf } from './shelf.ts'

/** How many runs are remembered. */
export const mostRuns = 500

/** What was run in this browser, the last first. */
export class Runs {
  readonly #shelf: Shelf
  #list = $state.raw<readonly PastRun[]>([])

  constructor(shelf: Shelf) {
    this.#shelf = shelf
    void this.#load()
  }

  get list() {
    return this.#list
  }

  async add(run: PastRun) {
    const id = await this.#shelf.use((database) => database.add('runs', run))
    this.#list = [id === undefined ? run : { ...run, id }, ...this.#list].slice(0, mostRuns)
    const oldest = this.#list.length === mostRuns ? this.#list.at(-1)?.id : undefined
    if (oldest !== undefined)
      await this.#shelf.use((database) => database.delete('runs', IDBKeyRange.upperBound(oldest, true)))
  }

  async clear() {
    this.#list = []
    await this.#shelf.use((database) => database.clear('runs'))
  }

  async #load() {
    const runs = (await this.#shelf.use((database) => database.getAll('runs'))) ?? []
    this.#list = [...this.#list, ...runs.reverse().filter(({ id }) => !this.#list.some((run) => run.id === id))]
  }
}
