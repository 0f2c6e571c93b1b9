import { failure } from './postgres-failure.ts'
import { prepareTransaction, type PostgresSession, type ReadSettings } from './postgres-snapshot.ts'

/** The name of the snapshot that a transaction reads, for others to read the same; where the server refuses, it is rolled back. */
export const exportSnapshot = async (
  session: PostgresSession,
): Promise<{ id: string; refused?: false } | { id?: never; refused: true }> => {
  try {
    const { rows } = await session.query('SELECT pg_export_snapshot() AS id')
    return { id: String(rows[0]?.id) }
  } catch (error) {
    if (!failure(error)) throw error
    await session.query('ROLLBACK')
    return { refused: true }
  }
}

/**
 * Opens more sessions that read an exported snapshot, at most so many. Fewer, or none, where the server has no connection left
 * or does not let them.
 */
export const openReaders = async (
  snapshot: string,
  most: number,
  another: () => Promise<PostgresSession>,
  settings: ReadSettings,
): Promise<PostgresSession[]> => {
  const open = async (): Promise<PostgresSession | null> => {
    const more = await another().catch(() => null)
    if (!more) return null
    try {
      await more.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      await more.query(`SET TRANSACTION SNAPSHOT '${snapshot}'`)
      await prepareTransaction(more, settings)
      return more
    } catch (error) {
      await more.close()
      if (!failure(error)) throw error
      return null
    }
  }
  const opened = await Promise.all(Array.from({ length: most }, open))
  return opened.filter((each) => each !== null)
}
