import { QueryError } from './console.ts'
import { splitStatements } from './split-statements.ts'

const refusals: [pattern: RegExp, advice: string][] = [
  [
    /disabled by configuration|external access|LocalFileSystem|file system operations are disabled/i,
    'this database reads and writes no files and no addresses; bring a file in through the page, and take results out by its export',
  ],
  [/configuration has been locked/i, 'the settings of this database are fixed; time and memory are set on the page'],
  [
    // A name of the analyst's own may hold the word, too.
    /exists in the \w+ extension|^(Permission|Missing Extension|Extension Autoloading|IO|Invalid Input) Error.*extension/i,
    'this database loads no extensions; what it can do is in the list of functions',
  ],
]

/** Where a message points at, in the statement's text: "LINE 2: … " and below it a caret. */
const positionOf = (sql: string, message: string): number | null => {
  const [, line, shown, gap] = /\nLINE (\d+): (.*)\n(\s*)\^/.exec(message) ?? []
  if (line === undefined || shown === undefined || gap === undefined) return null
  const lines = sql.split('\n')
  const start = lines.slice(0, Number(line) - 1).reduce((sum, each) => sum + each.length + 1, 0)
  const text = lines[Number(line) - 1] ?? ''
  // Of long lines a part is shown, between dots.
  const dots = shown.startsWith('...') ? 3 : 0
  const from = Math.max(0, text.indexOf(shown.slice(dots).replace(/\.\.\.$/, '')))
  const columns = gap.length - `LINE ${line}: `.length - dots
  return Math.min(sql.length, start + from + unitsIn(text.slice(from), columns))
}

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' })
const wide = /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u

/** How many units of a text fill so many columns of a terminal, in which the engine draws. */
const unitsIn = (text: string, columns: number): number => {
  let left = columns
  for (const { segment, index } of characters.segment(text)) {
    if (left <= 0) return index
    left -= wide.test(segment) ? 2 : 1
  }
  return text.length
}

/** An error of the engine about a statement, in words for who wrote it. */
export const queryErrorOf = (sql: string, given: string): QueryError => {
  const message = inWords(given)
  const position = positionOf(sql, message)
  const plain = message
    .replace(/\n+LINE \d+: [^]*$/, '')
    .replace(/^Error: /, '')
    .trim()
  if (/^Out of Memory Error|failed to allocate|could not allocate|memory access out of bounds/i.test(plain))
    return new QueryError('memory', `${firstLine(plain)}; ask for fewer rows, or set more memory`, position)
  if (
    /^(Permission|Invalid Input|Missing Extension|IO|Catalog|Binder|Invalid Configuration|Extension Autoloading) Error/i.test(
      plain,
    )
  )
    for (const [pattern, advice] of refusals)
      if (pattern.test(plain)) return new QueryError('refused', `${firstLine(plain)}; ${advice}`, position)
  return new QueryError('sql', plain, position)
}

/** Errors of the parser come as JSON. */
const inWords = (message: string): string => {
  if (!message.startsWith('{')) return message
  try {
    const { exception_type, exception_message } = JSON.parse(message) as Record<string, unknown>
    return `${String(exception_type)} Error: ${String(exception_message)}`
  } catch {
    return message
  }
}

const firstLine = (text: string) =>
  text
    .split('\n', 1)
    .join('')
    .replace(/[.!;:]+$/, '')

/** Statements that the engine takes without a word and that would do nothing here. */
const idle =
  /^((FORCE\s+)?INSTALL|UPDATE\s+EXTENSIONS|CREATE\s+(OR\s+REPLACE\s+)?((PERSISTENT|TEMPORARY|TEMP)\s+)?SECRET)\b/i

/** Refuses what would seem to have worked. @throws QueryError refused */
export const refuseIdle = (sql: string): void => {
  for (const { from, to } of splitStatements(sql)) {
    const [what] = idle.exec(sql.slice(from, to)) ?? []
    if (what === undefined) continue
    const why = 'this database loads no extensions and keeps no secrets; what it can do is in the list of functions'
    throw new QueryError('refused', `${what.toUpperCase().replace(/\s+/g, ' ')}: not possible here; ${why}`, from)
  }
}
