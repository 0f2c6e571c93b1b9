import { lineComments, statementsOf } from './statements.ts'

/** A query as a file holds it. */
export interface FiledQuery {
  title: string
  description: string
  sql: string
}

/** A file is not of the form in which queries are exchanged. */
export class QueryFileError extends Error {
  override readonly name = 'QueryFileError'
}

const titleMark = '-- title: '
const descriptionMark = '-- description: '
const more = '--   '

/** Longer files are no queries. */
export const mostBytes = 1_000_000

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim()

/** A query with its front comment. A line of the statement that would read as another title is set apart by a blank. */
export const writeQuery = ({ title, description, sql }: FiledQuery): string => {
  let body = sql.trim()
  for (const { at, line } of lineComments(body).reverse())
    if (line.startsWith(titleMark)) body = `${body.slice(0, at)}-- ${body.slice(at + 2)}`
  const lines = description.split('\n').map((line) => line.trimEnd())
  const said = description.trim() ? [`${descriptionMark}${lines[0]}`, ...lines.slice(1).map((line) => more + line)] : []
  return [`${titleMark}${oneLine(title)}`, ...said, '', body, ''].join('\n')
}

/** Several queries in one file. */
export const writeQueries = (queries: readonly FiledQuery[]): string => queries.map(writeQuery).join('\n')

const lineOf = (text: string, at: number) => text.slice(0, at).split('\n').length

const readOne = (text: string, name: string, firstLine: number): FiledQuery => {
  const fail = (line: number, why: string): never => {
    throw new QueryFileError(`${name}, line ${firstLine + line}: ${why}`)
  }
  const lines = text.split('\n')
  const title = oneLine((lines[0] ?? '').slice(titleMark.length))
  if (!title) fail(0, 'the title is empty; write "-- title: " and a title')
  const description: string[] = []
  let at = 1
  if (lines[at]?.startsWith(descriptionMark)) {
    description.push(lines[at++]?.slice(descriptionMark.length) ?? '')
    while (lines[at]?.startsWith(more)) description.push(lines[at++]?.slice(more.length) ?? '')
  }
  const key = /^-- (\w+):/.exec(lines[at] ?? '')
  if (key)
    fail(at, `"${key[1]}" is not known here; after the title may come "-- description: ", and a blank line before SQL`)
  const sql = lines.slice(at).join('\n').trim()
  if (statementsOf(sql).length === 0) fail(at, `no SQL under the title "${title}"`)
  return { title, description: description.join('\n').trim(), sql }
}

/**
 * Reads the queries of a file: each begins with a line "-- title: …", after which "-- description: …" may come, with further
 * lines of it behind "--   ". A file without a title is one query, called as the file is.
 * @throws QueryFileError
 */
export const readQueries = (content: string, name: string): FiledQuery[] => {
  const text = content.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  if (text.length > mostBytes)
    throw new QueryFileError(`${name}: ${text.length} characters, expected ${mostBytes} at most`)
  if (/[\0\uFFFD]/.test(text)) throw new QueryFileError(`${name}: not text in UTF-8; save it so and try again`)
  const starts = lineComments(text).flatMap(({ at, line }) => (/^-- title:/.test(line) ? at : []))
  const [first] = starts
  if (first === undefined) {
    const stray = lineComments(text).find(({ line }) => line.startsWith('-- description:'))
    if (stray)
      throw new QueryFileError(
        `${name}, line ${lineOf(text, stray.at)}: a description without a title; write "-- title: " and a title above it`,
      )
    if (statementsOf(text).length === 0) throw new QueryFileError(`${name}: no SQL in it`)
    return [{ title: name.replace(/\.sql$/i, ''), description: '', sql: text.trim() }]
  }
  const before = statementsOf(text.slice(0, first))
  if (before.length)
    throw new QueryFileError(`${name}, line ${lineOf(text, before[0]?.from ?? 0)}: SQL above the first title`)
  return starts.map((at, index) => readOne(text.slice(at, starts[index + 1]), name, lineOf(text, at)))
}
