import type { Directory, Manifest } from 'hirescope/contract'
import { DatasetError, keptBundle, openAnswers, type BundleSource } from 'hirescope/engine'
import { openDataset } from 'hirescope/engine/wasm'
import { untrack } from 'svelte'
import { painted } from '../painted.ts'
import { chooseViewer, findBundle, resolveAddress, takeSecret, type Chosen, type Found } from './bundle-address.ts'
import { Board, type Progress } from './board.svelte.ts'
import { Clock } from './clock.svelte.ts'
import {
  describeCancelled,
  describeCrash,
  describeEngineError,
  describeError,
  describeMissing,
  describeStopped,
  describeUnusableAnswers,
  describeWithdrawn,
  type Failure,
} from './failure.ts'
import { Offline } from './offline.svelte.ts'
import { browserSurroundings } from './surroundings.ts'
import { View } from './view.svelte.ts'

/** How far the page has come on its way to numbers. */
export type Phase = 'loading' | 'ready' | 'failed'

type Opened = Awaited<ReturnType<typeof openDataset>>

/** How often a page that is looked at asks whether there are newer numbers. */
const betweenChecks = 15 * 60_000

/** Finds the viewer's bundle, opens it, and changes it when another viewer of the demo is chosen. */
export class Workspace {
  readonly view: View
  readonly offline = new Offline()
  readonly clock = new Clock()
  #phase = $state.raw<Phase>('loading')
  #progress = $state.raw<Progress | null>(null)
  #failure = $state.raw<Failure | null>(null)
  #engineFailure = $state.raw<Failure | null>(null)
  #answersFailure = $state.raw<Failure | null>(null)
  #news = $state.raw<Manifest | null>(null)
  #directory = $state.raw<Directory | null>(null)
  #chosen = $state.raw<Chosen | null>(null)
  #board = $state.raw<Board | null>(null)
  #unreached = $state.raw(false)
  #secret: string | null
  /** Resolves when the first numbers, or the reason why there are none, are there to be shown. */
  readonly opened: Promise<void>
  #address = $state.raw<string | null>(null)
  #source: BundleSource | null = null
  #opened: Opened | null = null
  #opening = new AbortController()
  #starting = new AbortController()
  #checking = false
  #rebuilt = false

  constructor() {
    this.#secret = takeSecret(browserSurroundings())
    // Not before: the address as it came may name the bundle.
    this.view = new View()
    this.opened = this.open()
    document.addEventListener('visibilitychange', () => {
      this.clock.refresh()
      void this.lookForNews()
    })
    addEventListener('online', () => void this.lookForNews())
    setInterval(() => void this.lookForNews(), betweenChecks)
  }

  get phase() {
    return this.#phase
  }

  /** Bytes of the first numbers, then of the engine and the tables; null while it is not known how many there are. */
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

  /** The manifest of newer numbers than those that are shown. */
  get news() {
    return this.#news
  }

  get directory() {
    return this.#directory
  }

  /** The organisation and the viewer of the demo that are shown. */
  get chosen() {
    return this.#chosen
  }

  get board() {
    return this.#board
  }

  /** Where the bundle at hand is, which is a secret of the viewer. */
  get address() {
    return this.#address
  }

  /** Whether the host did not answer, so that the numbers are those that this browser keeps. */
  get unreached() {
    return this.#unreached
  }

