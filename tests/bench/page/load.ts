import type { LoadStage } from 'hirescope/metrics'
import { openDataset } from 'hirescope/engine/wasm'

type Stages = Partial<Record<LoadStage, number>>

/** One load; milliseconds. */
export interface Loaded {
  /** From the address to the first question that could be asked. */
  first: { stages: Stages; total: number }
  /** From there to the tables of single rows. */
  rows: { stages: Stages; total: number }
}

/** Loads a bundle, then its tables of single rows. The dataset stays open until `close`. */
export const loadOnce = async (address: string): Promise<Loaded> => {
  const first: Loaded['first'] = { stages: {}, total: 0 }
  const rows: Loaded['rows'] = { stages: {}, total: 0 }
  const start = performance.now()
  const dataset = await openDataset(address, { timing: (stage, milliseconds) => (first.stages[stage] = milliseconds) })
  const opened = performance.now()
  first.total = opened - start
  await dataset.loadRows({ timing: (stage, milliseconds) => (rows.stages[stage] = milliseconds) })
  rows.total = performance.now() - opened
  window.bench.close = () => dataset.close()
  return { first, rows }
}
