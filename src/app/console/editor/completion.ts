import {
  snippetCompletion,
  type Completion,
  type CompletionContext,
  type CompletionSource,
} from '@codemirror/autocomplete'
import {
  keywordCompletionSource,
  schemaCompletionSource,
  type SQLDialect,
  type SQLNamespace,
} from '@codemirror/lang-sql'
import type { ReadyQuery } from '../ready-queries.ts'
import type { Catalogue } from '../state/catalogue.svelte.ts'
import { sqlName } from '../sql-literals.ts'
import { statementAt } from '../statements.ts'

/** What the engine has, as far as completion needs to know it. */
export type Known = Pick<Catalogue, 'tables' | 'functions'>

const columnCompletion = (
  { name, type, comment }: Known['tables'][number]['columns'][number],
  boost = 0,
): Completion => ({
  label: name,
  apply: sqlName(name),
  type: 'property',
  detail: type,
  ...(comment && { info: comment }),
  boost,
})

const tableCompletion = ({ name, kind, comment }: Known['tables'][number]): Completion => ({
  label: name,
  apply: sqlName(name),
  type: 'type',
  detail: kind,
  ...(comment && { info: comment }),
  boost: 20,
})

const wordBefore = (context: CompletionContext) => {
  const word = context.matchBefore(/[\w]*$/)
  if (!word || (word.from === word.to && !context.explicit)) return null
  // After a point come columns alone, and in comments and strings nothing.
  return context.state.sliceDoc(word.from - 1, word.from) === '.' ? null : word
}

/** The columns of the tables that the statement at hand names. */
const columnsInReach =
  ({ tables }: Known): CompletionSource =>
  (context) => {
    const word = wordBefore(context)
    const statement = word && statementAt(context.state.doc.toString(), context.pos)
    if (!word || !statement) return null
    const words = new Set(statement.sql.toLowerCase().match(/\w+/g))
    const reached = tables.filter(({ name }) => words.has(name.toLowerCase()))
    const byName = new Map(reached.flatMap(({ columns }) => columns.map((column) => [column.name, column])))
    if (byName.size === 0) return null
    return {
      from: word.from,
      options: [...byName.values()].map((each) => columnCompletion(each, 30)),
      validFor: /^\w*$/,
    }
  }

const functionsOf = ({ functions }: Known): CompletionSource => {
  const options = functions
    .filter(({ name }) => /^[a-z]\w*$/.test(name))
    .map(({ name, description, parameters }) =>
      snippetCompletion(`${name}(\${})`, {
        label: name,
        type: 'function',
        detail: `(${parameters.join(', ')})`,
        ...(description && { info: description }),
        boost: -20,
      }),
    )
  return (context) => {
    const word = wordBefore(context)
    return word && { from: word.from, options, validFor: /^\w*$/ }
  }
}

/** Metrics come as whole statements, so only where one begins. */
const metricsOf = (queries: readonly ReadyQuery[]): CompletionSource => {
  const options = queries.map(({ title, description, sql }): Completion => ({
    label: title,
    displayLabel: title,
    apply: sql,
    type: 'text',
    detail: 'metric',
    info: description,
    boost: 10,
  }))
  return (context) => {
    const word = wordBefore(context)
    if (!word) return null
    const before = context.state.sliceDoc(Math.max(0, word.from - 2000), word.from)
    return /(^|;|\n)\s*$/.test(before) ? { from: word.from, options, validFor: /^\w*$/ } : null
  }
}

/** Completes what the engine knows, the words of its grammar, and the metrics. */
export const completionsFor = (
  known: Known,
  dialect: SQLDialect,
  queries: readonly ReadyQuery[],
): readonly CompletionSource[] => {
  const schema: Record<string, SQLNamespace> = Object.fromEntries(
    known.tables.map((table) => [
      table.name,
      { self: tableCompletion(table), children: table.columns.map((column) => columnCompletion(column)) },
    ]),
  )
  return [
    columnsInReach(known),
    schemaCompletionSource({ dialect, schema }),
    keywordCompletionSource(dialect, true),
    functionsOf(known),
    metricsOf(queries),
  ]
}
