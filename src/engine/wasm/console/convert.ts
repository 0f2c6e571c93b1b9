import {
  Bool,
  Float64,
  Int64,
  makeData,
  makeVector,
  RecordBatchReader,
  Table,
  tableFromIPC,
  tableToIPC,
  Utf8,
} from 'apache-arrow'
import {
  Compression,
  readParquet,
  Table as ParquetTable,
  WriterPropertiesBuilder,
  writeParquet,
} from 'parquet-wasm/esm'
import { startDuckDb, startParquet } from '../duckdb-worker.ts'
import type { EngineFiles } from '../messages.ts'
import { QueryError } from './console.ts'

/** The kinds of files that can be brought along, by how their names end. */
export const fileKinds = {
  csv: 'csv',
  tsv: 'csv',
  txt: 'csv',
  json: 'json',
  ndjson: 'json',
  jsonl: 'json',
  parquet: 'parquet',
  arrow: 'arrow',
  arrows: 'arrow',
  feather: 'arrow',
  ipc: 'arrow',
} as const

type FileKind = (typeof fileKinds)[keyof typeof fileKinds]

const kindOf = (name: string): FileKind | null => {
  const ending = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  return ending in fileKinds ? fileKinds[ending as keyof typeof fileKinds] : null
}

const unusable = (what: string, advice: string, cause?: unknown) =>
  new QueryError('sql', `file: ${what}; ${advice}`, null, cause === undefined ? {} : { cause })

/** The rows of a file of data in Arrow's stream format. @throws QueryError */
export const toArrow = async (name: string, bytes: Uint8Array<ArrayBuffer>, files: EngineFiles) => {
  const kind = kindOf(name)
  if (!kind) throw unusable('of no kind that is known here', 'bring CSV, JSON, Parquet or Arrow')
  if (bytes.length === 0) throw unusable('empty', 'check that it was saved whole')
  const read = { csv: fromCsv, json: fromJson, parquet: fromParquet, arrow: fromArrow }[kind]
  try {
    const stream = await read(bytes, files)
    return { stream, rows: countRows(stream) }
  } catch (error) {
    if (error instanceof QueryError) throw error
    const names = { csv: 'CSV', json: 'JSON', parquet: 'Parquet', arrow: 'Arrow without compression' }
    // What follows the first line may quote the file.
    const why = (error instanceof Error ? error.message : String(error)).split('\n', 1).join('').slice(0, 200)
    throw unusable(
      `cannot be read as ${names[kind]} (${why})`,
      'check that it was saved whole and is what its name says',
    )
  }
}

/** A result in Arrow's stream format as a Parquet file, packed with zstd. */
export const toParquet = async (stream: Uint8Array, files: EngineFiles): Promise<Uint8Array> => {
  await startParquet(files)
  const properties = new WriterPropertiesBuilder().setCompression(Compression.ZSTD).build()
  return writeParquet(ParquetTable.fromIPCStream(stream), properties)
}

const countRows = (stream: Uint8Array): number => {
  let rows = 0
  for (const batch of RecordBatchReader.from(stream)) rows += batch.numRows
  return rows
}

/** How Arrow's stream format ends; what the engine gives ends without. */
const endOfStream = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0)

/** Read by a database of its own: the one with the organisation's tables reads no files. */
const fromCsv = async (bytes: Uint8Array<ArrayBuffer>, files: EngineFiles): Promise<Uint8Array> => {
  const { bindings, connection, release } = await startDuckDb(files, { onDeath: () => {}, onBytes: () => {} })
  try {
    for (const setting of ['autoload_known_extensions', 'autoinstall_known_extensions'])
      await bindings.runQuery(connection, `SET ${setting} = false`)
    await bindings.registerFileBuffer('brought.csv', bytes)
    let header = await bindings.startPendingQuery(connection, "FROM read_csv('brought.csv', sample_size = -1)", true)
    while (header === null) header = await bindings.pollPendingQuery(connection)
    const parts = [header]
    for (;;) {
      const part = await bindings.fetchQueryResults(connection)
      if (part?.length === 0) break
      if (part) parts.push(part)
    }
    return new Uint8Array(await new Blob([...parts, endOfStream] as BlobPart[]).arrayBuffer())
  } finally {
    await release()
  }
}

