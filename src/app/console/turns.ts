/** How long work may keep the page from answering, with room for one more step of it. */
const most = 12

const next = (): Promise<void> =>
  new Promise((resolve) => {
    // Timers wait longer each time, and a message does not.
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })

/**
 * Lets the page have its turn where a long work has kept it for some milliseconds. Whoever works calls it again and again,
 * at the end of small steps.
 * @throws the signal's reason
 */
export const createTurns = (signal?: AbortSignal): (() => Promise<void>) => {
  let since = performance.now()
  return async () => {
    signal?.throwIfAborted()
    if (performance.now() - since < most) return
    await next()
    signal?.throwIfAborted()
    since = performance.now()
  }
}

/** Whether a work has used up its turn is asked after so many rows at most. */
export const stride = 500
