import {
  answers as answersSchema,
  bundleColumns,
  bundleTableNames,
  contractVersion,
  manifest as manifestSchema,
  parse,
  type BundleTableName,
  type FileEntry,
  type Manifest,
} from 'hirescope/contract'
import { createHash } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { makeFolder } from './file-system.ts'
import { precomputeAnew } from './precompute.ts'
import { filesIn, pathSegment, previousManifest } from './publish.ts'
import { scopeId } from './secret.ts'
import { literal, type Staging } from './staging.ts'
import type { Target } from './target.ts'
import { bundleRules, nullCounts } from './verify-rules.ts'
import { viewsSql } from './views.ts'

/** What was found of one bundle. */
export interface Checked {
  /** What is wrong, each in one sentence without a value of a row. */
  faults: string[]
  files: number
  rows: number
  bytes: number
}

const shortFile = (file: string) => `file ${file.slice(0, 8)}…${file.slice(64)}`

const parsed = (text: string, faults: string[]): Manifest | null => {
  try {
    return parse(manifestSchema, JSON.parse(text), 'manifest.json')
  } catch (error) {
    faults.push(error instanceof SyntaxError ? 'manifest.json: not JSON' : (error as Error).message)
    return null
  }
}

/** Reads the files that a manifest names, checks each and leaves the good ones in a folder. */
const fetchFiles = async (target: Target, path: string, manifest: Manifest, folder: string, faults: string[]) => {
  const good = new Set<string>()
  const named: [string, FileEntry][] = [
    ...Object.entries(manifest.tables),
    ['answers', manifest.answers],
    ['views', manifest.views],
  ]
  for (const [name, { file, sha256, bytes }] of named) {
    const what = `${name}: ${shortFile(file)}`
    const stored = await target.read(`${path}/${file}`)
    if (!stored) {
      faults.push(`${what} is not there`)
      continue
    }
    const hash = createHash('sha256').update(stored.bytes).digest('hex')
    if (stored.bytes.length !== bytes)
      faults.push(`${what} has ${stored.bytes.length} bytes, the manifest says ${bytes}`)
    else if (hash !== sha256) faults.push(`${what}: its SHA-256 is not that of the manifest`)
    else if (!file.startsWith(`${sha256}.`)) faults.push(`${what}: its name is not its SHA-256`)
    else {
      await writeFile(join(folder, file), stored.bytes, { mode: 0o600 })
      good.add(file)
    }
  }
  return good
}

/** Checks the files that only the previous manifest names: readers may still be on it, and a rollback goes back to it. */
const checkPrevious = async (target: Target, path: string, names: ReadonlySet<string>, faults: string[]) => {
  const stored = await target.read(`${path}/${previousManifest}`)
  if (!stored) return new Set<string>()
  const files = filesIn(new TextDecoder().decode(stored.bytes))
  for (const file of files) {
    if (names.has(file)) continue
    const bytes = (await target.read(`${path}/${file}`))?.bytes
    const what = `${previousManifest}: ${shortFile(file)}`
    if (!bytes) faults.push(`${what} is not there`)
    else if (!file.startsWith(`${createHash('sha256').update(bytes).digest('hex')}.`))
      faults.push(`${what}: its SHA-256 is not that of its name`)
  }
  return new Set(files)
}

/** Makes a view of each table whose file can be read and has the columns of the contract. */
const openTables = async (
  staging: Staging,
  manifest: Manifest,
  folder: string,
  good: Set<string>,
  faults: string[],
) => {
  const opened = new Set<BundleTableName>()
  for (const table of bundleTableNames) {
    const { file, rows } = manifest.tables[table]
    if (!good.has(file)) continue
    const scan = `read_parquet(${literal(join(folder, file))})`
    try {
      const found = await staging.rows(`DESCRIBE SELECT * FROM ${scan}`)
      const [counted] = await staging.rows(`SELECT count(*)::INTEGER AS n FROM ${scan}`)
      const given = found.map(({ column_name, column_type }) => `${String(column_name)} ${String(column_type)}`)
      const expected = bundleColumns(table).map(({ name, type }) => `${name} ${type}`)
      const at = expected.findIndex((column, index) => column !== given[index])
      const index = at < 0 && given.length > expected.length ? expected.length : at
      if (Number(counted?.n) !== rows) faults.push(`${table}: ${Number(counted?.n)} rows, the manifest says ${rows}`)
      if (index >= 0) {
        const wrong = `expected ${expected[index] ?? 'no column'}, got ${given[index] ?? 'none'}`
        faults.push(`${table}: column ${index + 1}: ${wrong}`)
        continue
      }
      await staging.run(`CREATE OR REPLACE VIEW ${table} AS FROM ${scan}`)
      opened.add(table)
    } catch {
      faults.push(`${table}: ${shortFile(file)} is no Parquet file that can be read`)
    }
  }
  return opened
}

