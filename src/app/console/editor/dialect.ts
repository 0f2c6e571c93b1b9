import { SQLDialect } from '@codemirror/lang-sql'
import { keywords, types } from './duckdb-words.ts'

/** DuckDB's SQL, with the names of functions that the engine has. */
export const duckdbDialect = (functions: readonly string[]): SQLDialect =>
  SQLDialect.define({
    keywords,
    types,
    builtin: functions.filter((name) => /^[a-z_]\w*$/.test(name)).join(' '),
    operatorChars: '*+-%<>!=&|^/~@:',
    doubleDollarQuotedStrings: true,
    caseInsensitiveIdentifiers: true,
    identifierQuotes: '"',
    specialVar: '$?',
  })
