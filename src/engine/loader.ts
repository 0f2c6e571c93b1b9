import { loadedTableNames, type BundleTableName, type Manifest } from 'hirescope/contract'
import { createDataset, type Dataset } from 'hirescope/metrics'
import { checkTables } from './check-tables.ts'
import { withNewest } from './newest.ts'
import type { BundleSource } from './source.ts'
import { createStopwatch, type LoadStage, type Measure } from './stopwatch.ts'
import type { TableStore } from './table-store.ts'

/** How far loading has come. In phase `insert` all bytes have arrived and the engine is busy with the last of them. */
export interface LoadProgress {
  phase: 'manifest' | 'fetch' | 'insert' | 'ready'
  loadedBytes: number
  totalBytes: number
}

export interface LoadOptions {
  /** Rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  onProgress?: ((progress: LoadProgress) => void) | undefined
  /** Told at the end of the milliseconds during which each stage was under way; stages overlap. */
  timing?: ((stage: LoadStage, milliseconds: number) => void) | undefined
}

const tablesAtOnce = 4

/**
 * Loads a bundle: manifest → verified bytes → tables → checked rows and columns. The store may still be starting.
 * If a newer bundle is published meanwhile and takes files away, loads that one. The caller closes the store on failure.
 * @throws DatasetError
 */
export const loadDataset = async (
  source: BundleSource,
  store: TableStore | Promise<TableStore>,
  { signal, onProgress, timing }: LoadOptions = {},
): Promise<Dataset> => {
  const started = Promise.resolve(store)
  started.catch(() => {})
  const { measure, times } = createStopwatch()
  const loaded = new Map<BundleTableName, string>()
  onProgress?.({ phase: 'manifest', loadedBytes: 0, totalBytes: 0 })
  const load = (manifest: Manifest) => loadTables(manifest, { source, started, loaded, measure, signal, onProgress })

  const manifest = await withNewest(source, async (manifest) => (await load(manifest), manifest), signal)

  const { engine } = await started
  await checkTables(engine, manifest, signal)
  const dataset = await createDataset(engine, manifest)
  signal?.throwIfAborted()
  times().forEach(([stage, milliseconds]) => timing?.(stage, milliseconds))
  const { totalBytes } = plan(manifest)
  onProgress?.({ phase: 'ready', loadedBytes: totalBytes, totalBytes })
  return dataset
}

const plan = (manifest: Manifest) => {
  const entries = loadedTableNames.map((table) => ({ table, entry: manifest.tables[table] }))
  return {
    entries: entries.sort((a, b) => b.entry.bytes - a.entry.bytes),
    totalBytes: entries.reduce((sum, { entry }) => sum + entry.bytes, 0),
  }
}

interface Loading {
  source: BundleSource
  started: Promise<TableStore>
  /** The tables that the store holds already, with the hash of their file. */
  loaded: Map<BundleTableName, string>
  measure: Measure
  signal: AbortSignal | undefined
  onProgress: LoadOptions['onProgress']
}

const loadTables = async (manifest: Manifest, loading: Loading): Promise<void> => {
  const { source, started, loaded, measure, onProgress } = loading
  const { entries, totalBytes } = plan(manifest)
  const stop = new AbortController()
  const signal = loading.signal ? AbortSignal.any([loading.signal, stop.signal]) : stop.signal
  let loadedBytes = 0
  const onBytes = (bytes: number) => {
    loadedBytes += bytes
    onProgress?.({ phase: loadedBytes < totalBytes ? 'fetch' : 'insert', loadedBytes, totalBytes })
  }
  onBytes(0)

  const rest = entries.values()
  const work = async () => {
    for (const { table, entry } of rest) {
      if (loaded.get(table) === entry.sha256) {
        onBytes(entry.bytes)
        continue
      }
      const bytes = await source.open(entry, { signal, onBytes, measure })
      const store = await started
      signal.throwIfAborted()
      loaded.delete(table)
      await store.insert(table, bytes, measure)
      loaded.set(table, entry.sha256)
    }
  }
  // Every worker has come to rest before this rejects, so that a second attempt finds a store that nobody writes to.
  const failures: unknown[] = []
  await Promise.all(
    Array.from({ length: tablesAtOnce }, () =>
      work().catch((error) => {
        failures.push(error)
        stop.abort(error)
      }),
    ),
  )
  loading.signal?.throwIfAborted()
  if (failures.length) throw failures[0]
}
