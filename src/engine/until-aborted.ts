/** Waits for work until the signal aborts, then rejects with its reason. The work itself is not stopped by that. */
export const untilAborted = async <Result>(
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> => {
  signal?.throwIfAborted()
  let leave = () => {}
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal?.reason)
    signal?.addEventListener('abort', leave)
  })
  try {
    return await Promise.race([work(), aborted])
  } finally {
    signal?.removeEventListener('abort', leave)
  }
}
