import { DatasetError } from '../../dataset-error.ts'
import { assetAddresses } from '../asset-addresses.ts'
import type { EngineAssets } from '../assets.ts'
import { QueryError } from './console.ts'
import { absolute, createLine } from '../line.ts'
import type { Request } from '../messages.ts'

/** The largest file that can be brought along, in bytes. */
export const largestFile = 500 * 2 ** 20

/** How a file is read or written. */
export interface ConvertOptions {
  signal?: AbortSignal | undefined
  assets?: Partial<EngineAssets> | undefined
}

/** The rows of a file of data. */
export interface DataFile {
  /** In Arrow's stream format. */
  stream: Uint8Array
  rows: number
}

/**
 * Reads a CSV, JSON, Parquet or Arrow file, by how its name ends, in a worker that ends with that. The file stays in the browser.
 * @throws QueryError that says what is wrong with it; the signal's reason
 */
export const readDataFile = async (file: File, options: ConvertOptions = {}): Promise<DataFile> => {
  if (file.size > largestFile)
    throw new QueryError('sql', `file: ${file.size} bytes, ${largestFile} at most; bring a part of it`)
  const bytes = new Uint8Array(await file.arrayBuffer())
  return convert((id, files) => ({ type: 'read', id, name: file.name, bytes, files }), options)
}

/** Writes rows in Arrow's stream format as a Parquet file, in a worker that ends with that. @throws QueryError; the signal's reason */
export const writeParquet = async (stream: Uint8Array, options: ConvertOptions = {}): Promise<Uint8Array> => {
  const written = await convert((id, files) => ({ type: 'write', id, stream, files }), options)
  return written.stream
}

const convert = async (
  request: (id: number, files: Omit<EngineAssets, 'datasetWorker'>) => Request,
  { signal, assets }: ConvertOptions,
): Promise<DataFile> => {
  const { datasetWorker, ...files } = absolute({ ...assetAddresses, ...assets })
  const line = createLine(datasetWorker)
  try {
    const { stream, rows } = await line.ask<'converted'>((id) => request(id, files), { signal })
    return { stream, rows }
  } catch (error) {
    if (signal?.aborted || error instanceof QueryError) throw error
    throw new QueryError('sql', (error as Error).message, null, { cause: error })
  } finally {
    line.end(new DatasetError('engine', 'engine: closed; open it again'))
  }
}
