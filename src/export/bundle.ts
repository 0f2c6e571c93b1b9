import {
  bundleColumns,
  bundleDescription,
  bundleTableNames,
  contractVersion,
  optionalSourceTables,
  type BundleTableName,
  type FileEntry,
  type Manifest,
  type SourceTableName,
  type TableEntry,
} from 'hirescope/contract'
import { rollupQuery, rowTables, weekStarts } from 'hirescope/metrics'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { atOnce } from './at-once.ts'
import { bundleQueries, issueQuery, scopeRelations, type ScopeRelation, type StoredTable } from './bundle-sql.ts'
import { makeFolder } from './file-system.ts'
import { precompute } from './precompute.ts'
import type { Scope } from './scopes.ts'
import { literal, type Staging } from './staging.ts'
import type { Target } from './target.ts'
import { viewsSql } from './views.ts'
import type { Writer } from './writers.ts'

/** The org whose bundles are being made. */
export interface BundleOrg {
  k: number
  id: string
  name: string | null
  timeZone: string
  weekStart: Manifest['week_start']
}

/** All of a manifest but what publishing adds. */
export type Draft = Omit<Manifest, 'sequence' | 'exported_at'>

export interface BundleOptions {
  writer: Writer
  target: Target
  org: BundleOrg
  scope: Scope
  /** The path of the scope under the target. */
  path: string
  names: Manifest['names']
  expectedIntervalHours: number | undefined
  /** As the manifest writes it. */
  asOf: string
  sourceTables: ReadonlySet<SourceTableName>
}

/** Gzip without what differs between machines: the header's time is 0 already, its last byte names the platform. */
const gzip = (text: string): Uint8Array => {
  const bytes = gzipSync(text, { level: 9 })
  bytes[9] = 255
  return bytes
}

