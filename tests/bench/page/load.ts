import { openDataset } from 'hirescope/engine/wasm'

/** One load, from the address to the first question that could be asked; milliseconds. */
export const loadOnce = async (address: string): Promise<{ stages: Record<string, number>; total: number }> => {
  const stages: Record<string, number> = {}
  const start = performance.now()
  const dataset = await openDataset(address, { timing: (stage, milliseconds) => (stages[stage] = milliseconds) })
  const total = performance.now() - start
  await dataset.close()
  return { stages, total }
}
