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

/** The statements of a text, as the engine would part them; what is comments alone is none. Pure. */
export const splitStatements = (text: string): StatementSpan[] => {
  const found: StatementSpan[] = []
  let from = -1
  let to = -1
  const close = () => {
    if (from >= 0) found.push({ from, to })
    from = -1
  }
  token.lastIndex = 0
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [piece, tag] = match
    if (piece === ';') close()
    else if (piece.startsWith('--')) continue
    else if (piece === '/*') token.lastIndex = endOfComment(text, match.index)
    else {
      if (tag !== undefined) {
        const end = text.indexOf(piece, token.lastIndex)
        token.lastIndex = end < 0 ? text.length : end + piece.length
      }
      if (from < 0) from = match.index
      to = token.lastIndex
    }
  }
  close()
  return found
}
