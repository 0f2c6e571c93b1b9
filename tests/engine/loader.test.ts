import { DuckDBInstance } from '@duckdb/node-api'
import { bundleTableNames, firstTableNames, type Manifest } from 'hirescope/contract'
import { DatasetError, loadDataset, type BundleSource, type LoadProgress } from 'hirescope/engine'
import { createNativeStore, folderSource, openFolder } from 'hirescope/engine/native'
import { createHash } from 'node:crypto'
import { cp, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder, tinyRows, writeBundle, writeManifest } from '../fixtures/bundle.ts'
import { metrics, rowTables, run } from 'hirescope/metrics'
import { stores } from './stores.ts'

const rowTableNames = [...rowTables.keys()]

let written: string
let folder: string
let manifest: Manifest
beforeAll(async () => {
  written = await temporaryFolder()
  manifest = await writeBundle(written)
  return () => rm(written, { recursive: true })
})
beforeEach(async () => {
  folder = await temporaryFolder()
  await cp(written, folder, { recursive: true })
  return () => rm(folder, { recursive: true })
})

const file = (table: keyof Manifest['tables']) => join(folder, manifest.tables[table].file)

describe.each(stores)('loading into the %s engine', (_, createStore) => {
  const load = async (source: BundleSource = folderSource(folder)) => {
    const store = await createStore()
    onTestFinished(() => store.engine.close())
    return loadDataset(source, store)
  }
  const loadAll = async (source?: BundleSource) => {
    const dataset = await load(source)
    await dataset.loadRows()
    return dataset
  }

  it('gives every table that the app reads, row by row, and the jobs', async () => {
    const dataset = await loadAll()
    expect(dataset.manifest).toEqual(manifest)
    expect([...dataset.jobs.keys()]).toEqual(['10', '11'])
    const tables = [...firstTableNames, ...rowTableNames]
    const counts = await dataset.engine.batch(
      tables.map((table) => ({ sql: `SELECT CAST(count(*) AS INTEGER) AS n FROM ${table}`, params: [] })),
    )
    const given = Object.fromEntries(Object.entries(tinyRows).map(([table, { length }]) => [table, length]))
    // The rollup has rows for the whole scope and for each of the two jobs.
    const expected: Record<string, number> = { ...given, rollup_job: 3 }
    expect(counts.map(([row]) => row?.n)).toEqual(tables.map((table) => expected[table] ?? 0))
    const texts = `SELECT CAST(credit_units AS INTEGER) AS units, CAST(created_at AS VARCHAR) AS at, city.name AS city
      FROM rollup_job JOIN jobs USING (job_key), cities AS city WHERE job_key = 1 AND city_key = 1`
    expect(await dataset.engine.batch([{ sql: texts, params: [] }])).toEqual([
      [{ units: 12500, at: '2024-01-02 03:04:05', city: 'पुणे' }],
    ])
  })

  it('loads a bundle in which every table is empty', async () => {
    await writeBundle(folder, { rows: {} })
    expect((await loadAll()).jobs.size).toBe(0)
  })

  it('loads every row group of a table, in order', async () => {
    const ids =
      'SELECT CAST(i AS INTEGER) AS candidate_key, CAST(i * i AS VARCHAR) AS candidate_id FROM range(300000) AS r(i)'
    await writeBundle(folder, { queries: { source_ids_candidates: `(${ids})` } })
    const dataset = await load()
    await dataset.loadRows({ ids: true })
    const sql = `SELECT CAST(count(*) AS INTEGER) AS n, bool_and(candidate_key = rowid AND candidate_id = CAST(rowid * rowid AS VARCHAR)) AS same
      FROM source_ids_candidates`
    expect(await dataset.engine.batch([{ sql, params: [] }])).toEqual([[{ n: 300_000, same: true }]])
  })

  it('refuses a table with other rows than the manifest says', async () => {
    const { applications } = manifest.tables
    await writeManifest(folder, {
      ...manifest,
      tables: { ...manifest.tables, applications: { ...applications, rows: 5 } },
    })
    await expect(loadAll()).rejects.toThrow(
      new DatasetError(
        'altered',
        'table applications: 4 rows, the manifest says 5; load the dataset again, or export it anew',
      ),
    )
  })

  it('refuses a table with other columns than the contract says', async () => {
    const { skills } = manifest.tables
    await writeManifest(folder, { ...manifest, tables: { ...manifest.tables, cities: { ...skills } } })
    await expect(loadAll()).rejects.toThrow(
      /^table cities: unreadable Parquet, or without a column of the contract; export the dataset anew$/,
    )
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await connection.run(`COPY (SELECT 0::BIGINT AS city_key, 'Oslo' AS name) TO '${join(folder, 'wide.parquet')}'`)
    connection.closeSync()
    instance.closeSync()
    const bytes = await readFile(join(folder, 'wide.parquet'))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    await writeFile(join(folder, `${sha256}.parquet`), bytes)
    const cities = { file: `${sha256}.parquet`, sha256, bytes: bytes.length, rows: 1 }
    await writeManifest(folder, { ...manifest, tables: { ...manifest.tables, cities } })
    await expect(loadAll()).rejects.toThrow(
      new DatasetError(
        'altered',
        'table cities: column 1: expected city_key INTEGER, got city_key BIGINT; export the dataset anew',
      ),
    )
  })

  it('refuses a file that is no Parquet, although its hash is right', async () => {
    const { views } = manifest
    const tables = {
      ...manifest.tables,
      skills: { ...manifest.tables.skills, sha256: views.sha256, bytes: views.bytes },
    }
    await writeFile(file('skills'), await readFile(join(folder, views.file)))
    await writeManifest(folder, { ...manifest, tables })
    await expect(loadAll()).rejects.toThrow(
      /^table skills: unreadable Parquet, or without a column of the contract; export the dataset anew$/,
    )
  })

  it('loads the newer bundle when one is published meanwhile', async () => {
    const source = folderSource(folder)
    let opened = 0
    const dataset = await load({
      ...source,
      async open(entry, options) {
        if (++opened === 2) {
          const rows = {
            ...tinyRows,
            jobs: tinyRows.jobs?.slice(0, 1),
            applications: tinyRows.applications?.slice(0, 2),
          }
          const newer = await writeBundle(folder, { rows: rows as typeof tinyRows, sequence: 2 })
          const kept = new Set(bundleTableNames.map((table) => newer.tables[table].file))
          const gone = new Set(
            bundleTableNames.map((table) => manifest.tables[table].file).filter((name) => !kept.has(name)),
          )
          for (const name of gone) await unlink(join(folder, name))
          throw new DatasetError('not-found', 'gone')
        }
        return source.open(entry, options)
      },
    })
    expect(dataset.manifest.sequence).toBe(2)
    expect([...dataset.jobs.keys()]).toEqual(['10'])
    await dataset.loadRows()
    const [rows] = await dataset.engine.batch([{ sql: 'SELECT application_key FROM applications', params: [] }])
    expect(rows).toHaveLength(2)
  })

  it('loads the tables of single rows once, when they are asked for', async () => {
    const source = folderSource(folder)
    const opened: string[] = []
    const dataset = await load({
      ...source,
      open: (entry, options) => {
        opened.push(entry.file)
        return source.open(entry, options)
      },
    })
    const files = (tables: readonly (keyof Manifest['tables'])[]) => tables.map((table) => manifest.tables[table].file)
    expect(opened.sort()).toEqual(files(firstTableNames).sort())
    const one = await run(dataset, metrics['total-applicants'], { job_id: '10' })
    expect(one.body).toEqual({ total_applicants: 2 })
    expect(opened).toHaveLength(firstTableNames.length)
    const progress: number[] = []
    const asked: number[] = []
    const onProgress = ({ loadedBytes }: { loadedBytes: number }) => asked.push(loadedBytes)
    await Promise.all([
      run(dataset, metrics['total-applicants'], { job_ids: ['10', '11'] }, { onProgress }),
      dataset.loadRows({ onProgress: ({ loadedBytes }) => progress.push(loadedBytes) }),
      dataset.loadRows(),
    ])
    expect(opened.slice(firstTableNames.length).sort()).toEqual(files(rowTableNames).sort())
    expect(progress.at(-1)).toBe(rowTableNames.reduce((sum, table) => sum + manifest.tables[table].bytes, 0))
    expect(asked).toEqual(progress)
    await run(dataset, metrics['total-applicants'], { min_score: 1 }, { onProgress })
    expect(asked).toEqual(progress)
  })

  it('does not mix the rows of a newer bundle with the jobs of this one', async () => {
    const dataset = await load()
    const gone = file('applications')
    await writeBundle(folder, { rows: { ...tinyRows, applications: tinyRows.applications!.slice(0, 2) }, sequence: 2 })
    await unlink(gone)
    await expect(dataset.loadRows()).rejects.toThrow(
      new DatasetError('not-found', 'dataset: published anew since it was opened; open it again'),
    )
  })

  it('can be asked for rows again after a failure, and stops waiting on abort', async () => {
    const dataset = await load()
    const bytes = await readFile(file('applications'))
    await writeFile(file('applications'), bytes.subarray(1))
    await expect(dataset.loadRows()).rejects.toThrow(/bytes, the manifest says/)
    await writeFile(file('applications'), bytes)
    const reason = new Error('never mind')
    await expect(dataset.loadRows({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await dataset.loadRows()
  })
})

describe('loading', () => {
  const openRows = async () => {
    const dataset = await openFolder(folder)
    onTestFinished(dataset.close)
    await dataset.loadRows()
  }
  const failure = async (loading: Promise<unknown>): Promise<DatasetError> => {
    const error = await loading.then(
      () => expect.fail('it loaded'),
      (error: unknown) => error,
    )
    expect(error).toBeInstanceOf(DatasetError)
    expect((error as Error).message).not.toContain(folder)
    return error as DatasetError
  }

  it('refuses an altered byte', async () => {
    const bytes = await readFile(file('applications'))
    bytes[40] = (bytes[40] ?? 0) ^ 1
    await writeFile(file('applications'), bytes)
    const error = await failure(openRows())
    expect(error.code).toBe('altered')
    expect(error.message).toMatch(/^file [0-9a-f]{8}….parquet: SHA-256 differs from the manifest; /)
  })

  it('refuses a truncated file', async () => {
    await truncate(file('jobs'), 100)
    const error = await failure(openFolder(folder))
    expect(error.code).toBe('altered')
    expect(error.message).toMatch(/: 100 bytes, the manifest says \d+; /)
  })

  it('says that a web page is no manifest', async () => {
    await writeFile(join(folder, 'manifest.json'), '<!doctype html><title>App</title>')
    expect(await failure(openFolder(folder))).toMatchObject({
      code: 'not-a-bundle',
      message: 'manifest: a web page; check the address of the dataset',
    })
  })

  it.each([
    ['', 'manifest: not JSON; check the address of the dataset'],
    ['{"contract_version":1', 'manifest: not JSON; check the address of the dataset'],
    ['null', /^manifest: Invalid input/],
    ['{"contract_version":1}', /^manifest: org: Invalid input/],
  ])('says what is wrong with the manifest %j', async (text, message) => {
    await writeFile(join(folder, 'manifest.json'), text)
    const error = await failure(openFolder(folder))
    expect(error.code).toBe('not-a-bundle')
    expect(error.message).toMatch(message)
  })

  it('names the field that the manifest has too many, without its value', async () => {
    await writeManifest(folder, { ...manifest, secret: 'canary' })
    const { message } = await failure(openFolder(folder))
    expect(message).toContain('secret')
    expect(message).not.toContain('canary')
  })

  it('refuses another contract version, whatever else that manifest says', async () => {
    await writeManifest(folder, { contract_version: 3, tables: [] })
    expect(await failure(openFolder(folder))).toMatchObject({
      code: 'version',
      message: 'manifest: contract version 3, this app reads 1 and 2; reload the page, or install a newer hirescope',
    })
  })

  it('says that there is no manifest, or no folder', async () => {
    await unlink(join(folder, 'manifest.json'))
    expect((await failure(openFolder(folder))).code).toBe('not-found')
    expect((await failure(openFolder(join(folder, 'nowhere')))).code).toBe('not-found')
  })

  it('says that a file is missing when no newer bundle explains it', async () => {
    await unlink(file('skills'))
    const error = await failure(openRows())
    expect(error.code).toBe('not-found')
    expect(error.message).toMatch(/^file [0-9a-f]{8}….parquet: not found; /)
  })

  it('reports progress by bytes, from the manifest to ready', async () => {
    const progress: LoadProgress[] = []
    const stages = new Map<string, number>()
    const dataset = await openFolder(folder, {
      onProgress: (step) => progress.push(step),
      timing: (stage, milliseconds) => stages.set(stage, milliseconds),
    })
    onTestFinished(dataset.close)
    const totalBytes = firstTableNames.reduce((sum, table) => sum + manifest.tables[table].bytes, 0)
    expect(progress[0]).toEqual({ phase: 'manifest', loadedBytes: 0, totalBytes: 0 })
    expect(progress[1]).toEqual({ phase: 'fetch', loadedBytes: 0, totalBytes })
    expect(progress.at(-2)).toEqual({ phase: 'insert', loadedBytes: totalBytes, totalBytes })
    expect(progress.at(-1)).toEqual({ phase: 'ready', loadedBytes: totalBytes, totalBytes })
    expect([...stages.keys()].sort()).toEqual(['fetch', 'insert', 'verify'])
  })

  it('stops with the reason of the signal', async () => {
    const reason = new Error('another dataset, please')
    await expect(openFolder(folder, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    for (const phase of ['fetch', 'insert', 'ready'] as const) {
      const controller = new AbortController()
      const onProgress = (progress: LoadProgress) => progress.phase === phase && controller.abort(reason)
      const loading = openFolder(folder, { signal: controller.signal, onProgress })
      if (phase === 'ready') await (await loading).close()
      else await expect(loading).rejects.toBe(reason)
    }
  })

  it('rejects with what kept the engine from starting', async () => {
    const store = Promise.reject(new DatasetError('no-webassembly', 'webassembly: missing'))
    await expect(loadDataset(folderSource(folder), store)).rejects.toThrow('webassembly: missing')
  })

  it('prefers the error of the manifest to that of an engine that fails later', async () => {
    const store = Promise.reject(new DatasetError('no-webassembly', 'webassembly: missing'))
    await expect(loadDataset(folderSource(join(folder, 'nowhere')), store)).rejects.toThrow('manifest: not found')
  })

  it('opens a file in one step, so that another source can decrypt it', async () => {
    const plain = folderSource(folder)
    const secret = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0xaa)
    for (const table of [...firstTableNames, ...rowTableNames])
      await writeFile(`${file(table)}.secret`, secret(await readFile(file(table))))
    const store = await createNativeStore()
    onTestFinished(() => store.engine.close())
    const dataset = await loadDataset(
      { ...plain, open: async (entry) => secret(await readFile(join(folder, `${entry.file}.secret`))) },
      store,
    )
    expect(dataset.jobs.size).toBe(2)
    await dataset.loadRows()
  })
})