  /** Finds and opens the bundle, from the beginning. */
  async open() {
    await this.#during(async (signal) => {
      const found = await findBundle(this.#secret, browserSurroundings(), signal)
      if (!signal.aborted) await this.#enter(found, signal)
    })
  }

  /** Chooses an organisation of the demo, and a viewer of it. */
  choose(org: string, viewer: string | null = null) {
    const chosen = this.#directory && chooseViewer(this.#directory, { org, viewer })
    if (chosen) this.view.choose({ org: chosen.org.id, viewer: chosen.viewer.id })
  }

  /** Shows what the address says, as an effect does that runs whenever it changes. */
  follow() {
    const { question, choice } = this.view
    const chosen = this.#directory && chooseViewer(this.#directory, choice)
    if (chosen && this.#chosen && chosen.viewer !== this.#chosen.viewer)
      untrack(() => void this.#during((signal) => this.#enterAs(chosen, signal)))
    else if (this.#board) untrack(() => void this.#board?.show(question))
    if (this.view.page === 'dashboard') untrack(() => this.#wakeEngine())
  }

  /** Looks whether there are newer numbers, and whether these are still meant for the viewer. */
  async lookForNews() {
    if (this.#checking || document.hidden || this.#phase !== 'ready') return
    this.#checking = true
    try {
      await this.#look(this.#opening.signal)
    } finally {
      this.#checking = false
    }
  }

  /** Shows the newer numbers. Those at hand stay until then. */
  async showNews() {
    const address = this.#address
    if (address === null) return
    this.#opening.abort()
    const { signal } = (this.#opening = new AbortController())
    try {
      await this.#load(address, signal)
    } catch (error) {
      if (!signal.aborted) this.#fail(describeError(error))
    }
  }

  /** Stops what is being loaded. What is there already stays. */
  stopLoading() {
    const board = this.#board
    if (board?.arriving && board.standing) this.view.ask(board.standing.question)
    else if (board?.standing) this.#starting.abort()
    else {
      this.#opening.abort()
      this.#fail(describeCancelled())
    }
  }

  /** Starts the engine that computes the numbers anew; it can be asked again after a failure. */
  async startEngine() {
    this.#rebuilt = false
    await this.#startEngine()
  }

  async #enter(found: Found, signal: AbortSignal) {
    if (found.kind === 'bundle') return this.#load(found.address, signal)
    if (found.kind !== 'directory') return this.#fail(describeMissing(found))
    this.#directory = found.directory
    const chosen = chooseViewer(found.directory, this.view.choice)
    if (!chosen) return this.#fail(describeMissing({ kind: 'nothing' }))
    await this.#enterAs(chosen, signal)
  }

  async #enterAs(chosen: Chosen, signal: AbortSignal) {
    this.#chosen = chosen
    this.view.settle({ org: chosen.org.id, viewer: chosen.viewer.id })
    const address = resolveAddress(chosen.viewer.data, browserSurroundings().page)
    if (address === null)
      return this.#fail(
        describeMissing({ kind: 'refused', reason: 'elsewhere', detail: 'directory.json: not on this site' }),
      )
    await this.#load(address, signal)
  }

  async #load(address: string, signal: AbortSignal) {
    const { manifest, answers, failure } = await this.#openAnswers(address, signal)
    if (signal.aborted) return
    this.#leave()
    this.#address = address
    this.#answersFailure = failure
    // The SQL page has an engine of its own.
    const engine = untrack(() => this.view.page) === 'sql' ? 'none' : 'starting'
    const board = new Board(manifest, answers, (error) => this.#mend(error), engine)
    this.#board = board
    this.#phase = 'ready'
    void this.#follow(board, engine, signal)
  }

  /** Reads the precomputed answers; a bundle whose answers are of no use is left to the engine. */
  async #openAnswers(address: string, signal: AbortSignal) {
    let unpacked = false
    const source = keptBundle(address, {
      onResponse: ({ headers }, file, from) => {
        if (from === 'host') this.clock.hear(headers.get('date'))
        if (file === 'manifest.json') this.#unreached = from === 'cache'
        if (file.endsWith('.gz')) unpacked = headers.get('content-encoding') === 'gzip'
      },
    })
    this.#source = source
    let loadedBytes = 0
    const told: BundleSource = {
      ...source,
      open: (entry, options) =>
        source.open(entry, {
          ...options,
          onBytes: (bytes) => {
            loadedBytes += bytes
            if (!signal.aborted) this.#progress = { loadedBytes, totalBytes: entry.bytes }
          },
        }),
    }
    try {
      return { ...(await openAnswers(told, signal)), failure: null }
    } catch (error) {
      signal.throwIfAborted()
      // What is wrong with the manifest itself is thrown here once more.
      const manifest = await source.manifest(signal)
      return { manifest, answers: null, failure: describeUnusableAnswers(error, unpacked) }
    } finally {
      if (!signal.aborted) this.#progress = null
    }
  }

  /** The numbers come first. Then the engine is started, which takes longest, and what can be done with the numbers comes beside it. */
  async #follow(board: Board, engine: 'none' | 'starting', signal: AbortSignal) {
    await painted()
    if (signal.aborted) return
    const starting = engine === 'starting' ? this.startEngine() : null
    const lively = board.enliven()
    // What did not come is asked for once more, when the engine is out of its way.
    lively.catch(() => {})
    await starting
    await lively.catch(() => board.enliven()).catch(() => {})
  }

  /** Starts the engine that was not needed before the dashboard was looked at. */
  #wakeEngine() {
    if (this.#board?.engine === 'none') void this.startEngine()
  }

  async #startEngine() {
    const board = this.#board
    const address = this.#address
    if (!board || address === null) return
    this.#engineFailure = null
    const { signal: opening } = this.#opening
    const { signal: starting } = (this.#starting = new AbortController())
    const signal = AbortSignal.any([opening, starting])
    try {
      await board.attach(this.#openDataset(address, signal))
    } catch (error) {
      if (opening.aborted) return
      if (!board.standing) this.#fail(describeError(error))
      else this.#engineFailure = signal.aborted ? describeStopped() : describeEngineError(error)
    } finally {
      if (!opening.aborted) this.#progress = null
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
      onKept: (kept) => void this.offline.settle(kept),
    })
    if (signal.aborted) await opened.close()
    else this.#opened = opened
    return opened
  }

  /** Puts another engine in the place of one that answers nothing any more, once; says whether the question will be answered. */
  #mend(error: Error): boolean {
    const code = error instanceof DatasetError ? error.code : 'engine'
    if (code === 'not-found') {
      void this.#replace(error)
      return true
    }
    if (code !== 'engine' && code !== 'timeout') return false
    if (this.#rebuilt) {
      this.#giveUp(describeCrash(error))
      return true
    }
    this.#rebuilt = true
    const old = this.#opened
    this.#opened = null
    void old?.close()
    void this.#startEngine()
    return true
  }

  /** Opens the newer export that took files of this one away, or says that they are missing. */
  async #replace(error: Error) {
    const board = this.#board
    await this.#look(this.#opening.signal)
    if (this.#news) await this.showNews()
    else if (board && this.#board === board) this.#giveUp(describeEngineError(error))
  }

  #giveUp(failure: Failure) {
    this.#board?.giveUp()
    if (this.#board?.standing) this.#engineFailure = failure
    else this.#fail(failure)
  }

  async #look(signal: AbortSignal) {
    if (this.#secret === null && !this.#directory && (await this.#isAnothers(signal))) return this.open()
    try {
      const manifest = await this.#source?.manifest(signal)
      const shown = this.#board?.manifest
      if (signal.aborted || !manifest || !shown) return
      this.#news = manifest.sequence === shown.sequence ? null : manifest
    } catch (error) {
      // A host that is not reached, or fails, takes nothing away.
      if (signal.aborted || !(error instanceof DatasetError) || error.code !== 'not-found') return
      await this.#during(() => Promise.resolve(this.#fail(describeWithdrawn(error))))
    }
  }

  /** Whether the host would have another bundle opened now, or none: another viewer may have signed in. */
  async #isAnothers(signal: AbortSignal): Promise<boolean> {
    try {
      const found = await findBundle(null, browserSurroundings(), signal)
      if (found.kind === 'bundle') return found.address !== this.#address
      return found.kind === 'refused' && found.reason === 'signed-out'
    } catch {
      return false
    }
  }

  /** Leaves the bundle at hand: another viewer's numbers must not stay on the page. */
  async #during(work: (signal: AbortSignal) => Promise<void>) {
    this.#opening.abort()
    const { signal } = (this.#opening = new AbortController())
    this.#phase = 'loading'
    this.#leave()
    try {
      await work(signal)
    } catch (error) {
      if (!signal.aborted) this.#fail(describeError(error))
    }
  }

  #leave() {
    this.#board?.stop()
    this.#board = null
    this.#progress = null
    this.#failure = null
    this.#engineFailure = null
    this.#answersFailure = null
    this.#news = null
    const old = this.#opened
    this.#opened = null
    void old?.close()
  }

  #fail(failure: Failure) {
    void this.offline.settle(null)
    this.#failure = failure
    this.#phase = 'failed'
  }
}
