import { bundleColumns, type BundleTableName } from 'hirescope/contract'
import { lists, listRelations, listStatement } from './lists.ts'
import { rollupWords } from './rollups.ts'

const tables = ['applications', 'candidates', 'resumes', 'assessments', 'screenings', 'cities', 'skills'] as const

const listWords = () => {
  const statements = Object.values(lists).map((list) => listStatement(list, 'NULL'))
  return [...statements, ...listRelations.map(([, sql]) => sql)].flatMap((sql) => sql.match(/\w+/g) ?? [])
}

/** The tables of single rows that metrics and lists are worked out from, with the columns that matter: loading others takes its time. */
export const rowTables: ReadonlyMap<BundleTableName, readonly string[]> = (() => {
  const read = new Set([...rollupWords(), ...listWords()])
  const columnsOf = (table: BundleTableName) =>
    bundleColumns(table).flatMap(({ name }) =>
      read.has(name) || (table === 'applications' && name === 'skills') ? name : [],
    )
  return new Map(tables.map((table) => [table, columnsOf(table)]))
})()

/** The table of the ids of candidates, which lists of applicants show. */
export const idTables: ReadonlyMap<BundleTableName, readonly string[]> = new Map([
  ['source_ids_candidates', bundleColumns('source_ids_candidates').map(({ name }) => name)],
])
