interface Token {
  text: string
  line: number
  depth: number
}

// Comments and quoted text are skipped over whole, so that a comma, bracket or keyword inside them is none.
const pattern =
  /--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w*)\$[\s\S]*?\$\1\$|'(?:[^']|'')*'|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*|\d[\w.]*|\s+|[\s\S]/gu

const tokens = (sql: string): Token[] => {
  const found: Token[] = []
  let line = 1
  let depth = 0
  for (const [text] of sql.matchAll(pattern)) {
    if (text === ')' || text === ']') depth -= 1
    if (!/^(?:\s|--|\/\*)/.test(text)) found.push({ text, line, depth })
    if (text === '(' || text === '[') depth += 1
    line += text.split('\n').length - 1
  }
  return found
}

const keyword = (token: Token | undefined, ...words: string[]) =>
  token !== undefined && token.depth === 0 && words.includes(token.text.toUpperCase())

/** The lines on which the columns of a SELECT are written. */
export interface SelectList {
  /** The line of the outermost SELECT. */
  line: number
  /** The line of each item of its list; null where a `*` hides how many columns there are. */
  items: number[] | null
}

/** Where the list begins that follows SELECT, and perhaps DISTINCT ON (…). */
const listStart = (all: readonly Token[], select: number): number => {
  if (!keyword(all[select + 1], 'DISTINCT', 'ALL')) return select + 1
  if (!keyword(all[select + 2], 'ON')) return select + 2
  const closing = all.findIndex((token, place) => place > select + 3 && token.depth === 0 && token.text === ')')
  return closing + 1
}

/** Finds the outermost select list of an SQL text (of the first branch of a UNION). */
export const selectList = (sql: string): SelectList => {
  const all = tokens(sql)
  const start = all.findIndex((token) => keyword(token, 'SELECT'))
  const select = all[start]
  if (!select) return { line: 1, items: null }
  const items: number[] = []
  let first = true
  let previous = ''
  for (const token of all.slice(listStart(all, start))) {
    if (keyword(token, 'FROM', 'WHERE', 'UNION', 'EXCEPT', 'INTERSECT', 'ORDER', 'GROUP', 'LIMIT')) break
    if (token.depth === 0 && token.text === '*' && (first || previous === '.'))
      return { line: select.line, items: null }
    if (first) items.push(token.line)
    first = token.depth === 0 && token.text === ','
    previous = token.text
  }
  return { line: select.line, items }
}

/** The line of the n-th of so many columns, or the best that can be said. */
export const columnLine = (sql: string, index: number, count: number): number => {
  const list = selectList(sql)
  return (list.items?.length === count ? list.items[index] : undefined) ?? list.line
}
