import type { DuckDBConnection } from '@duckdb/node-api'
import { Decompress } from 'fzstd'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const frameStart = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])

/** What the zstd frames in a file hold: of a Parquet file its pages, also what no row refers to. */
const framesOf = (bytes: Buffer): string[] => {
  const texts: string[] = []
  for (let at = bytes.indexOf(frameStart); at >= 0; at = bytes.indexOf(frameStart, at + 1)) {
    const unpacked = new Decompress((chunk) => texts.push(Buffer.from(chunk).toString('latin1')))
    // What follows a frame is none, which ends it.
    try {
      unpacked.push(bytes.subarray(at), true)
    } catch {
      continue
    }
  }
  return texts
}

/** All that can be read in the files of a folder, decompressed, and in their names. */
export const textsOf = async (connection: DuckDBConnection, folder: string): Promise<string[]> => {
  const texts = [folder]
  for (const file of await readdir(folder)) {
    const path = join(folder, file)
    const bytes = await readFile(path)
    texts.push(file)
    if (file.endsWith('.gz')) texts.push(gunzipSync(bytes).toString('utf8'))
    else if (file.endsWith('.parquet')) {
      const footer = bytes.readUInt32LE(bytes.length - 8)
      texts.push(bytes.subarray(bytes.length - 8 - footer).toString('latin1'))
      for (const sql of [
        `SELECT t::VARCHAR FROM read_parquet('${path}') AS t`,
        `SELECT m::VARCHAR FROM parquet_metadata('${path}') AS m`,
      ])
        for (const [text] of (await connection.runAndReadAll(sql)).getRows()) texts.push(String(text))
      texts.push(...framesOf(bytes))
    } else texts.push(bytes.toString('utf8'))
  }
  return texts
}
