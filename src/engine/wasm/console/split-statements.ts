/** Where a statement stands in a text, in UTF-16 units, without the semicolon and the space around it. */
export interface StatementSpan {
  from: number
  to: number
}

// What is no plain text: comments, strings (with escapes after an e), quoted names, texts between dollar tags.
const token =
  /--[^\n]*|\/\*|[eE]'(?:[^'\\]|\\.|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|(?<![\w$])\$(\w*)\$|;|[^\s]/gs

/** The end of a comment between slashes and stars, which may hold others. */
const endOfComment = (text: string, from: number): number => {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const pair = text.slice(at, at + 2)
    if (pair === '/*') depth++
    else if (pair === '*/') depth--
    else continue
    at++
    if (depth === 0) return at + 1
  }
  return text.length
}

/** A comment, a string, a quoted name, a text between dollar signs, a semicolon, or a character of anything else. */
export interface SqlPiece {
  from: number
  to: number
  kind: 'comment' | 'end' | 'other'
}

/** The pieces of a text, without the space between them. Pure. */
export function* sqlPieces(text: string): Generator<SqlPiece> {
  const tokens = new RegExp(token)
  for (let match = tokens.exec(text); match; match = tokens.exec(text)) {
    const [piece, tag] = match
    if (piece === '/*') tokens.lastIndex = endOfComment(text, match.index)
    else if (tag !== undefined) {
      const end = text.indexOf(piece, tokens.lastIndex)
      tokens.lastIndex = end < 0 ? text.length : end + piece.length
    }
    const kind = piece.startsWith('--') || piece === '/*' ? 'comment' : piece === ';' ? 'end' : 'other'
    yield { from: match.index, to: tokens.lastIndex, kind }
  }
}

/** The statements of a text, as the engine would part them; what is comments alone is none. Pure. */
export const splitStatements = (text: string): StatementSpan[] => {
  const found: StatementSpan[] = []
  let open: StatementSpan | null = null
  for (const { from, to, kind } of sqlPieces(text)) {
    if (kind === 'comment') continue
    if (kind === 'other') {
      open ??= { from, to }
      open.to = to
    } else {
      if (open) found.push(open)
      open = null
    }
  }
  if (open) found.push(open)
  return found
}