const sha256 = async (file: string) => {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** Gives a finished file its lasting name, which is its hash. */
const settle = async (folder: string, made: string, extension: string): Promise<FileEntry> => {
  const hash = await sha256(made)
  const file = `${hash}.${extension}`
  const { size } = await stat(made)
  await rename(made, join(folder, file))
  return { file, sha256: hash, bytes: size }
}

const settleBytes = async (folder: string, name: string, bytes: Uint8Array, extension: string) => {
  const made = join(folder, name)
  await writeFile(made, bytes)
  return settle(folder, made, extension)
}

// A dictionary pays where values repeat: numbers that seldom do are smaller as differences.
const dictionaryLimit = 5000

// What a page loads is packed as small as can be. Of source ids, which no page loads, the last 7 % take half as long as writing them.
const level = (table: BundleTableName) => (table.startsWith('source_ids_') ? 3 : 9)

const metadata = (table: BundleTableName) => {
  const columns = Object.fromEntries(bundleColumns(table).map(({ name, description }) => [name, description]))
  return `{hirescope: ${literal(`contract ${contractVersion}`)}, description: ${literal(bundleDescription(table))},
    columns: ${literal(JSON.stringify(columns))}}`
}

/** The tables that the rollup is worked out from; the others are written right from the relations of the scope. */
const counted: ReadonlySet<BundleTableName> = new Set(['jobs', 'credit_events', ...rowTables.keys()])

const makeRelation = async ({ staging, sliceRows }: Writer, [name, sql, slicedBy]: ScopeRelation) => {
  if (slicedBy === undefined) return staging.run(`CREATE TABLE scope.${name} AS ${sql}`)
  const [row] = await staging.rows(`SELECT count(*)::INTEGER AS n FROM scope.${slicedBy}`)
  for (let from = 0; from === 0 || from < Number(row?.n); from += sliceRows) {
    const slice = sql.replaceAll('$least', String(from)).replaceAll('$most', String(from + sliceRows - 1))
    await staging.run(`${from === 0 ? `CREATE TABLE scope.${name} AS` : `INSERT INTO scope.${name}`} ${slice}`)
  }
}

const writeTables = async ({ writer, org, scope, names, asOf }: BundleOptions, folder: string) => {
  const { staging } = writer
  await staging.run('CREATE TABLE scope_job_ids (job_id VARCHAR)')
  if (scope.jobIds.length)
    await staging.run(`INSERT INTO scope_job_ids VALUES ${scope.jobIds.map((id) => `(${literal(id)})`).join(', ')}`)
  const question = { orgKey: org.k, names }
  const relations = scopeRelations(question)
  await staging.run('CREATE SCHEMA scope')
  for (const relation of relations) await makeRelation(writer, relation)
  const rejected: Manifest['rejected'] = {}
  const odd: Manifest['odd'] = {}
  for (const { table_name, kind, reason, n } of await staging.rows(issueQuery(question))) {
    const counts = kind === 'odd' ? odd : rejected
    const table = String(table_name) as SourceTableName
    counts[table] = { ...counts[table], [String(reason)]: Number(n) }
  }
  const entries = new Map<BundleTableName, TableEntry>()
  const write = async (table: BundleTableName, rows: string) => {
    const made = join(folder, `${table}.parquet`)
    const [copied] = await staging.rows(`COPY ${rows} TO ${literal(made)}
      (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL ${level(table)},
       DICTIONARY_SIZE_LIMIT ${dictionaryLimit}, KV_METADATA ${metadata(table)})`)
    entries.set(table, { ...(await settle(folder, made, 'parquet')), rows: Number(copied?.Count) })
  }
  const queries = bundleQueries(question)
  // As a reader will have them, so that the rollup is worked out by the metrics' own SQL.
  for (const table of counted) await staging.run(`CREATE TABLE ${table} AS ${queries[table as StoredTable]}`)
  for (const [table, query] of Object.entries(queries) as [StoredTable, string][])
    if (!counted.has(table)) await write(table, `(${query})`)
  // The largest scopes want their memory for what comes now.
  await staging.run(relations.map(([name]) => `DROP TABLE scope.${name}`).join('; '))
  const first_week = weekStarts({ as_of: asOf, time_zone: org.timeZone, week_start: org.weekStart })[0] ?? ''
  await staging.run(`CREATE TABLE rollup_job AS ${rollupQuery().replaceAll('$first_week', literal(first_week))}`)
  for (const table of [...counted, 'rollup_job'] as const) await write(table, table)
  const tables = Object.fromEntries(bundleTableNames.map((table) => [table, entries.get(table)]))
  return { tables: tables as Record<BundleTableName, TableEntry>, rejected, odd }
}

// A disk takes what it is to keep of several files in one go.
const putAtOnce = 4

/** Puts the data files of a draft to the target; an object of that name and size is the same file. */
const put = async (target: Target, path: string, folder: string, { tables, views, answers }: Draft) => {
  const different = new Map([...Object.values(tables), views, answers].map((entry) => [entry.file, entry]))
  await atOnce(putAtOnce, [...different.values()], async ({ file, bytes }) => {
    if ((await target.size(`${path}/${file}`)) !== bytes) await target.put(`${path}/${file}`, join(folder, file))
  })
}

/** Leaves nothing of what was made, and nothing of it is waited for to be on the disk. */
const inPassing = async <Result>(staging: Staging, make: () => Promise<Result>): Promise<Result> => {
  await staging.run('BEGIN')
  try {
    return await make()
  } finally {
    await staging.run('ROLLBACK')
  }
}

const makeFiles = async (options: BundleOptions, folder: string): Promise<Draft> => {
  const { writer, org, scope, names, expectedIntervalHours, asOf, sourceTables } = options
  const { tables, rejected, odd } = await writeTables(options, folder)
  const draft = {
    contract_version: contractVersion,
    org: { id: org.id, name: org.name },
    scope: { id: scope.id, jobs: scope.jobIds.length },
    as_of: asOf,
    time_zone: org.timeZone,
    week_start: org.weekStart,
    names,
    ...(expectedIntervalHours !== undefined && { expected_interval_hours: expectedIntervalHours }),
    tables,
    source_tables: Object.fromEntries(
      optionalSourceTables.map((table) => [table, sourceTables.has(table)]),
    ) as Manifest['source_tables'],
    rejected,
    odd,
    views: await settleBytes(folder, 'views.sql', Buffer.from(viewsSql()), 'sql'),
  } satisfies Omit<Draft, 'answers'>
  const answers = gzip(JSON.stringify(await precompute(writer.engine, draft)))
  return { ...draft, answers: await settleBytes(folder, 'answers.json.gz', answers, 'json.gz') }
}

/**
 * Makes the data files of one scope, puts them to the target under their lasting names and gives the draft of its
 * manifest. Nothing refers to the files until a manifest that names them is published.
 */
export const writeBundle = async (options: BundleOptions): Promise<Draft> => {
  const { writer, target, path, scope } = options
  const folder = join(writer.staging.folder, scope.id)
  await makeFolder(folder, 0o700)
  try {
    const draft = await inPassing(writer.staging, () => makeFiles(options, folder))
    await put(target, path, folder, draft)
    return draft
  } finally {
    await rm(folder, { recursive: true })
  }
}
