import {
  DataType,
  Field,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
  type Data,
} from 'apache-arrow'
import { csvCell } from '../table-text.ts'
import type { Rows } from './rows.ts'
import { createTurns } from './turns.ts'
import { Entries, valueText, type Value } from './value.ts'

/** How rows are written: in which order, when to stop, and how far that is. */
export interface WriteOptions {
  /** The rows in their order; null for that of the query. */
  order: Uint32Array | null
  signal?: AbortSignal | undefined
  onProgress?: ((rows: number) => void) | undefined
}

const portion = 1000

/** The browser is handed files in parts of so many bytes. */
const portionBytes = 1 << 20

/** Writes rows line by line, as parts of a file of some thousand rows each. */
const written = async (
  { length }: Rows,
  { order, signal, onProgress }: WriteOptions,
  line: (row: number, position: number) => string,
): Promise<string[]> => {
  const turn = createTurns(signal)
  const parts: string[] = []
  for (let from = 0; from < length; from += portion) {
    let part = ''
    const to = Math.min(length, from + portion)
    for (let position = from; position < to; position++) {
      part += line(order?.[position] ?? position, position)
      if (position % 50 === 0) await turn()
    }
    parts.push(part)
    onProgress?.(to)
  }
  return parts
}

const plainCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/**
 * A result as a CSV file (RFC 4180), text never a formula, with a byte order mark and lines about it as the other files of this app
 * have them. No value is an empty cell.
 * @throws the signal's reason
 */
export const csvOfResult = async (rows: Rows, about: readonly string[], options: WriteOptions): Promise<string[]> => {
  const readers = rows.columns.map((_, column) => rows.reader(column))
  const kinds = rows.columns.map(({ kind }) => kind)
  const cell = (value: Value, kind: string | undefined) => {
    if (value === null) return ''
    const text = valueText(value)
    return kind === 'number' || kind === 'boolean' ? text : csvCell(text)
  }
  const head = [...about.map(csvCell), '', rows.columns.map(({ name }) => csvCell(name)).join(',')]
  const lines = await written(
    rows,
    options,
    (row) => `${readers.map((read, column) => cell(read(row), kinds[column])).join(',')}\r\n`,
  )
  return [`\ufeff${head.join('\r\n')}\r\n`, ...lines]
}

/**
 * A result as a CSV file (RFC 4180) for programs: heads and rows alone, each value as the engine writes it. No value is an empty
 * cell, empty text is "". A spreadsheet would run what looks like a formula.
 * @throws the signal's reason
 */
export const rawCsvOfResult = async (rows: Rows, options: WriteOptions): Promise<string[]> => {
  const readers = rows.columns.map((_, column) => rows.reader(column))
  const cell = (value: Value) => (value === null ? '' : plainCell(valueText(value)) || '""')
  const lines = await written(rows, options, (row) => `${readers.map((read) => cell(read(row))).join(',')}\r\n`)
  return [`${rows.columns.map(({ name }) => plainCell(name)).join(',')}\r\n`, ...lines]
}

/** Names of columns, told apart where two are the same: "a", "a_1". */
export const distinctNames = (names: readonly string[]): string[] => {
  const taken = new Set<string>()
  return names.map((name) => {
    let own = name
    for (let count = 1; taken.has(own); count++) own = `${name}_${count}`
    taken.add(own)
    return own
  })
}

/** Numbers that JSON's readers, most of which know doubles alone, give back as they were. */
const survives = (value: Value): boolean => {
  if (value === null || typeof value === 'number') return true
  if (typeof value === 'bigint') return BigInt(Number(value)) === value && Number.isSafeInteger(Number(value))
  return typeof value === 'string' && value.replace(/\D/g, '').replace(/^0+/, '').length <= 15
}

const json = (value: Value, numeric = false): string => {
  if (value === null) return 'null'
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : `"${valueText(value)}"`
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'bigint') return numeric || Number.isSafeInteger(Number(value)) ? String(value) : `"${value}"`
  if (typeof value === 'string') return numeric ? value : JSON.stringify(value)
  if (value instanceof Entries) {
    const names = distinctNames(value.all.map(([name]) => valueText(name)))
    return `{${value.all.map(([, each], index) => `${JSON.stringify(names[index])}:${json(each)}`).join(',')}}`
  }
  return `[${value.map((each) => json(each)).join(',')}]`
}

const isoMoment = (text: string): string => text.replace(' ', 'T').replace(/\+00$/, 'Z')

