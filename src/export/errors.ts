/** An export problem that a user can act on: a line for each thing wrong; identifiers, types and counts only. */
export class ExportError extends Error {
  override name = 'ExportError'
}

/** A failure of the source that may pass by itself: a lost connection, a restart, no connection left. */
export class TransientError extends ExportError {
  override name = 'TransientError'
}

/** What a user is told of any failure: no stack, and no data, which unforeseen messages put in quotes. */
export const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const { code, path: from, dest: path = from } = error as NodeJS.ErrnoException & { dest?: string }
  if (error instanceof ExportError) return error.message
  if (/^Out of Memory Error/.test(error.message))
    return 'out of memory: DuckDB may use no more, or finds no room to spill; raise memory or maxSpill'
  if (!code || !path) return (error.message.split('\n')[0] ?? error.name).replace(/'[^']*'|"[^"]*"/g, '…')
  const reasons: Record<string, string> = {
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOSPC: 'no space left on the device',
    ENOTDIR: 'a file is in the way of a folder',
    EEXIST: 'a file is in the way of a folder',
    ENOENT: 'not found',
  }
  return `cannot write or read ${path}: ${reasons[code] ?? code}`
}
