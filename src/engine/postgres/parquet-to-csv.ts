import { DuckDBInstance } from '@duckdb/node-api'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { interruptible } from '../native/connections.ts'

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`

/**
 * Writes a select list over a Parquet file as CSV into a folder: a null is nothing, all else is quoted. Gives the file.
 * @throws the signal's reason
 */
export const parquetToCsv = async (
  bytes: Uint8Array,
  select: string,
  folder: string,
  signal: AbortSignal,
): Promise<string> => {
  const [parquet, csv] = [join(folder, 'table.parquet'), join(folder, 'table.csv')]
  await writeFile(parquet, bytes)
  const instance = await DuckDBInstance.create(':memory:', {
    autoload_known_extensions: 'false',
    autoinstall_known_extensions: 'false',
  })
  const connection = await instance.connect()
  try {
    const sql = `COPY (SELECT ${select} FROM read_parquet(${quote(parquet)})) TO ${quote(csv)} (FORMAT csv, HEADER false, NULLSTR '', FORCE_QUOTE *)`
    await interruptible(connection, signal, () => connection.run(sql))
    return csv
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
