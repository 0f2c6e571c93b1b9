import { rm, writeFile } from 'node:fs/promises'

const quote = 34
const lineBreak = 10

/** The last line break outside quotes, and whether a quoted value is open at the end: quotes within one are doubled. */
const scan = (bytes: Buffer, open: boolean): { rowEnd: number; open: boolean } => {
  if (!bytes.includes(quote)) return { rowEnd: open ? -1 : bytes.lastIndexOf(lineBreak), open }
  let rowEnd = -1
  for (let at = 0; at < bytes.length; at++)
    if (bytes[at] === quote) open = !open
    else if (bytes[at] === lineBreak && !open) rowEnd = at
  return { rowEnd, open }
}

/**
 * Writes CSV to files of whole rows, of about so many bytes, one after the other. Each is handed to `load`, and removed afterwards,
 * while the bytes of the next come in; of those no more than that are held back.
 */
export const chunkCsv = async (
  rows: AsyncIterable<Buffer>,
  file: string,
  load: (file: string) => Promise<void>,
  bytesPerFile = 2 ** 24,
): Promise<void> => {
  let held: Buffer[] = []
  let size = 0
  let open = false
  let loading = Promise.resolve()
  const flush = async () => {
    await loading
    if (size) await writeFile(file, held, { mode: 0o600 })
    loading = size ? load(file) : loading
    // Its failure is that of the next flush.
    loading.catch(() => {})
    held = []
    size = 0
  }
  const hold = (bytes: Buffer) => {
    held.push(bytes)
    size += bytes.length
  }
  try {
    for await (const bytes of rows) {
      const found = scan(bytes, open)
      open = found.open
      const cut = size + bytes.length < bytesPerFile ? 0 : found.rowEnd + 1
      if (cut) {
        hold(bytes.subarray(0, cut))
        await flush()
      }
      if (cut < bytes.length) hold(bytes.subarray(cut))
    }
    await flush()
    await loading
  } finally {
    await loading.catch(() => {})
    await rm(file, { force: true })
  }
}
