import { z } from 'zod'
import { measured, stages } from '../results.ts'

const number = z.number()
const moved = z.strictObject({ rows: number, seconds: number, rows_per_second: number })
export type Rate = z.infer<typeof moved>

const size = z.strictObject({
  ...measured,
  orgs: number,
  /** Of each org. */
  applications: number,
  scopes: number,
  seconds: number,
  rows_read: number,
  /** Rows in Parquet of what has rows in the source, too, over all scopes. */
  rows_written: number,
  bytes_written: number,
  stages,
  /** The highest of the whole run; null where there is no /proc. */
  peak_rss_mb: number.nullable(),
  /** The server's own COPY to files, the faster of one before the export and one after. */
  copy: moved,
  /** pg-query-stream → appender, of a share of the rows. */
  row_by_row: moved,
})
export type ExportSize = z.infer<typeof size>

/** By organisations and applications of each, "1x1000000". */
export const exportResults = z.strictObject({ sizes: z.record(z.string().regex(/^\d+x\d+$/), size) })
export type ExportResults = z.infer<typeof exportResults>
