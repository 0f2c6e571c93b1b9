import type { LoadStage } from 'hirescope/metrics'

/** Runs work and counts its time to a stage. */
export type Measure = <Result>(stage: LoadStage, work: () => Result | Promise<Result>) => Promise<Result>

/** Measures nothing. */
export const unmeasured: Measure = async (_stage, work) => work()

/**
 * Measures stages that overlap: the time of a stage is that during which at least one piece of its work was under way.
 * `times()` gives milliseconds.
 */
export const createStopwatch = (): { measure: Measure; times: () => [LoadStage, number][] } => {
  const stages = new Map<LoadStage, { running: number; since: number; total: number }>()
  const measure: Measure = async (stage, work) => {
    const state = stages.get(stage) ?? { running: 0, since: 0, total: 0 }
    stages.set(stage, state)
    if (state.running++ === 0) state.since = performance.now()
    try {
      return await work()
    } finally {
      if (--state.running === 0) state.total += performance.now() - state.since
    }
  }
  return { measure, times: () => [...stages].map(([stage, { total }]) => [stage, total]) }
}
