import { DatasetError } from './dataset-error.ts'

export interface Closing {
  /** Aborts when the engine is closed. */
  closed: AbortSignal
  /** A new signal, which aborts with the given one and when the engine is closed. */
  join(signal?: AbortSignal): AbortSignal
  /** Rejects what is under way, then releases; the second time does nothing. */
  close(release: () => void | Promise<void>): Promise<void>
}

/** Lets an engine be closed once, whatever it is busy with. */
export const createClosing = (): Closing => {
  const controller = new AbortController()
  return {
    closed: controller.signal,
    join: (signal) => AbortSignal.any(signal ? [signal, controller.signal] : [controller.signal]),
    async close(release) {
      if (controller.signal.aborted) return
      controller.abort(new DatasetError('engine', 'engine: closed; open the dataset again'))
      await release()
    },
  }
}
