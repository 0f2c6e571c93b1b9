import { sourceColumns, sourceKeys, type SourceColumn, type SourceTableName } from 'hirescope/contract'
import type { Delivered } from './source.ts'
import { literal } from './staging.ts'

type Column = SourceColumn & { name: string }

/** What judging a table needs to know. */
export interface Judging {
  table: SourceTableName
  delivered: Record<string, Delivered>
  /** As-of in UTC: "YYYY-MM-DD hh:mm:ss.ffffff". */
  asOf: string
}

const typeOf = (column: Column): string => (column.type === 'TEXT' ? 'VARCHAR' : column.type)

/** Characters other than Unicode white space: RE2's `\s` knows ASCII alone. */
const visible =
  '[^\\x{0009}-\\x{000D}\\x{0020}\\x{0085}\\x{00A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}]'

/** SQL: whether a text is empty or white space alone; most texts begin with a visible character of ASCII, and need no search. */
const blank = (sql: string) =>
  `CASE WHEN ${sql} BETWEEN '!' AND '~' THEN FALSE ELSE NOT regexp_matches(${sql}, ${literal(visible)}) END`

/**
 * SQL: midnight of a local day in UTC; the day's first instant where the clocks change at midnight. Of two midnights
 * ICU takes the second.
 */
const midnight = (zone: string, day: string) => {
  const local = `CAST(${day} AS TIMESTAMP)`
  const found = `timezone(${zone}, ${local})`
  const first = `CASE WHEN timezone(${zone}, ${found} - INTERVAL 1 HOUR) = ${local} THEN ${found} - INTERVAL 1 HOUR ELSE ${found} END`
  return `timezone('UTC', ${first})`
}

/** The texts whose blanks are worth a count. */
const countedBlanks = new Set(['name', 'city_raw'])

/** The reference that says to which org a row belongs: the first needed one. */
const ownerOf = (columns: Column[]) => columns.find((column) => column.references?.needed)

const referencesOf = (columns: Column[]) =>
  columns.flatMap((column) => (column.references ? [{ column, ...column.references }] : []))

/**
 * SQL: the job or the candidate that a row is about, for counting by scope. A reference that the row can do without counts
 * only where it leads somewhere: a résumé for a job that is not there is one for no job.
 */
const about = (table: SourceTableName, what: 'job' | 'candidate'): string => {
  const name = `${what}_id`
  const column = sourceColumns(table).find((each) => each.name === name)
  if (column?.references?.needed === false) return `CASE WHEN judged.${name}_org = judged.org_k THEN judged.${name} END`
  if (column) return `judged.${name}`
  if (table === 'stage_event') return `owner.${what}_id`
  if (table === 'resume_skill') return `owner.${what}_id`
  return 'NULL'
}

/** Tables to whose rows nothing refers by `k`, not even their own keys in a bundle. */
const unkeyed: ReadonlySet<SourceTableName> = new Set(['job_share', 'stage_event', 'resume_skill'])

/** The statements that judge a table; what none of its rows asks for need not run. */
export interface Judgement {
  /** Finds the keys that several rows have: those of one part of all keys, of so many. */
  repeated: (part: number, of: number) => string
  /** Finds all rows of a repeated key but the one that stays. */
  duplicate: string
  /** Judges each row; `duplicate` is asked only where there is one. */
  judged: (duplicates: boolean) => string
  /** Counts the rows of each reason: `n0`, `n1`, … */
  count: string
  /** Where rows lack what they refer to (the reason `from`): those of which it was left out itself get the reason `to`. */
  corrections: { from: number; to: number; sql: string }[]
  /** Notes the rows of each reason in `issue`. */
  records: string[]
  /** Keeps the good rows. */
  staged: string
}

/**
 * How the rows of `raw.<table>` are judged: `staged.<table>` gets the good ones, typed, with `org_k`, `<reference>_k` for every
 * reference, and `k` (dense, in code-point order of the key) unless nothing refers to it; `issue` gets one row for every row
 * left out and every odd value.
 */
