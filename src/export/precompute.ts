import { answers as answersSchema, parse, type Answers } from 'hirescope/contract'
import { loadDataset, type BundleSource } from 'hirescope/engine'
import { createNativeStore, type NativeOptions } from 'hirescope/engine/native'
import { metrics, runAll } from 'hirescope/metrics'

/** Answers the nine endpoints for the whole scope of a bundle, as any reader will. */
export const precompute = async (source: BundleSource, options: NativeOptions): Promise<Answers> => {
  const store = await createNativeStore(options)
  try {
    const dataset = await loadDataset(source, store)
    // Asks for more than the answers need: what metrics read of what is published has been read once.
    await dataset.loadRows()
    const answers = Object.entries(await runAll(dataset, metrics))
    const shipped = answers.map(([id, { status, body, basis }]) => [id, { status, body, counts: basis?.counts }])
    return parse(answersSchema, Object.fromEntries(shipped), 'answers')
  } finally {
    await store.engine.close()
  }
}
