import { painted } from '../painted.ts'
import { Board } from '../state/board.svelte.ts'
import { describeError, type Failure } from '../state/failure.ts'
import { everything } from '../state/question.ts'
import type { AddressBar } from '../state/view.svelte.ts'
import { shareBundle } from './shared-bundles.ts'

/** Knows no rows behind numbers: their dialog is the page's, and an element stands in a page that is not ours. */
class EmbeddedBoard extends Board {
  override get dataset() {
    return null
  }
}

/** Keeps how an element is shown to itself: the address bar is that of a page that is not ours. */
export const ownAddress = (): AddressBar => {
  let address = 'element:/'
  const set = (next: string) => (address = next)
  return { read: () => address, replace: set, push: set, onTravel: () => {} }
}

const noSource: Failure = {
  title: 'No data to show',
  advice: 'The element needs the attribute src: the address of the folder of a bundle.',
  detail: null,
  retry: false,
}

const noSuchJob: Failure = {
  title: 'This job is not in the data',
  advice: 'It may have been removed, or it is not among the jobs that this dataset shows.',
  detail: null,
  retry: false,
}

/** What an element shows: the numbers of a bundle or of one job of it, or why there are none. */
export class Embedded {
  #board = $state.raw<EmbeddedBoard | null>(null)
  #failure = $state.raw<Failure | null>(null)

  get board() {
    return this.#board
  }

  get failure(): Failure | null {
    return this.#failure ?? (this.#board?.engine === 'ready' && this.#board.unknown.length ? noSuchJob : null)
  }

  /** Shows a bundle, or one job of it. Only then, or where the numbers of the export are of no use, an engine is started. Gives what ends it. */
  show(src: string | null, job_id: string | null): () => void {
    this.#board = null
    this.#failure = src ? null : noSource
    if (!src) return () => {}
    const bundle = shareBundle(src)
    let board: EmbeddedBoard | null = null
    let ended = false
    const fail = (error: unknown) => {
      if (!ended) this.#failure = describeError(error)
    }
    const work = async () => {
      const { manifest, answers } = await bundle.known()
      if (ended) return
      const asked = job_id === null ? everything : { jobs: [job_id], statuses: [] }
      board = new EmbeddedBoard(manifest, job_id === null ? answers : null, (error) => (fail(error), true))
      void board.show(asked)
      this.#board = board
      void painted().then(() => board?.enliven())
      if (job_id !== null || answers === null) await board.attach(bundle.dataset())
    }
    work().catch(fail)
    return () => {
      ended = true
      board?.stop()
      bundle.release()
    }
  }
}
