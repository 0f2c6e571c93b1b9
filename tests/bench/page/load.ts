import type { LoadStage } from 'hirescope/metrics'
import { openDataset } from 'hirescope/engine/wasm'

type Stages = Partial<Record<LoadStage, number>>

/** One load; milliseconds. */
export interface Loaded {
  /** From the address to the first question that could be asked. */
  first: { stages: Stages; total: number }
  /** From there to the tables of single rows. `after_bytes`: since the last byte had arrived. */
  rows: { stages: Stages; total: number; after_bytes: number }
}

/** Loads a bundle, then its tables of single rows. The dataset stays open until `close`. */
export const loadOnce = async (address: string): Promise<Loaded> => {
  const first: Loaded['first'] = { stages: {}, total: 0 }
  const rows: Loaded['rows'] = { stages: {}, total: 0, after_bytes: 0 }
  const start = performance.now()
  const dataset = await openDataset(address, { timing: (stage, milliseconds) => (first.stages[stage] = milliseconds) })
  const opened = performance.now()
  first.total = opened - start
  let arrived = opened
  await dataset.loadRows({
    timing: (stage, milliseconds) => (rows.stages[stage] = milliseconds),
    onProgress: ({ loadedBytes, totalBytes }) => {
      if (loadedBytes === totalBytes) arrived = performance.now()
    },
  })
  rows.total = performance.now() - opened
  rows.after_bytes = performance.now() - arrived
  window.bench.close = () => dataset.close()
  return { first, rows }
}
