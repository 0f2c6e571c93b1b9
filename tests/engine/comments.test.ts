import { bundleColumns, bundleDescription, bundleTableNames } from 'hirescope/contract'
import { loadDataset } from 'hirescope/engine'
import { folderSource } from 'hirescope/engine/native'
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { temporaryFolder, writeBundle } from '../fixtures/bundle.ts'
import { stores } from './stores.ts'

let folder: string
beforeAll(async () => {
  folder = await temporaryFolder()
  await writeBundle(folder)
})
afterAll(() => rm(folder, { recursive: true }))

const comments = [
  { sql: 'SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal ORDER BY table_name', params: [] },
  {
    sql: `SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal AND schema_name = 'main'
      ORDER BY table_name, column_index`,
    params: [],
  },
]

it.each(stores)('the %s engine comments every table and column when all are loaded', async (_, createStore) => {
  const store = await createStore()
  const dataset = await loadDataset(folderSource(folder), store, { tables: 'all' })
  await dataset.loadRows()
  const [tables, columns] = await dataset.engine.batch(comments)
  await dataset.engine.close()
  const names = [...bundleTableNames].sort()
  expect(tables).toEqual(names.map((table_name) => ({ table_name, comment: bundleDescription(table_name) })))
  expect(columns).toEqual(
    names.flatMap((table_name) =>
      bundleColumns(table_name).map(({ name, description }) => ({
        table_name,
        column_name: name,
        comment: description,
      })),
    ),
  )
})
