import {
  bundleColumns,
  bundleComments,
  bundleTableNames,
  firstTableNames,
  type BundleTableName,
  type Manifest,
} from 'hirescope/contract'
import {
  createDataset,
  idTables,
  rowTables,
  setTableNames,
  setTableQuery,
  type Dataset,
  type LoadStage,
  type RowsOptions,
} from 'hirescope/metrics'
import { checkTables, type LoadedTables } from './check-tables.ts'
import { DatasetError } from './dataset-error.ts'
import { withNewest } from './newest.ts'
import type { BundleSource } from './source.ts'
import { storedColumns, upgradeTables } from './previous-version.ts'
import { createStopwatch, type Measure } from './stopwatch.ts'
import type { TableStore } from './table-store.ts'
import { untilAborted } from './until-aborted.ts'

/** How far loading has come. In phase `insert` all bytes have arrived and the engine is busy with the last of them. */
export interface LoadProgress {
  phase: 'manifest' | 'fetch' | 'insert' | 'ready'
  loadedBytes: number
  totalBytes: number
}

/** How a bundle is loaded. */
export interface LoadOptions {
  /** Rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  onProgress?: ((progress: LoadProgress) => void) | undefined
  /**
   * The tables of single rows: what the metrics read of them (the default), or all tables with all their columns, as analysts want
   * them: then every table and column carries its description (`COMMENT`).
   */
  tables?: 'needed' | 'all' | undefined
  /** Told at the end of the milliseconds during which each stage was under way; stages overlap. */
  timing?: ((stage: LoadStage, milliseconds: number) => void) | undefined
}

// One is decoded while another is inserted; more take more memory, which neither engine gives back.
const tablesAtOnce = 2

const whole = (tables: readonly BundleTableName[]): LoadedTables =>
  new Map(tables.map((table) => [table, bundleColumns(table).map(({ name }) => name)]))

const firstTables = whole(firstTableNames)
const otherTables = whole(bundleTableNames.filter((table) => !firstTableNames.includes(table)))

/**
 * Loads what answers about one job and about all of them: manifest → verified bytes → tables → checked rows and columns. The
 * store may still be starting. The tables of single rows are loaded when something needs them (`loadRows`).
 * If a newer bundle is published meanwhile and takes files away, loads that one. The caller closes the store on failure.
 * @throws DatasetError
 */
export const loadDataset = async (
  source: BundleSource,
  store: TableStore | Promise<TableStore>,
  { signal, onProgress, timing, tables = 'needed' }: LoadOptions = {},
): Promise<Dataset> => {
  const started = Promise.resolve(store)
  started.catch(() => {})
  const loaded = new Map<BundleTableName, string>()
  const watch = createStopwatch()
  onProgress?.({ phase: 'manifest', loadedBytes: 0, totalBytes: 0 })
  const load = (manifest: Manifest) =>
    loadTables(firstTables, manifest, { source, started, loaded, measure: watch.measure, signal, onProgress })

  const manifest = await withNewest(source, async (manifest) => (await load(manifest), manifest), signal)

  const { engine } = await started
  await checkTables(engine, manifest, firstTables, signal)
  if (tables === 'all') await describe(await started, firstTables)
  const others = tables === 'all' ? otherTables : rowTables
  const rows = createRowLoader(others, manifest, { source, started, loaded })
  const ids = createRowLoader(idTables, manifest, { source, started, loaded })
  const sets = once(async () => {
    const store = await started
    for (const name of setTableNames) await store.derive(name, setTableQuery(name))
  })
  const dataset = await createDataset(engine, manifest, async (options = {}) => {
    await rows(options)
    if (options.ids && tables !== 'all') await ids(options)
    if (options.sets) await untilAborted(options.signal, sets)
  })
  signal?.throwIfAborted()
  watch.times().forEach(([stage, milliseconds]) => timing?.(stage, milliseconds))
  const { totalBytes } = plan(firstTables, manifest)
  onProgress?.({ phase: 'ready', loadedBytes: totalBytes, totalBytes })
  return dataset
}

