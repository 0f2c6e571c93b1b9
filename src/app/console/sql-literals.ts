import type { Param } from 'hirescope/metrics'

/** A value as SQL writes it. */
export const sqlLiteral = (value: Param): string => {
  if (value === null) return 'NULL'
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`
}

/** Words of DuckDB 1.4's grammar that are no names, or other things than names, without quotes. */
const noNames = new Set(
  `all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by case cast check collate
  collation column concurrently constraint create cross default deferrable desc describe distinct do else end except
  false fetch for foreign freeze from full glob group having ilike in initially inner intersect into is isnull join
  lambda lateral leading left like limit natural not notnull null offset on only or order outer overlaps pivot
  pivot_longer pivot_wider placing positional primary qualify references returning right select semi show similar some
  summarize symmetric table tablesample then to trailing true union unique unpack unpivot using variadic verbose when
  where window with`.split(/\s+/),
)

/** A name as SQL takes it: in quotes where it must be. */
export const sqlName = (name: string): string =>
  /^[a-z_]\w*$/.test(name) && !noNames.has(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`

/**
 * A statement with values in place of its named parameters, so that it runs as it stands.
 * @throws Error for a parameter without a value
 */
export const withLiterals = (sql: string, params: Readonly<Record<string, Param>> = {}): string =>
  sql.replace(/\$([a-z_]+)/g, (_, name: string) => {
    const value = params[name]
    if (value === undefined) throw new Error(`statement: the parameter $${name} has no value`)
    return sqlLiteral(value)
  })

/** Text as comments of SQL, in lines of a width that reads well. */
export const sqlComment = (text: string): string => {
  const lines: string[] = []
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < 96) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(`-- ${word}`)
  }
  return lines.join('\n')
}

/** A dashboard's statement as it comes into the editor: what it answers above it, its parameters put in. */
export const readableStatement = (
  definition: string,
  { sql, params }: { sql: string; params?: Readonly<Record<string, Param>> | undefined },
): string => `${sqlComment(definition)}\n${withLiterals(sql, params)}`
