import { adapterProblem, firstLine, lineAt, lineOf } from './columns.ts'

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
  return adapterProblem(file, line ?? lineOf(sql, mentioned(sql, message)), withHint(code, message))
}

/** A message of the server, and what to do about it where that can be said. */
export const withHint = (code: string, message: string): string => {
  const hint = hintOf(code, message)
  return hint ? `${message}; ${hint}` : message
}

const hintOf = (code: string, message: string): string | null => {
  if (code === '42501' && hiddenRows.test(message))
    return 'export with a role that sees all its rows (BYPASSRLS, or the owner)'
  if (code === '42501') return 'grant SELECT to the role that exports'
  if (code === '55P03') return 'another session holds the table; try again later, or raise lockTimeout'
  if (code === '57014' && !/user request/.test(message)) return 'raise statementTimeout if it needs that long'
  return null
}

const hiddenRows = /row-level security policy for table "(.+)"$/

/** The table that the server refuses to read, by a message that carries no position; null for any other message. */
const refused = (message: string): string | null =>
  (hiddenRows.exec(message) ?? /^permission denied for (?:\w+ )?(?:table|view) (.+)$/.exec(message))?.[1] ?? null

/** Where an SQL text mentions the table that the server refuses to read, as an offset; null if it refuses none. */
export const mentioned = (sql: string, message: string): number | null => {
  const name = refused(message)
  if (name === null) return null
  const plain = name.replace(/[^\w]/g, '\\$&')
  const after = (words: string) => new RegExp(`(?<=(?:${words})\\s*)(?:[\\w"]+\\s*\\.\\s*)?"?${plain}(?![\\w$])`, 'i')
  const places = [after('\\bFROM|\\bJOIN'), after(','), new RegExp(`\\b${plain}\\b`)]
  return places.map((place) => sql.search(place)).find((found) => found >= 0) ?? null
}