const upgradeStore = async (store: TableStore, sql: string): Promise<void> => {
  if (!store.command) throw new DatasetError('version', 'manifest: an older contract version; export the dataset anew')
  await store.command(sql).catch((cause: unknown) => {
    const wrong = 'tables: not those of the contract version that the manifest says'
    throw new DatasetError('altered', `${wrong}; export the dataset anew`, { cause })
  })
}

const describe = async (store: TableStore, tables: LoadedTables): Promise<void> =>
  store.command?.([...tables].flatMap(([table, columns]) => bundleComments(table, columns)).join('\n'))

/** Does work once, for all who ask; after a failure anew. */
const once = (work: () => Promise<void>): (() => Promise<void>) => {
  let under: Promise<void> | undefined
  return () =>
    (under ??= work().catch((error) => {
      under = undefined
      throw error
    }))
}

/** Loads the tables of single rows once, for all who ask; after a failure anew. */
const createRowLoader = (
  tables: LoadedTables,
  manifest: Manifest,
  loading: Pick<Loading, 'source' | 'started' | 'loaded'>,
) => {
  const listeners = new Set<RowsOptions>()
  const load = once(async () => {
    const { measure, times } = createStopwatch()
    const onProgress = (progress: LoadProgress) => listeners.forEach((each) => each.onProgress?.(progress))
    const store = await loading.started
    await loadTables(tables, manifest, { ...loading, measure, signal: store.closed, onProgress }).catch((error) =>
      explain(error, loading.source, manifest),
    )
    await checkTables(store.engine, manifest, tables)
    if (tables === otherTables) await describe(store, tables)
    for (const [stage, milliseconds] of times()) listeners.forEach((each) => each.timing?.(stage, milliseconds))
  })
  return async (options: RowsOptions = {}): Promise<void> => {
    listeners.add(options)
    await untilAborted(options.signal, load).finally(() => listeners.delete(options))
  }
}

// Rows of a newer bundle must not be mixed with the jobs of this one.
const explain = async (error: unknown, source: BundleSource, manifest: Manifest): Promise<never> => {
  if (!(error instanceof DatasetError && error.code === 'not-found')) throw error
  const newer = await source.manifest()
  if (newer.sequence === manifest.sequence) throw error
  throw new DatasetError('not-found', 'dataset: published anew since it was opened; open it again', { cause: error })
}

const plan = (tables: LoadedTables, manifest: Manifest) => {
  const entries = [...tables].map(([table, columns]) => ({ table, columns, entry: manifest.tables[table] }))
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

const loadTables = async (tables: LoadedTables, manifest: Manifest, loading: Loading): Promise<void> => {
  const { source, started, loaded, measure, onProgress } = loading
  const { entries, totalBytes } = plan(tables, manifest)
  const stop = new AbortController()
  loading.signal?.throwIfAborted()
  const signal = loading.signal ? AbortSignal.any([loading.signal, stop.signal]) : stop.signal
  let loadedBytes = 0
  const onBytes = (bytes: number) => {
    loadedBytes += bytes
    onProgress?.({ phase: loadedBytes < totalBytes ? 'fetch' : 'insert', loadedBytes, totalBytes })
  }
  onBytes(0)

  const rest = entries.values()
  const work = async () => {
    for (const { table, columns, entry } of rest) {
      if (loaded.get(table) === entry.sha256) {
        onBytes(entry.bytes)
        continue
      }
      const bytes = await source.open(entry, { signal, onBytes, measure })
      const store = await started
      signal.throwIfAborted()
      loaded.delete(table)
      await store.insert(table, storedColumns(manifest, table, columns), bytes, { signal, measure })
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
  const upgrade = upgradeTables(manifest, tables)
  if (upgrade) await upgradeStore(await started, upgrade)
}