export const judge = ({ table, delivered, asOf }: Judging): Judgement => {
  const columns = sourceColumns(table)
  const references = referencesOf(columns)
  const owner = ownerOf(columns)
  const times = columns.filter(({ type }) => type === 'TIMESTAMP')
  const key = sourceKeys[table] as readonly string[]
  const dated = times.find(({ dates }) => dates)
  const end = `TIMESTAMP ${literal(asOf)}`

  const typed = columns.map((column) => {
    const dayOnly = delivered[column.name] === 'date'
    if (column.type === 'TEXT') {
      const text = `CAST(${column.name} AS VARCHAR)`
      if (column.values) return `${text} AS ${column.name}`
      return `CASE WHEN (${blank(text)}) THEN NULL ELSE ${text} END AS ${column.name}`
    }
    return `TRY_CAST(${column.name} AS ${dayOnly ? 'DATE' : typeOf(column)}) AS ${column.name}`
  })
  const flags = columns.flatMap((column) => {
    if (column.type !== 'TEXT')
      return [
        `(${column.name} IS NOT NULL AND TRY_CAST(${column.name} AS ${typeOf(column)}) IS NULL) AS bad_${column.name}`,
      ]
    return countedBlanks.has(column.name) || column.name === 'skill_raw'
      ? [`coalesce(${blank(`CAST(${column.name} AS VARCHAR)`)}, FALSE) AS blank_${column.name}`]
      : []
  })
  const zone = table === 'org' ? "'UTC'" : "coalesce(clock.time_zone, 'UTC')"
  const instants = times.map(({ name }) =>
    delivered[name] === 'date' ? `${midnight(zone, `typed.${name}`)} AS ${name}` : `typed.${name}`,
  )
  const others = columns.filter(({ type }) => type !== 'TIMESTAMP').map(({ name }) => `typed.${name}`)
  const joins = references.map(
    ({ column, table }) => `LEFT JOIN staged.${table} AS ref_${column.name}
      ON ref_${column.name}.${sourceKeys[table][0]} = typed.${column.name}`,
  )
  const keys = references.flatMap(({ column }) => [
    `ref_${column.name}.k AS ${column.name}_k`,
    `ref_${column.name}.org_k AS ${column.name}_org`,
  ])
  const orgOfRow = table === 'org' ? 'NULL' : owner ? `ref_${owner.name}.org_k` : 'NULL'
  const anyOrg = references.length
    ? `coalesce(${references.map(({ column }) => `ref_${column.name}.org_k`).join(', ')})`
    : 'NULL'

  const failures: [reason: string, kind: 'rejected' | 'left_out' | 'odd', condition: string][] = [
    ['duplicate', 'rejected', 'row IN (SELECT row FROM duplicate)'],
    ...columns
      .filter(({ required }) => required)
      .map(({ name, type }): [string, 'rejected' | 'odd', string] => {
        if (name === 'skill_raw') return ['blank skill_raw', 'odd', `${name} IS NULL`]
        if (type !== 'TEXT') return [`missing ${name}`, 'rejected', `${name} IS NULL AND NOT bad_${name}`]
        return [`missing ${name}`, 'rejected', `${name} IS NULL`]
      }),
    ...columns
      .filter(({ required, type }) => required && type !== 'TEXT')
      .map(({ name }): [string, 'rejected', string] => [`unreadable ${name}`, 'rejected', `${name} IS NULL`]),
    ...columns.flatMap(({ name, values }): [string, 'rejected', string][] =>
      values ? [[`unknown ${name}`, 'rejected', `${name} NOT IN (${values.map(literal).join(', ')})`]] : [],
    ),
    ...times.map(({ name }): [string, 'rejected', string] => [
      `${name} before 1970`,
      'rejected',
      `${name} < ${delivered[name] === 'date' ? midnight('zone', "DATE '1970-01-01'") : "TIMESTAMP '1970-01-01'"}`,
    ]),
    ...(dated ? [['future', 'left_out', `${dated.name} > ${end}`] as [string, 'left_out', string]] : []),
    ...references
      .filter(({ needed }) => needed)
      .flatMap(({ column: { name } }): [string, 'rejected' | 'left_out', string][] => [
        [`${name} left out`, 'left_out', 'FALSE'],
        [`dangling ${name}`, 'rejected', `${name} IS NOT NULL AND ${name}_k IS NULL`],
        [`${name} of another org`, 'rejected', `${name}_org <> org_k`],
      ]),
  ]
  const verdict = (duplicates: boolean) =>
    failures
      .map(([, , condition], index) => `WHEN ${index === 0 && !duplicates ? 'FALSE' : condition} THEN ${index}`)
      .join('\n      ')
  const failure = (reason: string) => failures.findIndex((each) => each[0] === reason)

  const optionalReferences = references.filter(({ needed }) => !needed)
  const oddities: [reason: string, condition: string][] = [
    ...columns.flatMap(({ name, required, type }): [string, string][] =>
      !required && type !== 'TEXT' ? [[`unreadable ${name}`, `bad_${name}`]] : [],
    ),
    ...columns.flatMap(({ name }): [string, string][] =>
      countedBlanks.has(name) ? [[`blank ${name}`, `blank_${name}`]] : [],
    ),
    ...times
      .filter((time) => time !== dated)
      .map(({ name }): [string, string] => [`future ${name}`, `${name} > ${end}`]),
    ...optionalReferences.flatMap(({ column: { name } }): [string, string][] => [
      [`dangling ${name}`, `${name} IS NOT NULL AND ${name}_k IS NULL`],
      [`${name} of another org`, `${name}_org <> org_k`],
    ]),
  ]
  const final = columns.map((column) => {
    const { name } = column
    if (column.type === 'TIMESTAMP' && column !== dated)
      return `CASE WHEN ${name} <= ${end} THEN ${name} END AS ${name}`
    if (optionalReferences.some((reference) => reference.column === column))
      return `CASE WHEN ${name}_org = org_k THEN ${name} END AS ${name}`
    return name
  })
  const finalKeys = references.map(
    ({ column: { name } }) => `CASE WHEN ${name}_org = org_k THEN ${name}_k END AS ${name}_k`,
  )
  const order = columns.map(({ name }) => `${name} NULLS LAST`).join(', ')
  const parts = key.join(', ')
  const typedKey = typed.filter((_, index) => key.includes(columns[index]?.name ?? ''))
  const issueOwner =
    table === 'stage_event' || table === 'resume_skill'
      ? `LEFT JOIN staged.${table === 'stage_event' ? 'application' : 'resume'} AS owner ON owner.k = judged.${owner?.name}_k`
      : ''
  const record = (kind: string, reason: string, where: string) =>
    `INSERT INTO issue SELECT ${literal(table)}, ${literal(kind)}, ${literal(reason)}, judged.any_org,
      ${about(table, 'job')}, ${about(table, 'candidate')}, concat_ws(' ', ${key.map((name) => `judged.${name}`).join(', ')})
    FROM judged ${issueOwner} WHERE ${where}`

  const reasons = [
    ...failures.map(([reason, kind], index) => ({ reason, kind, where: `judged.failure = ${index}` })),
    ...oddities.map(([reason, condition]) => ({
      reason,
      kind: 'odd',
      where: `judged.failure IS NULL AND (${condition})`,
    })),
  ]
  const good = `SELECT ${[...final, ...finalKeys].join(', ')}${table === 'org' ? '' : ', org_k'} FROM judged WHERE failure IS NULL`

  return {
    repeated: (part, of) => `${part === 0 ? 'CREATE OR REPLACE TEMP TABLE repeated AS' : 'INSERT INTO repeated'}
    SELECT ${parts} FROM (SELECT ${typedKey.join(', ')} FROM raw.${table})${of === 1 ? '' : ` WHERE hash(${key[0]}) % ${of} = ${part}`}
    GROUP BY ${parts} HAVING count(*) > 1 AND ${key.map((name) => `${name} IS NOT NULL`).join(' AND ')}`,
    duplicate: `CREATE OR REPLACE TEMP TABLE duplicate AS
    SELECT row FROM (
      SELECT row, row_number() OVER (PARTITION BY ${parts} ORDER BY ${order}) AS position
      FROM (SELECT rowid AS row, ${typed.join(', ')} FROM raw.${table}) AS typed SEMI JOIN repeated USING (${parts}))
    WHERE position > 1`,
    judged: (duplicates) => `CREATE OR REPLACE TABLE judged AS
    WITH typed AS (SELECT rowid AS row, ${[...typed, ...flags].join(', ')} FROM raw.${table}),
    joined AS (
      SELECT typed.row, ${[...others, ...instants, ...columns.flatMap(({ name, type }) => (type === 'TEXT' ? [] : [`typed.bad_${name}`])), ...flags.flatMap((flag) => /AS (blank_\w+)$/.exec(flag)?.[1] ?? []), ...keys].join(', ')},
        ${orgOfRow} AS org_k, ${anyOrg} AS any_org, ${zone} AS zone
      FROM typed ${joins.join('\n      ')}
      ${table === 'org' ? '' : `LEFT JOIN staged.org AS clock ON clock.k = ${orgOfRow}`})
    SELECT *, CASE ${verdict(duplicates)} END AS failure FROM joined`,
    count: `SELECT ${reasons.map(({ where }, index) => `(count(*) FILTER (WHERE ${where}))::INTEGER AS n${index}`).join(', ')} FROM judged`,
    corrections: references
      .filter(({ needed }) => needed)
      .map(({ column: { name }, table }) => {
        const [from, to] = [failure(`dangling ${name}`), failure(`${name} left out`)]
        const sql = `UPDATE judged SET failure = ${to} WHERE failure = ${from}
          AND ${name} IN (SELECT CAST(${sourceKeys[table][0]} AS VARCHAR) FROM raw.${table})`
        return { from, to, sql }
      }),
    records: reasons.map(({ reason, kind, where }) => record(kind, reason, where)),
    staged: unkeyed.has(table)
      ? `CREATE TABLE staged.${table} AS ${good}`
      : `CREATE TABLE staged.${table} AS
    SELECT row_number() OVER (ORDER BY ${parts}) - 1 AS k, * FROM (${good})
    ORDER BY ${table === 'org' ? '' : 'org_k, '}k`,
  }
}

/** An empty `raw.<table>` for one that the source lacks, so that everything after reads the same. */
export const emptyRaw = (table: SourceTableName): string =>
  `CREATE TABLE raw.${table} (${sourceColumns(table)
    .map((column) => `${column.name} ${typeOf(column)}`)
    .join(', ')})`