/**
 * A result as a JSON file: an array of objects, one a line. Days and times are in the form of ISO 8601, those without a zone without one.
 * Whole numbers and decimals of more than a double holds are exact text, for all values of such a column.
 * @throws the signal's reason
 */
export const jsonOfResult = async (rows: Rows, options: WriteOptions): Promise<string[]> => {
  const turn = createTurns(options.signal)
  const readers = rows.columns.map((_, column) => rows.reader(column))
  const exact: boolean[] = []
  for (const [column, { kind }] of rows.columns.entries()) {
    let all = kind === 'number'
    for (let row = 0; all && row < rows.length; row++) {
      all = survives(readers[column]?.(row) ?? null)
      if (row % 500 === 0) await turn()
    }
    exact.push(all)
  }
  const names = distinctNames(rows.columns.map(({ name }) => name)).map((name) => JSON.stringify(name))
  const cell = (value: Value, column: number): string => {
    const about = rows.columns[column]
    if (about?.kind === 'number' && typeof value !== 'number' && value !== null)
      return exact[column] ? json(value, true) : `"${valueText(value)}"`
    return json(about?.kind === 'date' && typeof value === 'string' ? isoMoment(value) : value)
  }
  const lines = await written(rows, options, (row, position) => {
    const fields = readers.map((read, column) => `${names[column]}:${cell(read(row), column)}`)
    return `${position === 0 ? '' : ',\n'}{${fields.join(',')}}`
  })
  return ['[', ...lines, ']\n']
}

/** Types that Arrow's JavaScript or Parquet's writer does not carry over; they are written as the engine's text. */
const needsText = (type: DataType): boolean =>
  DataType.isInterval(type) ||
  DataType.isUnion(type) ||
  (type.children ?? []).some((child: Field) => needsText(child.type))

const textColumn = (read: (row: number) => Value, from: number, length: number): Data<Utf8> => {
  const values = Array.from({ length }, (_, index) => {
    const value = read(from + index)
    return value === null ? null : valueText(value)
  })
  return vectorFromArray(values, new Utf8()).data[0] ?? makeData({ type: new Utf8(), length: 0 })
}

/**
 * A result in Arrow's IPC form, batch by batch as it came, in the order of the query: as a file, or as a stream for who reads it in
 * one go. Intervals and unions become text, whose form in Arrow few programs read.
 * @throws the signal's reason
 */
export const arrowOfResult = async (
  rows: Rows,
  form: 'file' | 'stream',
  { signal, onProgress }: Omit<WriteOptions, 'order'>,
): Promise<Blob> => {
  const turn = createTurns(signal)
  const names = distinctNames(rows.columns.map(({ name }) => name))
  const asText = rows.schema.fields.map(({ type }) => needsText(type))
  const fields = rows.schema.fields.map(
    ({ type, metadata }, column) =>
      new Field(names[column] ?? '', asText[column] ? new Utf8() : type, true, asText[column] ? undefined : metadata),
  )
  const schema = new Schema(fields)
  const struct = new Struct(fields)
  const readers = rows.columns.map((_, column) => rows.reader(column))
  const writer = form === 'file' ? new RecordBatchFileWriter() : new RecordBatchStreamWriter()
  // The writer's own stream is lost in the build, since its package says of itself that it has no side effects. The bytes stay in
  // parts: joining hundreds of megabytes would keep the page from answering.
  const files: Blob[] = []
  const gathered = (async () => {
    let parts: Uint8Array<ArrayBuffer>[] = []
    let held = 0
    const file = () => {
      files.push(new Blob(parts))
      parts = []
      held = 0
    }
    for await (const part of writer) {
      parts.push(part as Uint8Array<ArrayBuffer>)
      held += part.length
      if (held >= portionBytes) file()
    }
    file()
    return new Blob(files)
  })()
  writer.reset(undefined, schema)
  let done = 0
  try {
    for (const { data, numRows } of rows.batches) {
      const children = data.children.map((child, column) =>
        asText[column] ? textColumn(readers[column] ?? (() => null), done, numRows) : child,
      )
      writer.write(new RecordBatch(schema, makeData({ type: struct, length: numRows, nullCount: 0, children })))
      done += numRows
      onProgress?.(done)
      await turn()
    }
    writer.finish()
    return await gathered
  } catch (error) {
    // A stream that nobody ends would never be let go of.
    writer.finish()
    throw error
  }
}
