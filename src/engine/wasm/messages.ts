import type { Manifest } from 'hirescope/contract'
import type { Columns, Job, LoadStage, Statement } from 'hirescope/metrics'
import { DatasetError, type DatasetErrorCode } from '../dataset-error.ts'
import type { LoadOptions, LoadProgress } from '../loader.ts'
import type { EngineAssets } from './assets.ts'

/** Absolute addresses of what DuckDB and parquet-wasm are started from. */
export type EngineFiles = Omit<EngineAssets, 'datasetWorker'>

/** From the page to the dataset worker. `open` comes first and once; its address is absolute. */
export type Request =
  | { type: 'open'; baseUrl: string; tables: LoadOptions['tables']; files: EngineFiles }
  | { type: 'batch'; id: number; statements: readonly Statement[] }
  | { type: 'rows'; id: number }
  | { type: 'cancel'; id: number }

/** From the dataset worker to the page. `failed` without an id means that the worker is of no more use. */
export type Reply =
  | { type: 'starting'; loadedBytes: number; totalBytes: number }
  | { type: 'progress'; progress: LoadProgress }
  | { type: 'opened'; manifest: Manifest; jobs: ReadonlyMap<string, Job>; times: [LoadStage, number][] }
  | { type: 'results'; id: number; results: Columns[]; milliseconds: number[] }
  | { type: 'rows-progress'; id: number; loadedBytes: number; totalBytes: number }
  | { type: 'rows'; id: number; times: [LoadStage, number][] }
  | { type: 'failed'; id: number | null; error: CarriedError }

/** An error that travels between threads: code and message, since a class does not survive the journey. */
export interface CarriedError {
  code: DatasetErrorCode
  message: string
}

export const pack = (error: unknown): CarriedError => {
  if (error instanceof DatasetError) return { code: error.code, message: error.message }
  return { code: 'engine', message: error instanceof Error ? error.message : String(error) }
}

export const unpack = ({ code, message }: CarriedError): DatasetError => new DatasetError(code, message)
