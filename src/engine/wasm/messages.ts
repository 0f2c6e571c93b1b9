import type { Manifest } from 'hirescope/contract'
import type { Columns, Job, LoadStage, Statement } from 'hirescope/metrics'
import { DatasetError, type DatasetErrorCode } from '../dataset-error.ts'
import type { LoadOptions, LoadProgress } from '../loader.ts'
import type { EngineAssets } from './assets.ts'

/** Absolute addresses of what DuckDB and parquet-wasm are started from. */
export type EngineFiles = Omit<EngineAssets, 'datasetWorker'>

/** From the page to the dataset worker. `open` comes first and once, but for a worker that converts files alone; its address is absolute. */
export type Request =
  | {
      type: 'open'
      baseUrl: string
      keep: boolean
      tables: LoadOptions['tables']
      files: EngineFiles
      /** Set for a database of an analyst: megabytes that it may take. */
      memory?: number
    }
  | { type: 'batch'; id: number; statements: readonly Statement[] }
  | { type: 'rows'; id: number; ids: boolean; sets: boolean }
  | { type: 'query'; id: number; sql: string }
  | { type: 'more'; id: number }
  | { type: 'insert'; id: number; name: string; stream: Uint8Array }
  | { type: 'read'; id: number; name: string; bytes: Uint8Array<ArrayBuffer>; files: EngineFiles }
  | { type: 'write'; id: number; stream: Uint8Array; files: EngineFiles }
  | { type: 'cancel'; id: number }

/** From the dataset worker to the page. `failed` without an id means that the worker is of no more use. */
export type Reply =
  | { type: 'starting'; loadedBytes: number; totalBytes: number }
  | { type: 'progress'; progress: LoadProgress }
  | { type: 'opened'; manifest: Manifest; jobs: ReadonlyMap<string, Job>; times: [LoadStage, number][] }
  | { type: 'kept'; kept: boolean }
  | { type: 'results'; id: number; results: Columns[]; milliseconds: number[] }
  | { type: 'rows-progress'; id: number; loadedBytes: number; totalBytes: number }
  | { type: 'rows'; id: number; times: [LoadStage, number][] }
  | { type: 'portion'; id: number; bytes: Uint8Array }
  | { type: 'ended'; id: number; milliseconds: number }
  | { type: 'inserted'; id: number }
  | { type: 'converted'; id: number; stream: Uint8Array; rows: number }
  | { type: 'failed'; id: number | null; error: CarriedError }

/** An error that travels between threads: code, message and causes, since a class does not survive the journey. */
export interface CarriedError {
  code: DatasetErrorCode
  message: string
  /** The messages of the causes, the nearest first. */
  causes: string[]
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const causesOf = (error: unknown): string[] => {
  const { cause } = (error ?? {}) as { cause?: unknown }
  return cause === undefined ? [] : [textOf(cause), ...causesOf(cause)]
}

export const pack = (error: unknown): CarriedError => ({
  code: error instanceof DatasetError ? error.code : 'engine',
  message: textOf(error),
  causes: causesOf(error),
})

export const unpack = ({ code, message, causes }: CarriedError): DatasetError => {
  const cause = causes.reduceRight<Error | undefined>(
    (cause, message) => new Error(message, cause && { cause }),
    undefined,
  )
  return new DatasetError(code, message, cause && { cause })
}
