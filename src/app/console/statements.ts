import { splitStatements } from 'hirescope/engine/wasm'

/** A statement in a text: from its first word to before its semicolon. */
export interface Statement {
  from: number
  to: number
  sql: string
}

const skipQuoted = (text: string, from: number, quote: string, escapes: boolean): number => {
  for (let at = from + 1; at < text.length; at++) {
    if (escapes && text[at] === '\\') at++
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at + 1
      at++
    }
  }
  return text.length
}

const skipLine = (text: string, from: number): number => {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

const skipComment = (text: string, from: number): number => {
  const end = text.indexOf('*/', from + 2)
  return end < 0 ? text.length : end + 2
}

/**
 * Where what begins at a place ends: a string, a quoted name, a comment or a text between dollar signs, of which each is one
 * piece, or one character.
 */
const skipPiece = (text: string, at: number): { end: number; comment: boolean } => {
  const char = text[at]
  if (char === "'")
    return {
      end: skipQuoted(text, at, char, /(^|[^\w$])e$/i.test(text.slice(at - 2 < 0 ? 0 : at - 2, at))),
      comment: false,
    }
  if (char === '"') return { end: skipQuoted(text, at, char, false), comment: false }
  if (char === '-' && text[at + 1] === '-') return { end: skipLine(text, at), comment: true }
  if (char === '/' && text[at + 1] === '*') return { end: skipComment(text, at), comment: true }
  if (char === '$' && !/\w/.test(text[at - 1] ?? '')) {
    const [tag] = /^\$(?:[A-Za-z_]\w*)?\$/.exec(text.slice(at, at + 66)) ?? []
    if (tag !== undefined) {
      const end = text.indexOf(tag, at + tag.length)
      return { end: end < 0 ? text.length : end + tag.length, comment: false }
    }
  }
  return { end: at + 1, comment: false }
}

/** The statements of a text. What is nothing but comments and blanks is none. */
export const statementsOf = (text: string): Statement[] =>
  splitStatements(text).map(({ from, to }) => ({ from, to, sql: text.slice(from, to) }))

/** Where comments begin that stand at the beginning of a line, as texts of the whole line. */
export const lineComments = (text: string): { at: number; line: string }[] => {
  const found: { at: number; line: string }[] = []
  for (let at = 0; at < text.length;) {
    const { end, comment } = skipPiece(text, at)
    if (comment && text.startsWith('--', at) && (at === 0 || text[at - 1] === '\n'))
      found.push({ at, line: text.slice(at, end).replace(/\r$/, '') })
    at = end
  }
  return found
}

/** The statement in which a place is, or the one that ends before it; the first, where there is none before. */
export const statementAt = (text: string, place: number): Statement | null => {
  const statements = statementsOf(text)
  return statements.findLast(({ from }) => from <= place) ?? statements[0] ?? null
}
