import { rowsOf, type BatchOptions, type Columns, type Engine, type Param, type Statement } from 'hirescope/metrics'
import { DatasetError } from './dataset-error.ts'

/** Makes the port of what runs statements by column. */
export const createEngine = (
  dialect: Engine['dialect'],
  columns: Engine['columns'],
  close: Engine['close'],
): Engine => ({
  dialect,
  columns,
  batch: async (statements, options) => (await columns(statements, options)).map(rowsOf),
  close,
})

/**
 * Runs statements in order as the port says: abort between them, a duration for each, the first failure rejects.
 * `ahead` says how many are handed to the engine at once, to hide the way to an engine in another thread.
 */
export const runBatch = async (
  statements: readonly Statement[],
  { signal, timing }: BatchOptions,
  run: (statement: Statement) => Promise<Columns>,
  ahead = 1,
): Promise<Columns[]> => {
  const handed: Promise<Columns>[] = []
  const hand = async (statement: Statement) => {
    statement.params.forEach(checkParam)
    return run(statement)
  }
  const results: Columns[] = []
  let since = performance.now()
  for (const index of statements.keys()) {
    signal?.throwIfAborted()
    for (const statement of statements.slice(handed.length, index + ahead)) {
      const rows = hand(statement)
      rows.catch(() => {})
      handed.push(rows)
    }
    try {
      results.push((await handed[index]) as Columns)
    } catch (error) {
      signal?.throwIfAborted()
      throw engineError(error, index, statements.length)
    }
    const now = performance.now()
    timing?.(index, now - since)
    since = now
  }
  signal?.throwIfAborted()
  return results
}

const checkParam = (param: Param, index: number): void => {
  if (param === null || typeof param === 'string' || typeof param === 'boolean') return
  if (typeof param === 'number' && Number.isFinite(param)) return
  const what = typeof param === 'number' ? 'a number that is not finite' : `of type ${typeof param}`
  throw new DatasetError('engine', `parameter $${index + 1}: ${what}; bind a string, finite number, boolean or null`)
}

/** An engine's own error, in one line: which statement, and what is wrong, without the values it tripped over. */
const engineError = (error: unknown, index: number, of: number): DatasetError => {
  const message = error instanceof Error ? error.message : String(error)
  const line = message.split('\n', 1)[0] ?? ''
  const safe = /^(Conversion|Invalid Input|Out of Range) Error/.test(line) ? line.replace(/(['"]).*\1/g, '…') : line
  const which = of > 1 ? `statement ${index + 1} of ${of}` : 'statement'
  return new DatasetError('engine', `${which}: ${safe}`, { cause: error })
}
