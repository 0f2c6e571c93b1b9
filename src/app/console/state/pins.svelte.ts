import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { Manifest } from 'hirescope/contract'
import type { ChartSpec } from '../chart-spec.ts'
import { notePins } from '../../pinned.ts'

/** How a pinned result is shown. */
export type PinForm = { kind: 'chart'; chart: ChartSpec } | { kind: 'table' } | { kind: 'number' }

/** A statement whose result stands on the dashboard. */
export interface Pin {
  id: string
  /** The organisation and the scope that it was pinned for. */
  owner: string
  title: string
  sql: string
  form: PinForm
  /** Where it stands among the others. */
  place: number
}

interface Kept extends DBSchema {
  pins: { key: string; value: Pin; indexes: { owner: string } }
}

const open = (): Promise<IDBPDatabase<Kept>> =>
  openDB<Kept>('hirescope-pins', 1, {
    upgrade: (database) => void database.createObjectStore('pins', { keyPath: 'id' }).createIndex('owner', 'owner'),
  })

export const ownerOf = ({ org, scope }: Pick<Manifest, 'org' | 'scope'>): string => `${org.id}/${scope.id}`

/** What is pinned to the dashboard of a scope, as this browser keeps it. */
export class Pins {
  readonly #owner: string
  readonly #database: Promise<IDBPDatabase<Kept>>
  #list = $state.raw<readonly Pin[] | null>(null)
  #removed = $state.raw<Pin | null>(null)

  constructor(manifest: Pick<Manifest, 'org' | 'scope'>) {
    this.#owner = ownerOf(manifest)
    this.#database = open()
  }

  /** In their order; null until they have been read. */
  get list() {
    return this.#list
  }

  /** What was unpinned last, and can be pinned again. */
  get removed() {
    return this.#removed
  }

  async load() {
    const database = await this.#database
    const found = await database.getAllFromIndex('pins', 'owner', this.#owner)
    this.#list = found.sort((a, b) => a.place - b.place)
    await this.#note()
  }

  async add(pin: Pick<Pin, 'title' | 'sql' | 'form'>): Promise<Pin> {
    if (!this.#list) await this.load()
    const place = 1 + Math.max(0, ...(this.#list ?? []).map(({ place }) => place))
    const added = { ...pin, id: crypto.randomUUID(), owner: this.#owner, place }
    await this.#put([added])
    return added
  }

  async rename(id: string, title: string) {
    const pin = this.#list?.find((each) => each.id === id)
    if (pin && title.trim()) await this.#put([{ ...pin, title: title.trim() }])
  }

  /** Moves one before or behind its neighbour. */
  async move(id: string, by: -1 | 1) {
    const list = this.#list ?? []
    const at = list.findIndex((each) => each.id === id)
    const [pin, neighbour] = [list[at], list[at + by]]
    if (pin && neighbour)
      await this.#put([
        { ...pin, place: neighbour.place },
        { ...neighbour, place: pin.place },
      ])
  }

  async remove(id: string) {
    const pin = this.#list?.find((each) => each.id === id)
    if (!pin) return
    const database = await this.#database
    await database.delete('pins', id)
    this.#removed = pin
    this.#list = this.#list?.filter((each) => each !== pin) ?? null
    await this.#note()
  }

  /** Pins again what was unpinned last. */
  async restore() {
    const pin = this.#removed
    if (!pin) return
    this.#removed = null
    await this.#put([pin])
  }

  async #put(pins: readonly Pin[]) {
    const database = await this.#database
    const transaction = database.transaction('pins', 'readwrite')
    for (const pin of pins) void transaction.store.put($state.snapshot(pin) as Pin)
    await transaction.done
    const others = (this.#list ?? []).filter((each) => !pins.some(({ id }) => id === each.id))
    this.#list = [...others, ...pins].sort((a, b) => a.place - b.place)
    await this.#note()
  }

  async #note() {
    const database = await this.#database
    notePins(await database.count('pins'))
  }
}
