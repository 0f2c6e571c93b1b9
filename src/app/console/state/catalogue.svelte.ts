import { bundleTableNames } from 'hirescope/contract'
import type { Session } from './session.svelte.ts'

/** What a table is to the analyst: given by the organisation, made here, or brought along. */
export type TableKind = 'view' | 'table' | 'codes' | 'rollup' | 'own' | 'file'

export interface KnownColumn {
  name: string
  type: string
  comment: string | null
}

export interface KnownTable {
  name: string
  kind: TableKind
  /** Null for views, whose rows are counted when they are asked for. */
  rows: number | null
  comment: string | null
  columns: readonly KnownColumn[]
}

/** A function, as completion offers it. */
export interface KnownFunction {
  name: string
  description: string | null
  parameters: readonly string[]
}

/** A macro of the analyst's own. */
export interface KnownMacro {
  name: string
  parameters: readonly string[]
}

const codes = new Set(['cities', 'skills', 'sources', 'codes'])
const given: ReadonlySet<string> = new Set(bundleTableNames)

const kindOf = (name: string, isView: boolean, described: boolean, files: readonly string[]): TableKind => {
  if (files.includes(name)) return 'file'
  if (isView) return described && name.startsWith('v_') ? 'view' : 'own'
  if (!given.has(name)) return 'own'
  if (name.startsWith('rollup_')) return 'rollup'
  return codes.has(name) ? 'codes' : 'table'
}

const relations = `
SELECT table_name AS name, FALSE AS is_view, comment, schema_name = 'main' AND NOT temporary AS here, schema_name AS place,
       database_name AS base
FROM duckdb_tables() WHERE NOT internal
UNION ALL
SELECT view_name, TRUE, comment, schema_name = 'main' AND NOT temporary, schema_name, database_name
FROM duckdb_views() WHERE NOT internal
ORDER BY name`

const columns = `
SELECT table_name AS relation, column_name AS name, data_type AS type, comment
FROM duckdb_columns() WHERE NOT internal AND schema_name = 'main' AND database_name <> 'temp'
ORDER BY relation, column_index`

const functions = `
SELECT function_name AS name, any_value(description) AS description, bool_or(NOT internal) AS own,
       array_to_string(any_value(parameters), chr(31)) AS parameters
FROM duckdb_functions()
WHERE function_name SIMILAR TO '[a-z_][a-z0-9_]*'
GROUP BY function_name
ORDER BY function_name`

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** What the engine has: tables, views, columns and functions, as its own catalogue says. */
export class Catalogue {
  readonly #session: Session
  readonly #files: () => readonly string[]
  #tables = $state.raw<readonly KnownTable[]>([])
  #functions = $state.raw<readonly KnownFunction[]>([])
  #macros = $state.raw<readonly KnownMacro[]>([])
  #elsewhere = $state.raw<readonly string[]>([])
  #seen = -1
  #refreshing: Promise<void> | null = null

  constructor(session: Session, files: () => readonly string[]) {
    this.#session = session
    this.#files = files
  }

  get tables() {
    return this.#tables
  }

  get functions() {
    return this.#functions
  }

  get macros() {
    return this.#macros
  }

  /** The analyst's temporary tables, and what they made in schemas of their own, which the tree does not show. */
  get elsewhere() {
    return this.#elsewhere
  }

  /** Whether there is anything that a reset would take away. */
  get hasOwn() {
    return this.#elsewhere.length > 0 || this.#macros.length > 0 || this.#tables.some(({ kind }) => kind === 'own')
  }

  /** Reads the catalogue anew, if it may have changed. What changes meanwhile is read after that. */
  refresh(): Promise<void> {
    return (this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = null)))
  }

  async #refresh() {
    while (this.#seen !== this.#session.changed) {
      const seen = this.#session.changed
      try {
        await this.#read()
        this.#seen = seen
      } catch (error) {
        // A table may be dropped while its rows are counted.
        if (seen === this.#session.changed) throw error
      }
    }
  }

  async #read() {
    const ask = (sql: string) => this.#session.rows(sql, { timeoutMilliseconds: 60_000 })
    const [all, parts, known] = [await ask(relations), await ask(columns), await ask(functions)]
    // Names may come again in another schema.
    const found = all.filter(({ here }) => here === true)
    this.#elsewhere = all
      .filter(({ here }) => here !== true)
      .map(({ place, name }) => (place === 'main' ? String(name) : `${String(place)}.${String(name)}`))
    const counted = found.filter(({ is_view }) => !is_view).map(({ name }) => String(name))
    // A temporary table may have the name of one that is given.
    const base = quoted(String(found[0]?.base))
    const each = counted.map(
      (name, index) => `SELECT ${index}::DOUBLE AS at, count(*)::DOUBLE AS n FROM ${base}.main.${quoted(name)}`,
    )
    const counts = each.length ? await ask(each.join('\nUNION ALL\n')) : []
    const rowsOf = (name: string) => counts.find(({ at }) => counted[Number(at)] === name)?.n
    const files = this.#files()
    this.#tables = found.map(({ name, is_view, comment }) => ({
      name: String(name),
      kind: kindOf(String(name), is_view === true, comment !== null, files),
      rows: is_view === true ? null : Number(rowsOf(String(name)) ?? 0),
      comment: text(comment),
      columns: parts
        .filter(({ relation }) => relation === name)
        .map((part) => ({ name: String(part.name), type: String(part.type), comment: text(part.comment) })),
    }))
    const list = (value: unknown) => (text(value) ?? '').split('\u001f').filter(Boolean)
    this.#functions = known.map(({ name, description, parameters }) => ({
      name: String(name),
      description: text(description),
      parameters: list(parameters),
    }))
    this.#macros = known
      .filter(({ own }) => own === true)
      .map(({ name, parameters }) => ({ name: String(name), parameters: list(parameters) }))
  }
}
