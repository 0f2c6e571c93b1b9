import { failure, mentioned, withHint, type Failure } from './postgres-failure.ts'
import type { PostgresSession } from './postgres-snapshot.ts'
import type { Dialect, Finding } from './stand-ins.ts'

/** How PostgreSQL is asked what a SELECT names and the database lacks, within a transaction, of which nothing stays. */
export const postgresDialect = (session: PostgresSession): Dialect => {
  const attempt = async <Result>(
    act: () => Promise<Result>,
    otherwise: (failed: Failure) => Result,
  ): Promise<Result> => {
    await session.query('SAVEPOINT judged')
    try {
      return await act()
    } catch (error) {
      const failed = failure(error)
      if (!failed) throw error
      return otherwise(failed)
    } finally {
      // Fails only together with the connection, whose own error is on its way.
      await session.query('ROLLBACK TO SAVEPOINT judged').catch(() => undefined)
    }
  }
  return {
    types: ['text', 'bigint', 'timestamptz', 'numeric', 'boolean', 'jsonb', 'date', 'text[]'],
    judge: (tables, text) => {
      const prefix = `${tables}SELECT * FROM (\n`
      return attempt<Finding | string[]>(
        async () => (await session.query(`${prefix}${text}\n) AS judged LIMIT 0`)).fields.map(({ name }) => name),
        (failed) => findingOf(failed, prefix, text),
      )
    },
    columnsOf: (table) =>
      attempt(
        async () => {
          const { rows } = await session.query(
            `SELECT quote_ident(attname) AS name, format_type(atttypid, atttypmod) AS type FROM pg_catalog.pg_attribute
             WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
            [table],
          )
          return new Map(rows.map(({ name, type }) => [String(name), String(type)]))
        },
        () => new Map<string, string>(),
      ),
  }
}

const findingOf = ({ code, message, position }: Failure, prefix: string, text: string): Finding => {
  // The server counts characters from 1, and not UTF-16 units.
  const at = position === null ? null : [...`${prefix}${text}`].slice(0, position - 1).join('').length - prefix.length
  const using = /^column "(.+)" specified in USING clause /.exec(message)?.[1]
  if (using !== undefined) {
    const found = text.search(
      new RegExp(`\\bUSING\\s*\\([^)]*(?<![\\w$])"?${using.replace(/[^\w]/g, '\\$&')}(?![\\w$])`, 'i'),
    )
    return { kind: 'column', message, at: found < 0 ? null : found, column: using }
  }
  if (code === '42P01' && message.startsWith('relation ')) return { kind: 'table', message, at }
  if (code === '42P01' || code === '42703') return { kind: 'column', message, at }
  const hinted = withHint(code, message)
  if (code === '42501' && /^permission denied for schema /.test(message)) return { kind: 'table', message: hinted, at }
  const refused = mentioned(text, message)
  return refused === null
    ? { kind: 'other', message: hinted, at }
    : { kind: 'table', message: hinted, at: at ?? refused }
}
