import { adapterProblem, firstLine, lineAt } from './columns.ts'

/** An error of the server that an SQL text caused. */
export interface Failure {
  code: string
  message: string
  position: number | null
}

/** What the server found wrong; null for an error that is not about SQL (a lost connection, an abort). */
export const failure = (error: unknown): Failure | null => {
  if (!(error instanceof Error)) return null
  const { code, position } = error as { code?: unknown; position?: unknown }
  // An SQLSTATE has five characters.
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return null
  // Class 22 (data exceptions) quotes the value, which may be an applicant's, and may hold quotes itself.
  const message = code.startsWith('22') ? error.message.replace(/"[\s\S]*"/, '"…"') : error.message
  return { code, message: firstLine(message), position: Number(position) || null }
}

/** The failure of an adapter's text in one line; `prefix` is what stood before the text in the statement. */
export const sqlProblem = (
  { file, sql }: { file: string; sql: string },
  prefix: string,
  { message, code, position }: Failure,
): string => {
  const line = position === null ? null : lineAt(sql, position - [...prefix].length)
  const hint = hintOf(code, message)
  return adapterProblem(file, line ?? mentioned(sql, message), hint ? `${message}; ${hint}` : message)
}

const hintOf = (code: string, message: string): string | null => {
  if (code === '42501') return 'grant SELECT to the role that exports'
  if (code === '55P03') return 'another session holds the table; try again later, or raise lockTimeout'
  if (code === '57014' && !/user request/.test(message)) return 'raise statementTimeout if it needs that long'
  return null
}

// "permission denied for table x" carries no position; the first mention of x is as good.
const mentioned = (sql: string, message: string): number | null => {
  const name = /^permission denied for \w+ (\S+)$/.exec(message)?.[1]
  const at = name === undefined ? -1 : sql.search(new RegExp(`\\b${name.replace(/[^\w]/g, '\\$&')}\\b`))
  return at < 0 ? null : lineAt(sql, [...sql.slice(0, at)].length + 1)
}
