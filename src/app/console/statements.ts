import { splitStatements, sqlPieces } from 'hirescope/engine/wasm/console'

/** A statement in a text: from its first word to before its semicolon. */
export interface Statement {
  from: number
  to: number
  sql: string
}

/** The statements of a text. What is nothing but comments and blanks is none. */
export const statementsOf = (text: string): Statement[] =>
  splitStatements(text).map(({ from, to }) => ({ from, to, sql: text.slice(from, to) }))

/** Where comments begin that stand at the beginning of a line, as texts of the whole line. */
export const lineComments = (text: string): { at: number; line: string }[] => {
  const found: { at: number; line: string }[] = []
  for (const { from, to, kind } of sqlPieces(text))
    if (kind === 'comment' && text.startsWith('--', from) && (from === 0 || text[from - 1] === '\n'))
      found.push({ at: from, line: text.slice(from, to).replace(/\r$/, '') })
  return found
}

/** The statement in which a place is, or the one that ends before it; the first, where there is none before. */
export const statementAt = (text: string, place: number): Statement | null => {
  const statements = statementsOf(text)
  return statements.findLast(({ from }) => from <= place) ?? statements[0] ?? null
}
