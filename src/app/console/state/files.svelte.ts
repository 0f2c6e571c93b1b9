import { QueryError, readDataFile, type Console } from 'hirescope/engine/wasm/console'
import type { Session } from './session.svelte.ts'
import type { KeptFile, Shelf } from './shelf.ts'

/** A file that the analyst brought along, as a table. */
export interface BroughtFile extends KeptFile {
  /** Whether this browser keeps it for the next visit. */
  kept: boolean
}

/** The most that this browser keeps of files for one organisation's scope, in bytes. */
const mostKept = 200 * 2 ** 20

/** A table's name for a file: "Sources 2024.csv" becomes sources_2024. */
export const tableNameFor = (fileName: string, taken: readonly string[]): string => {
  const words = fileName
    .replace(/\.\w+$/, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
    .slice(0, 40)
  const name = /^[a-z]/.test(words) ? words : `file_${words}`.replace(/_$/, '')
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}_${number}`
    if (!taken.includes(candidate)) return candidate
  }
}

/** The files that the analyst brought along. They stay in this browser, and go with the page unless they are kept. */
export class Files {
  readonly #shelf: Shelf
  readonly #session: Session
  #list = $state.raw<readonly BroughtFile[]>([])
  #reading = $state.raw<string | null>(null)
  #fault = $state.raw<string | null>(null)
  #bringing: Promise<void> = Promise.resolve()
  readonly #loaded: Promise<void>

  constructor(shelf: Shelf, session: Session) {
    this.#shelf = shelf
    this.#session = session
    this.#loaded = this.#load()
  }

  get list() {
    return this.#list
  }

  get names(): readonly string[] {
    return this.#list.map(({ name }) => name)
  }

  /** The name of the file that is being read. */
  get reading() {
    return this.#reading
  }

  /** Why the last file could not be brought. */
  get fault() {
    return this.#fault
  }

  dismiss() {
    this.#fault = null
  }

  /** Puts the files into a database that has just been opened. */
  async restore(console: Console) {
    await this.#loaded
    for (const { name, source, stream } of this.#list)
      try {
        await console.insert(name, stream)
      } catch (error) {
        if (!(error instanceof QueryError) || error.code === 'lost') throw error
        this.#fault = `${source}: not loaded: ${error.message}; remove it, or set more memory and reset the database`
      }
  }

  /** Reads files and makes a table of each; what comes meanwhile waits its turn. `taken` gives the names of all tables. */
  bring(files: readonly File[], taken: () => readonly string[]): Promise<void> {
    return (this.#bringing = this.#bringing.then(() => this.#bring(files, taken())))
  }

  async #bring(files: readonly File[], taken: readonly string[]) {
    this.#fault = null
    const names = [...taken]
    for (const file of files) {
      this.#reading = file.name
      try {
        const { stream, rows } = await readDataFile(file)
        const name = tableNameFor(file.name, names)
        names.push(name)
        await this.#session.insert(name, stream)
        this.#list = [...this.#list, { name, source: file.name, bytes: file.size, rows, stream, kept: false }]
        this.#session.touch()
      } catch (error) {
        this.#fault = `${file.name}: ${error instanceof Error ? error.message.replace(/^file: /, '') : String(error)}`
      } finally {
        this.#reading = null
      }
    }
  }

  /** Gives a file's table another name. */
  async rename(name: string, next: string, taken: readonly string[]) {
    const file = this.#list.find((each) => each.name === name)
    if (!file || next === name) return
    this.#fault = null
    if (!/^[a-z_][a-z0-9_]{0,62}$/i.test(next)) {
      this.#fault = `${next}: a name is made of letters, digits and underscores, and begins with no digit`
      return
    }
    if (taken.includes(next.toLowerCase())) {
      this.#fault = `${next}: there is a table of this name; choose another`
      return
    }
    try {
      await this.#session.run(`ALTER TABLE "${name}" RENAME TO "${next}"`)
    } catch (error) {
      this.#fault = error instanceof QueryError ? error.message : String(error)
      return
    }
    const { source, bytes, rows, stream } = file
    if (file.kept)
      await this.#shelf.use(async (database) => {
        const both = database.transaction('files', 'readwrite')
        await Promise.all([
          both.store.delete(name),
          both.store.put({ name: next, source, bytes, rows, stream }),
          both.done,
        ])
      })
    this.#list = this.#list.map((each) => (each === file ? { ...file, name: next } : each))
    this.#session.touch()
  }

  /** Removes a file. It is out of this browser before it is out of the list. */
  async remove(name: string) {
    await this.#shelf.use((database) => database.delete('files', name))
    this.#list = this.#list.filter((each) => each.name !== name)
    await this.#session.run(`DROP TABLE IF EXISTS "${name}"`).catch(() => {})
  }

  /** Keeps a file for the next visit, or keeps it no longer. */
  async keep(name: string, kept: boolean) {
    const file = this.#list.find((each) => each.name === name)
    if (!file) return
    this.#fault = null
    if (kept) {
      const together = this.#list.reduce((sum, each) => sum + (each.kept ? each.stream.length : 0), file.stream.length)
      if (together > mostKept) {
        this.#fault = `${file.source}: this browser keeps ${mostKept / 2 ** 20} MB of files at most; keep fewer`
        return
      }
      if (!(await this.#put(file))) {
        this.#fault = `${file.source}: this browser keeps nothing; its storage is full, or this is a private window`
        return
      }
    } else await this.#shelf.use((database) => database.delete('files', name))
    this.#list = this.#list.map((each) => (each.name === name ? { ...each, kept } : each))
  }

  async #put({ name, source, bytes, rows, stream }: KeptFile): Promise<boolean> {
    const stored = await this.#shelf.use(async (database) => {
      await database.put('files', { name, source, bytes, rows, stream })
      return true
    })
    return stored ?? false
  }

  async #load() {
    const stored = (await this.#shelf.use((database) => database.getAll('files'))) ?? []
    this.#list = stored.map((file) => ({ ...file, kept: true }))
  }
}