const checkRows = async (staging: Staging, manifest: Manifest, opened: Set<BundleTableName>, faults: string[]) => {
  for (const table of opened) {
    const [counts = {}] = await staging.rows(nullCounts(table))
    for (const [column, n] of Object.entries(counts))
      if (n) faults.push(`${table}: ${Number(n)} rows have no ${column}`)
  }
  for (const { tables, wrong, sql } of bundleRules(manifest)) {
    if (!tables.every((table) => opened.has(table))) continue
    const [row] = await staging.rows(sql)
    const n = Number(row?.n)
    const [table = ''] = wrong.startsWith('are not what') ? ['rollup_job'] : tables
    if (n) faults.push(`${table}: ${n} rows ${wrong}`)
  }
}

const checkScope = async (staging: Staging, manifest: Manifest, secret: Uint8Array | null, faults: string[]) => {
  const rows = await staging.rows('SELECT job_id FROM jobs')
  const ids = rows.map(({ job_id }) => String(job_id)).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  if (ids.length !== manifest.scope.jobs)
    faults.push(`jobs: ${ids.length} jobs, the manifest says ${manifest.scope.jobs}`)
  if (secret && scopeId(secret, manifest.org.id, ids) !== manifest.scope.id)
    faults.push('jobs: they are not the jobs of this scope')
}

const checkAnswers = async (manifest: Manifest, folder: string, threads: number, faults: string[]) => {
  const text = await readFile(join(folder, manifest.answers.file))
  let shipped: Record<string, unknown>
  try {
    shipped = parse(answersSchema, JSON.parse(gunzipSync(text).toString()), 'answers')
  } catch (error) {
    const message = (error as Error).message
    faults.push(message.startsWith('answers:') ? message : 'answers: not JSON in gzip')
    return
  }
  const source = { manifest: async () => manifest, open: ({ file }: FileEntry) => readFile(join(folder, file)) }
  const again = JSON.parse(JSON.stringify(await precomputeAnew(source, { threads }))) as Record<string, unknown>
  for (const [id, answer] of Object.entries(again))
    if (!isDeepStrictEqual(shipped[id], answer)) faults.push(`answers: ${id} is not what the tables give`)
}

const checkViews = async ({ views }: Manifest, folder: string, faults: string[]) => {
  if ((await readFile(join(folder, views.file), 'utf8')) !== viewsSql())
    faults.push('views: views.sql is not what this version writes; export anew')
}

export interface BundleToCheck {
  target: Target
  /** `<org>/<scope>` */
  path: string
  staging: Staging
  /** Null where there is none: then the jobs cannot be held against the scope. */
  secret: Uint8Array | null
  threads: number
  /** Whether files that no manifest names are held against it. */
  strays: () => Promise<boolean>
}

const checkOnce = async ({ target, path, staging, secret, threads, strays }: BundleToCheck, text: string) => {
  const faults: string[] = []
  const manifest = parsed(text, faults)
  const names = filesIn(text)
  const previous = await checkPrevious(target, path, new Set(names), faults)
  const known = new Set([...names, ...previous, 'manifest.json', previousManifest])
  if (await strays()) {
    const found = (await target.list(path)).filter((name) => !known.has(name))
    if (found.length && (await strays()))
      faults.push(`${found.length} stray files that no manifest names, ${found[0]?.slice(0, 16)}… for one`)
  }
  if (!manifest) return { faults, files: 0, rows: 0, bytes: 0 }
  const [segment = '', scope = ''] = path.split('/')
  if (pathSegment(manifest.org.id) !== segment) faults.push('manifest.json: org: not that of the folder')
  if (manifest.scope.id !== scope) faults.push('manifest.json: scope: not that of the folder')
  if (manifest.contract_version !== contractVersion) faults.push('manifest.json: of another contract version')
  const folder = join(staging.folder, 'bundle')
  await makeFolder(folder, 0o700)
  try {
    const good = await fetchFiles(target, path, manifest, folder, faults)
    const opened = await openTables(staging, manifest, folder, good, faults)
    await checkRows(staging, manifest, opened, faults)
    if (opened.has('jobs')) await checkScope(staging, manifest, secret, faults)
    if (good.has(manifest.answers.file) && opened.size === bundleTableNames.length)
      await checkAnswers(manifest, folder, threads, faults).catch(() =>
        faults.push('answers: the nine endpoints cannot be answered from the tables'),
      )
    if (good.has(manifest.views.file)) await checkViews(manifest, folder, faults)
    for (const table of opened) await staging.run(`DROP VIEW ${table}`)
  } finally {
    await rm(folder, { recursive: true })
  }
  const entries = [...Object.values(manifest.tables), manifest.answers, manifest.views]
  return {
    faults,
    files: entries.length,
    rows: Object.values(manifest.tables).reduce((sum, { rows }) => sum + rows, 0),
    bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

/** Re-reads a published bundle whole and finds everything that is wrong with it; null where there is no manifest (any more). */
export const checkBundle = async (bundle: BundleToCheck): Promise<Checked | null> => {
  const { target, path } = bundle
  for (let attempt = 1; ; attempt++) {
    const stored = await target.read(`${path}/manifest.json`)
    if (!stored) return null
    const checked = await checkOnce(bundle, new TextDecoder().decode(stored.bytes))
    if (!checked.faults.length || attempt === 3) return checked
    // Published anew meanwhile: what was read belongs together no more.
    if ((await target.read(`${path}/manifest.json`))?.version === stored.version) return checked
  }
}
