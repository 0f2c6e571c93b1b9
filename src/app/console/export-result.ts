import type { Manifest } from 'hirescope/contract'
import { localDate } from 'hirescope/metrics'
import { slug } from '../about.ts'
import { asOf } from '../format.ts'
import type { Rows } from './rows.ts'
import { createTurns } from './turns.ts'
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

/** Texts as the browser holds files, one after the other: all at once would keep the page from answering. */
const filed = async (parts: readonly string[], signal: AbortSignal | undefined): Promise<Blob[]> => {
  const turn = createTurns(signal)
  const files: Blob[] = []
  for (const part of parts) {
    files.push(new Blob([part]))
    await turn()
  }
  return files
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
  if (form === 'csv') return filed(await csvOfResult(rows, about, options), options.signal)
  if (form === 'raw') return filed(await rawCsvOfResult(rows, options), options.signal)
  if (form === 'json') return filed(await jsonOfResult(rows, options), options.signal)
  if (form === 'arrow') return [await arrowOfResult(rows, 'file', options)]
  const stream = await arrowOfResult(rows, 'stream', options)
  const { writeParquet } = await import('hirescope/engine/wasm/console')
  options.signal?.throwIfAborted()
  const bytes = new Uint8Array(await stream.arrayBuffer())
  return [(await writeParquet(bytes, { signal: options.signal })) as Uint8Array<ArrayBuffer>]
}
