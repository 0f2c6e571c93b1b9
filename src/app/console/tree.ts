import type { ReadyQuery } from './ready-queries.ts'
import { sqlName } from './sql-literals.ts'
import type { KnownColumn, KnownTable, TableKind } from './state/catalogue.svelte.ts'

/** What the tree groups tables by, in the order in which they are looked for. */
const groups: Record<TableKind, { title: string; about: string }> = {
  view: { title: 'Readable views', about: 'The tables with names spelled out and ids joined: begin here.' },
  file: { title: 'Files you brought', about: 'Files of yours, as tables. They stay in this browser.' },
  own: { title: 'Made by you', about: 'Your own tables and views. They go when the database is reset.' },
  table: { title: 'Tables', about: 'The tables as they are shipped: keys and codes instead of names.' },
  codes: { title: 'Names and codes', about: 'What the keys and codes of the tables stand for.' },
  rollup: { title: 'Rollups', about: 'Worked out at the export, a row for each job: what the metrics read.' },
}

const metricsAbout = 'The numbers of the dashboard, each as the statement that gives it. Choosing one runs it.'

/** One line of the tree. */
export type Node = { id: string; level: 1 | 2 | 3; label: string } & (
  | { kind: 'group'; count: number; about: string }
  | { kind: 'table'; table: KnownTable }
  | { kind: 'action'; table: KnownTable; sql: string; title: string }
  | { kind: 'query'; query: ReadyQuery }
  | { kind: 'column'; table: KnownTable; column: KnownColumn }
)

/** Whether a line can be opened. */
export const isBranch = ({ kind }: Node): boolean => kind === 'group' || kind === 'table'

const actionsOf = (table: KnownTable): Node[] => {
  const name = sqlName(table.name)
  const action = (key: string, label: string, sql: string): Node => ({
    kind: 'action',
    level: 3,
    id: `${table.name}:${key}`,
    label,
    table,
    sql,
    title: `${table.name}: ${label.toLowerCase()}`,
  })
  return [
    action('rows', 'Show first 100 rows', `SELECT *\nFROM ${name}\nLIMIT 100`),
    action('count', 'Count rows', `SELECT count(*) AS rows\nFROM ${name}`),
    action('describe', 'Describe', `DESCRIBE ${name}`),
  ]
}

/** Folds case and accents, so that a search finds what it means. */
const folded = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

/** The lines that show: of open branches, and of what a search finds. Pure. */
export const nodesOf = (
  tables: readonly KnownTable[],
  queries: readonly ReadyQuery[],
  open: ReadonlySet<string>,
  search: string,
): Node[] => {
  const sought = folded(search.trim())
  const matches = (name: string) => folded(name).includes(sought)
  const metrics = queries.filter(({ title }) => matches(title))
  const metricNodes: Node[] = metrics.length
    ? [
        { kind: 'group', level: 1, id: 'metric', label: 'Metrics', count: metrics.length, about: metricsAbout },
        ...(open.has('metric') || sought ? metrics : []).map((query): Node => ({
          kind: 'query',
          level: 2,
          id: `metric/${query.id}`,
          label: query.title,
          query,
        })),
      ]
    : []
  const tableNodes = (Object.keys(groups) as TableKind[]).flatMap((group): Node[] => {
    const found = tables.flatMap((table) => {
      if (table.kind !== group) return []
      const columns = table.columns.filter(({ name }) => matches(name))
      const whole = matches(table.name)
      return whole || columns.length ? [{ table, columns: whole ? table.columns : columns, whole }] : []
    })
    if (found.length === 0) return []
    const { title, about } = groups[group]
    const head: Node = { kind: 'group', level: 1, id: group, label: title, count: found.length, about }
    if (!open.has(group) && !sought) return [head]
    const lines = found.flatMap(({ table, columns, whole }): Node[] => {
      const line: Node = { kind: 'table', level: 2, id: `${group}/${table.name}`, label: table.name, table }
      if (!open.has(line.id) && (whole || !sought)) return [line]
      const each = columns.map((column): Node => ({
        kind: 'column',
        level: 3,
        id: `${line.id}/${column.name}`,
        label: column.name,
        table,
        column,
      }))
      return [line, ...(whole ? actionsOf(table) : []), ...each]
    })
    return [head, ...lines]
  })
  return [...tableNodes, ...metricNodes]
}

/** What a line means. Pure. */
export const aboutOf = (node: Node): string => {
  if (node.kind === 'group') return node.about
  if (node.kind === 'action') return node.sql.replace(/\s+/g, ' ')
  if (node.kind === 'query') return node.query.description
  const own = node.kind === 'column' ? node.column.comment : null
  return own ?? node.table.comment ?? groups[node.table.kind].about
}

/** A type in a short word. */
export const shortType = (type: string): string =>
  type
    .replace('VARCHAR', 'text')
    .replace('TIMESTAMP WITH TIME ZONE', 'timestamptz')
    .replace(/^STRUCT.*$/s, 'struct')
    .replace(/^MAP.*$/s, 'map')
    .toLowerCase()