const fromParquet = async (bytes: Uint8Array<ArrayBuffer>, files: EngineFiles): Promise<Uint8Array> => {
  await startParquet(files)
  return readParquet(bytes).intoIPCStream()
}

/** Written anew, since a stream may end without saying so, which the engine would wait for. */
const fromArrow = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
  tableToIPC(tableFromIPC(bytes), 'stream')

const fromJson = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> => {
  const rows = rowsOf(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  const names = new Set(rows.flatMap((row) => Object.keys(row)))
  if (names.size === 0) throw unusable('no objects with fields in it', 'bring an array of objects, or an object a line')
  const columns = [...names].map((name) => [name, columnOf(rows.map((row) => row[name] ?? null))] as const)
  return tableToIPC(new Table(Object.fromEntries(columns)), 'stream')
}

/** The objects of a JSON text: an array of them, one of them, or one a line. */
const rowsOf = (text: string): Record<string, unknown>[] => {
  const whole = attempt(() => JSON.parse(text) as unknown)
  const values: unknown[] =
    whole === undefined
      ? text.split('\n').flatMap((line, index) => (line.trim() ? [parseLine(line, index)] : []))
      : Array.isArray(whole)
        ? whole
        : [whole]
  return values.map((value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : { value },
  )
}

const attempt = <Value>(act: () => Value): Value | undefined => {
  try {
    return act()
  } catch {
    return undefined
  }
}

const parseLine = (line: string, index: number): unknown => {
  const value = attempt(() => JSON.parse(line) as unknown)
  if (value === undefined)
    throw unusable(`line ${index + 1} is not JSON`, 'bring an array of objects, or an object a line')
  return value
}

/** Values of one type become a column of that type; all others texts, nested ones as JSON. */
const columnOf = (values: readonly unknown[]) => {
  const there = values.filter((value) => value !== null)
  const each = (test: (value: unknown) => boolean) => there.length > 0 && there.every(test)
  const { length } = values
  const nulls = { length, nullCount: length - there.length, nullBitmap: bitsOf(values, (value) => value !== null) }
  if (each((value) => typeof value === 'boolean')) {
    const data = bitsOf(values, (value) => value === true)
    return makeVector(makeData({ type: new Bool(), data, ...nulls }))
  }
  if (each(Number.isSafeInteger)) {
    const data = BigInt64Array.from(values, (value) => BigInt((value as number | null) ?? 0))
    return makeVector(makeData({ type: new Int64(), data, ...nulls }))
  }
  if (each((value) => typeof value === 'number')) {
    const data = Float64Array.from(values, (value) => (value as number | null) ?? 0)
    return makeVector(makeData({ type: new Float64(), data, ...nulls }))
  }
  const encoder = new TextEncoder()
  const texts = values.map((value) =>
    encoder.encode(value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)),
  )
  const valueOffsets = new Int32Array(length + 1)
  texts.forEach((text, index) => (valueOffsets[index + 1] = (valueOffsets[index] ?? 0) + text.length))
  const data = new Uint8Array(valueOffsets[length] ?? 0)
  texts.forEach((text, index) => data.set(text, valueOffsets[index]))
  return makeVector(makeData({ type: new Utf8(), data, valueOffsets, ...nulls }))
}

/** A bit for each value, as Arrow packs them. Its builders would do that by compiling text, which the CSP forbids. */
const bitsOf = (values: readonly unknown[], test: (value: unknown) => boolean): Uint8Array => {
  const bits = new Uint8Array(Math.ceil(values.length / 64) * 8)
  values.forEach((value, index) => {
    if (test(value)) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7))
  })
  return bits
}
