import type { Directory } from 'hirescope/contract'
import { httpSource, openAnswers } from 'hirescope/engine'
import { openDataset } from 'hirescope/engine/wasm'
import { painted } from '../painted.ts'
import {
  chooseViewer,
  findBundle,
  readChoice,
  resolveAddress,
  takeSecret,
  writeChoice,
  type Choice,
  type Found,
  type Surroundings,
} from './bundle-address.ts'
import { Board } from './board.svelte.ts'
import {
  describeEngineError,
  describeError,
  describeMissing,
  describeUnusableAnswers,
  type Failure,
} from './failure.ts'

/** Bytes of the engine and of the bundle's tables that have arrived. */
export interface Progress {
  loadedBytes: number
  totalBytes: number
}

/** How far the page has come on its way to numbers. */
export type Phase = 'loading' | 'ready' | 'failed'

type Opened = Awaited<ReturnType<typeof openDataset>>
type Viewer = Directory['orgs'][number]['viewers'][number]

const tabMemory = () => {
  try {
    return sessionStorage
  } catch {
    return null
  }
}

const browser = (): Surroundings => {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  return {
    page: new URL(location.href),
    fetch: (url, init) => fetch(url, init),
    tab: tabMemory(),
    returning: navigation?.type === 'reload' || navigation?.type === 'back_forward',
    replace: (url) => history.replaceState(history.state, '', url),
  }
}

/** Finds the viewer's bundle, opens it, and changes it when another viewer of the demo is chosen. */
export class Workspace {
  #phase = $state.raw<Phase>('loading')
  #progress = $state.raw<Progress | null>(null)
  #failure = $state.raw<Failure | null>(null)
  #engineFailure = $state.raw<Failure | null>(null)
  #answersFailure = $state.raw<Failure | null>(null)
  #directory = $state.raw<Directory | null>(null)
  #org = $state.raw<Directory['orgs'][number] | null>(null)
  #viewer = $state.raw<Viewer | null>(null)
  #board = $state.raw<Board | null>(null)
  #secret: string | null
  /** Resolves when the first numbers, or the reason why there are none, are there to be shown. */
  readonly opened: Promise<void>
  #address: string | null = null
  #opened: Opened | null = null
  #opening = new AbortController()

  constructor() {
    this.#secret = takeSecret(browser())
    this.opened = this.open()
  }

  get phase() {
    return this.#phase
  }

  get progress() {
    return this.#progress
  }

  get failure() {
    return this.#failure
  }

  /** Why the numbers are those of the export alone. */
  get engineFailure() {
    return this.#engineFailure
  }

  /** Why the numbers are those of the engine alone. */
  get answersFailure() {
    return this.#answersFailure
  }

  get directory() {
    return this.#directory
  }

  get org() {
    return this.#org
  }

  get viewer() {
    return this.#viewer
  }

  get board() {
    return this.#board
  }

