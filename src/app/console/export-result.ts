import type { Manifest } from 'hirescope/contract'
import { localDate } from 'hirescope/metrics'
import { slug } from '../about.ts'
import { asOf } from '../format.ts'
import type { Rows } from './rows.ts'
import { arrowOfResult, csvOfResult, jsonOfResult, rawCsvOfResult, type WriteOptions } from './write-result.ts'

/** The forms that a result can be saved in. */
export const exportForms = {
  csv: {
    label: 'CSV',
    about: 'For spreadsheets: text never runs as a formula',
    extension: 'csv',
    type: 'text/csv;charset=utf-8',
  },
  raw: {
    label: 'CSV, raw values',
    about: 'For programs. Unsafe in a spreadsheet: text that looks like a formula runs',
    extension: 'csv',
    type: 'text/csv;charset=utf-8',
  },
  json: { label: 'JSON', about: 'An array of objects, one a line', extension: 'json', type: 'application/json' },
  arrow: {
    label: 'Arrow',
    about: 'The IPC file format, for pandas, Polars, R and others',
    extension: 'arrow',
    type: 'application/vnd.apache.arrow.file',
  },
  parquet: {
    label: 'Parquet',
    about: 'Small, with its types, for any warehouse',
    extension: 'parquet',
    type: 'application/vnd.apache.parquet',
  },
} as const

export type ExportForm = keyof typeof exportForms

/** What a file says first: what it shows, of whom, as of when, and the statement. */
export const aboutResult = (title: string, sql: string, { org, as_of, time_zone }: Manifest): string[] => [
  title,
  org.name ?? org.id,
  `As of ${asOf(as_of, time_zone)} (${as_of.replace(/\.0+Z$/, 'Z')}, ${time_zone})`,
  sql.trim(),
]

/** The name of a file of a result: "northwind-talent-applications-by-city-2026-11-20.csv". */
export const resultFileName = (title: string, { org, as_of, time_zone }: Manifest, extension: string): string => {
  const parts = [slug(org.name ?? org.id, 30), slug(title, 60), localDate(new Date(as_of), time_zone)]
  return `${parts.filter(Boolean).join('-')}.${extension}`
}

/**
 * The file of a result in one of the forms.
 * @throws the signal's reason; Error where Parquet's writer fails
 */
export const exportResult = async (
  rows: Rows,
  form: ExportForm,
  about: readonly string[],
  options: WriteOptions,
): Promise<BlobPart[]> => {
  if (form === 'csv') return csvOfResult(rows, about, options)
  if (form === 'raw') return rawCsvOfResult(rows, options)
  if (form === 'json') return jsonOfResult(rows, options)
  if (form === 'arrow') return [await arrowOfResult(rows, 'file', options)]
  const stream = await arrowOfResult(rows, 'stream', options)
  const { writeParquet } = await import('hirescope/engine/wasm/console')
  options.signal?.throwIfAborted()
  const bytes = new Uint8Array(await stream.arrayBuffer())
  return [(await writeParquet(bytes, { signal: options.signal })) as Uint8Array<ArrayBuffer>]
}
