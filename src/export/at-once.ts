/**
 * Does something with each item, with so many at once, in the order of the items. After the first failure nothing more is begun
 * and the signal that each is given aborts; once all have ended the failure is thrown.
 */
export const atOnce = async <Item>(
  most: number,
  items: readonly Item[],
  act: (item: Item, signal: AbortSignal, worker: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> => {
  const failing = new AbortController()
  const either = signal ? AbortSignal.any([signal, failing.signal]) : failing.signal
  const waiting = [...items]
  let failure: { error: unknown } | undefined
  const work = async (worker: number) => {
    while (waiting.length && !either.aborted) {
      try {
        await act(waiting.shift() as Item, either, worker)
      } catch (error) {
        failure ??= { error }
        failing.abort()
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, (_, worker) => work(worker)))
  signal?.throwIfAborted()
  if (failure) throw failure.error
}