  /** Finds and opens the bundle, from the beginning. */
  async open() {
    await this.#during(async (signal) => {
      const found = await findBundle(this.#secret, browser(), signal)
      if (signal.aborted) return
      await this.#enter(found, signal)
    })
  }

  /** Chooses an organisation of the demo, and a viewer of it. */
  async choose(org: string, viewer: string | null = null) {
    const directory = this.#directory
    if (!directory) return
    await this.#during((signal) => this.#enterAs(directory, { org, viewer }, signal))
  }

  async #enter(found: Found, signal: AbortSignal) {
    if (found.kind === 'bundle') return this.#load(found.address, signal)
    if (found.kind === 'directory') {
      this.#directory = found.directory
      return this.#enterAs(found.directory, readChoice(location.href), signal)
    }
    this.#fail(describeMissing(found))
  }

  async #enterAs(directory: Directory, choice: Choice, signal: AbortSignal) {
    const chosen = chooseViewer(directory, choice)
    if (!chosen) return this.#fail(describeMissing({ kind: 'nothing' }))
    this.#org = chosen.org
    this.#viewer = chosen.viewer
    const page = writeChoice(location.href, { org: chosen.org.id, viewer: chosen.viewer.id })
    history.replaceState(history.state, '', page)
    const address = resolveAddress(chosen.viewer.data, page)
    if (address === null)
      return this.#fail(
        describeMissing({ kind: 'refused', reason: 'elsewhere', detail: 'directory.json: not on this site' }),
      )
    await this.#load(address, signal)
  }

  async #load(address: string, signal: AbortSignal) {
    const { manifest, answers } = await this.#openAnswers(address, signal)
    if (signal.aborted) return
    this.#address = address
    const board = new Board(manifest, answers)
    this.#board = board
    this.#phase = 'ready'
    void this.#follow(board, signal)
  }

  /** Reads the precomputed answers; a bundle whose answers are of no use is left to the engine. */
  async #openAnswers(address: string, signal: AbortSignal) {
    let unpacked = false
    const source = httpSource(address, async (...request) => {
      const response = await fetch(...request)
      if (response.url.endsWith('.gz')) unpacked = response.headers.get('content-encoding') === 'gzip'
      return response
    })
    try {
      return await openAnswers(source, signal)
    } catch (error) {
      signal.throwIfAborted()
      // What is wrong with the manifest itself is thrown here once more.
      const manifest = await source.manifest(signal)
      this.#answersFailure = describeUnusableAnswers(error, unpacked)
      return { manifest, answers: null }
    }
  }

  /** The numbers come first, then what can be done with them, and last the engine, whose start keeps all cores busy. */
  async #follow(board: Board, signal: AbortSignal) {
    await painted()
    board.enliven()
    await painted()
    if (!signal.aborted) await this.startEngine()
  }

  /** Starts the engine that computes the numbers anew; it can be asked again after a failure. */
  async startEngine() {
    const { signal } = this.#opening
    const board = this.#board
    const address = this.#address
    if (!board || address === null) return
    this.#engineFailure = null
    try {
      await board.attach(this.#openDataset(address, signal))
    } catch (error) {
      if (signal.aborted) return
      if (board.standing) this.#engineFailure = describeEngineError(error)
      else this.#fail(describeError(error))
    }
  }

  async #openDataset(address: string, signal: AbortSignal) {
    const engine = { loadedBytes: 0, totalBytes: 0 }
    const tables = { ...engine }
    const arrived = (part: Progress, { loadedBytes, totalBytes }: Progress) => {
      Object.assign(part, { loadedBytes, totalBytes: Math.max(loadedBytes, totalBytes) })
      if (signal.aborted) return
      this.#progress = {
        loadedBytes: engine.loadedBytes + tables.loadedBytes,
        totalBytes: engine.totalBytes + tables.totalBytes,
      }
    }
    const opened = await openDataset(address, {
      signal,
      onStart: (loadedBytes, totalBytes) => arrived(engine, { loadedBytes, totalBytes }),
      onProgress: (progress) => arrived(tables, progress),
    })
    if (signal.aborted) await opened.close()
    else this.#opened = opened
    return opened
  }

  /** Leaves the bundle at hand: another viewer's numbers must not stay on the page. */
  async #during(work: (signal: AbortSignal) => Promise<void>) {
    this.#opening.abort()
    this.#opening = new AbortController()
    const { signal } = this.#opening
    this.#board?.stop()
    this.#board = null
    this.#progress = null
    this.#failure = null
    this.#engineFailure = null
    this.#answersFailure = null
    this.#phase = 'loading'
    const old = this.#opened
    this.#opened = null
    try {
      await old?.close()
      if (!signal.aborted) await work(signal)
    } catch (error) {
      if (!signal.aborted) this.#fail(describeError(error))
    }
  }

  #fail(failure: Failure) {
    this.#failure = failure
    this.#phase = 'failed'
  }
}
