/** What a database finds wrong with an SQL text. */
export interface Finding {
  /** A table or a column that the text names is not there (or not to be read); or anything else. */
  kind: 'table' | 'column' | 'other'
  message: string
  /** Where it is, as an offset into the text; null where the database does not say. */
  at: number | null
  /** The column, where it is not what stands there. */
  column?: string
}

/** How a database is asked about an adapter's SELECT. */
export interface Dialect {
  /** Types to try for the stand-in of a column, the likeliest first. */
  types: readonly string[]
  /** Has the text checked after these common table expressions: the first thing wrong, or the names of its columns. */
  judge: (tables: string, text: string) => Promise<Finding | string[]>
  /** The columns and types of a table that is there and yet cannot be read. */
  columnsOf?: (table: string) => Promise<Map<string, string>>
}

/** All that was found, and the columns of the SELECT where it could be judged to its end and none of them had a stand-in. */
export interface Judged {
  findings: Finding[]
  names: string[] | null
}

/** A null that stands for a column, of a type that is guessed. */
interface StandIn {
  type: string
}

interface Edit {
  start: number
  end: number
  by: StandIn | string
}

const part = String.raw`(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*)`
const columnName = new RegExp(String.raw`${part}(?:\s*\.\s*${part})*`, 'uy')
// A table, a quoted file, or a function that reads files, up to the end of its arguments.
const tableName = new RegExp(
  String.raw`'(?:[^']|'')*'|${part}(?:\s*\.\s*${part})*(?:\s*\((?:'(?:[^']|'')*'|[^'()]|\([^()]*\))*\))?`,
  'uy',
)

const match = (pattern: RegExp, text: string, at: number): string | null => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}

const lastPart = (name: string): string => name.match(new RegExp(part, 'gu'))?.at(-1) ?? name

/** A name for what stands in for a table: its own, or that of the file it was to be read from. */
const standInName = (given: string): string => {
  const file = /'((?:[^']|'')*)'/.exec(given)?.[1]
  if (file === undefined) return lastPart(given)
  const stem = (file.split('/').at(-1) ?? file).split('.', 1).join().replaceAll('"', '')
  return `"${stem}"`
}

/**
 * Finds every table and column that an SQL text names and a database lacks, where a database by itself names only the first. What is
 * missing gets a stand-in (a common table expression; a null) and the text is judged again, until nothing new is found.
 */
export const findMissing = async (sql: string, { types, judge, columnsOf }: Dialect): Promise<Judged> => {
  const findings: Finding[] = []
  const tables = new Map<string, Map<string, StandIn>>()
  const edits: Edit[] = []
  const standIns: StandIn[] = []
  const solved = new Set<number | null>()

  const text = () => {
    let made = ''
    let from = 0
    for (const edit of edits) {
      made += sql.slice(from, edit.start) + replacement(edit)
      from = edit.end
    }
    return made + sql.slice(from)
  }
  const asJudged = async () => {
    const stood = [...tables].map(([name, columns]) => {
      const list = [...columns].map(([column, standIn]) => `${typed(standIn)} AS ${column}`)
      return `${name} AS (SELECT ${list.length ? list.join(', ') : 'NULL AS hirescope_none'})`
    })
    const result = await judge(stood.length ? `WITH ${stood.join(', ')} ` : '', text())
    return Array.isArray(result) ? result : { ...result, at: result.at === null ? null : origin(edits, result.at) }
  }
  const edit = (start: number, given: string, by: StandIn | string): boolean => {
    const end = start + given.length
    if (edits.some((other) => start < other.end && other.start < end)) return false
    edits.push({ start, end, by })
    edits.sort((one, other) => one.start - other.start)
    return true
  }
  const standForTable = async ({ at }: Finding): Promise<boolean> => {
    const given = at === null ? null : match(tableName, sql, at)
    if (at === null || given === null) return false
    const name = standInName(given)
    if (tables.has(name) && name === given) return false
    if (name !== given && !edit(at, given, name)) return false
    // Columns that are named with the table's schema, too.
    if (name !== given && /^[\w"]/.test(given))
      for (let next = sql.indexOf(`${given}.`); next >= 0; next = sql.indexOf(`${given}.`, next + 1))
        edit(next, given, name)
    if (!tables.has(name))
      tables.set(name, new Map([...((await columnsOf?.(given)) ?? [])].map(([column, type]) => [column, { type }])))
    return true
  }
  /** Whether the column is one of a table that is missing itself: it stands in the stand-in from now on. */
  const ofMissingTable = async (finding: Finding): Promise<boolean> => {
    const given = finding.column ?? (finding.at === null ? null : match(columnName, sql, finding.at))
    if (given === null) return false
    const name = lastPart(given)
    const standIn = { type: types[0] ?? '' }
    // The newest first: a name without a table may be one of an outer SELECT, too.
    for (const columns of [...tables.values()].reverse()) {
      if (columns.has(name)) continue
      columns.set(name, standIn)
      const result = await asJudged()
      const ambiguous = !Array.isArray(result) && / is ambiguous|^Ambiguous /.test(result.message)
      if (!ambiguous && !same(result, finding)) {
        standIns.unshift(standIn)
        return true
      }
      columns.delete(name)
    }
    return false
  }
  const standForColumn = ({ at, column }: Finding): boolean => {
    const given = at === null || column !== undefined ? null : match(columnName, sql, at)
    const standIn = { type: '' }
    if (at === null || given === null || !edit(at, given, standIn)) return false
    standIns.unshift(standIn)
    return true
  }
  /** Tries other types for the stand-ins, the last one first, until what is wrong is mended and nothing mended before breaks. */
  const retype = async (finding: Finding): Promise<boolean> => {
    for (const standIn of standIns) {
      const { type } = standIn
      for (const other of types) {
        standIn.type = other
        const result = await asJudged()
        const worse = !Array.isArray(result) && result.kind === 'other' && solved.has(result.at)
        if (worse || same(result, finding)) continue
        solved.add(finding.at)
        return true
      }
      standIn.type = type
    }
    return false
  }

  for (;;) {
    const result = await asJudged()
    if (Array.isArray(result))
      return { findings, names: edits.some(({ by }) => typeof by !== 'string') ? null : result }
    if (result.kind === 'other') {
      const untouched = tables.size === 0 && edits.length === 0
      if (untouched) findings.push(result)
      if (untouched || solved.has(result.at) || !(await retype(result))) break
      continue
    }
    if (result.kind === 'column' && (await ofMissingTable(result))) continue
    if (!findings.some(({ message }) => message === result.message)) findings.push(result)
    if (!(result.kind === 'table' ? await standForTable(result) : standForColumn(result))) break
  }
  return { findings, names: null }
}

const typed = ({ type }: StandIn) => (type ? `CAST(NULL AS ${type})` : 'NULL')

const replacement = ({ by }: Edit) => (typeof by === 'string' ? by : typed(by))

/** Where a place of the edited text is in the original. */
const origin = (edits: readonly Edit[], at: number): number => {
  let shift = 0
  for (const edit of edits) {
    const start = edit.start + shift
    const { length } = replacement(edit)
    if (at < start) break
    if (at < start + length) return edit.start
    shift += length - (edit.end - edit.start)
  }
  return at - shift
}

// Another type at one place is told of in other words.
const same = (one: Finding | string[], { kind, at, message }: Finding) => {
  if (Array.isArray(one) || one.kind !== kind || one.at !== at) return false
  if (kind !== 'other') return one.message === message
  const start = (text: string) => text.split(' ', 2).join(' ')
  return at !== null || start(one.message) === start(message)
}
