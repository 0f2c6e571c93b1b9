import { answers as answersSchema, parse, type Answers, type Manifest } from 'hirescope/contract'
import { loadDataset, type BundleSource } from 'hirescope/engine'
import { createNativeStore, type NativeOptions } from 'hirescope/engine/native'
import { createDataset, metrics, runAll, type Dataset, type Engine } from 'hirescope/metrics'

/** Answers the nine endpoints for the whole scope of a dataset. */
const answersOf = async (dataset: Dataset): Promise<Answers> => {
  const answers = Object.entries(await runAll(dataset, metrics))
  const shipped = answers.map(([id, { status, body, basis }]) => [id, { status, body, counts: basis?.counts }])
  return parse(answersSchema, Object.fromEntries(shipped), 'answers')
}

/** Answers the nine endpoints for the whole scope of a bundle of which an engine holds all tables. */
export const precompute = async (
  engine: Engine,
  manifest: Omit<Manifest, 'sequence' | 'exported_at' | 'answers'>,
): Promise<Answers> => {
  // What publishing adds is asked for by no metric.
  const whole = manifest as Manifest
  return answersOf(await createDataset(engine, whole, () => Promise.resolve()))
}

/** The same as any reader will, who loads what metrics read of a bundle. */
export const precomputeAnew = async (source: BundleSource, options: NativeOptions): Promise<Answers> => {
  const store = await createNativeStore(options)
  try {
    const dataset = await loadDataset(source, store)
    // Asks for more than the answers need: what metrics read of what is published has been read once.
    await dataset.loadRows()
    return await answersOf(dataset)
  } finally {
    await store.engine.close()
  }
}
