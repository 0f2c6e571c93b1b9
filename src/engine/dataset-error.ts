/**
 * What kept a dataset from being opened or asked:
 * - `not-found`: nothing (any more) at this address, or no access to it
 * - `not-a-bundle`: something else is there, a web page for instance
 * - `version`: a contract version that this code does not read
 * - `altered`: bytes, rows or columns are not those that the manifest and the contract promise
 * - `network`: the host was not reached, or failed
 * - `no-webassembly`: the browser has no WebAssembly that the engine could run in
 * - `timeout`: the engine did not start in time
 * - `engine`: everything else, a faulty SQL statement for instance
 */
export type DatasetErrorCode =
  'not-found' | 'not-a-bundle' | 'version' | 'altered' | 'network' | 'no-webassembly' | 'timeout' | 'engine'

/** A dataset could not be opened or asked. The message names tables, types and counts, never an address or a value. */
export class DatasetError extends Error {
  readonly code: DatasetErrorCode

  constructor(code: DatasetErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DatasetError'
    this.code = code
  }
}

/** The bytes of a table cannot be read as the contract says. */
export const unreadableTable = (table: string, cause: unknown): DatasetError => {
  const wrong = `table ${table}: unreadable Parquet, or without a column of the contract; export the dataset anew`
  return new DatasetError('altered', wrong, { cause })
}
