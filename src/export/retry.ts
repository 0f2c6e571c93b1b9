import { setTimeout } from 'node:timers/promises'
import { TransientError } from './errors.ts'
import type { Reporter } from './events.ts'

/** Seconds to wait before the n-th retry (from 1): doubling, at random between half and all, so that exporters do not come back together. */
const pause = (retry: number) => 2 ** (retry - 1) * (0.5 + Math.random() / 2)

/** Begins anew after failures that may pass by themselves, so many times. */
export const retrying = async <Result>(
  retries: number,
  act: () => Promise<Result>,
  reporter?: Reporter,
  signal?: AbortSignal,
): Promise<Result> => {
  for (let retry = 1; ; retry++)
    try {
      return await act()
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
      if (retry > retries) {
        const tried = retries > 0 ? ` (tried ${retry} times)` : ''
        throw new TransientError(`${error.message}${tried}`, { cause: error })
      }
      const wait = pause(retry)
      reporter?.event({ event: 'read_failed', error: error.message, wait, retry, retries })
      await setTimeout(1000 * wait, undefined, signal && { signal })
    }
}
