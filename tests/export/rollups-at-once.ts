// Runs in a process of its own, which a fault of the engine ends: works the rollups of two bundles out at once, again and again.
import { DuckDBInstance } from '@duckdb/node-api'
import { bundleColumns, type BundleTableName } from 'hirescope/contract'
import { rollupQuery } from 'hirescope/metrics'
import { manyApplications } from '../fixtures/many-applications.ts'

const [applications = '', repetitions = ''] = process.argv.slice(2)
const tables = Object.entries(manyApplications(Number(applications))) as [BundleTableName, string][]
const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
const rollup = rollupQuery().replaceAll('$first_week', "'2024-03-11'")

const made = await Promise.all(
  ['one', 'other'].map(async (name) => {
    const connection = await instance.connect()
    await connection.run(`ATTACH ':memory:' AS ${name}; USE ${name}`)
    for (const [table, query] of tables) {
      const given = new Set((await connection.runAndReadAll(`DESCRIBE ${query}`)).getRows().map(([column]) => column))
      const columns = bundleColumns(table).map(
        ({ name, type }) => `CAST(${given.has(name) ? name : 'NULL'} AS ${type}) AS ${name}`,
      )
      await connection.run(`CREATE TABLE ${table} AS SELECT ${columns.join(', ')} FROM (${query})`)
    }
    for (let turn = 0; turn < Number(repetitions); turn++)
      await connection.run(`CREATE OR REPLACE TABLE rollup_job AS ${rollup}`)
    const sums = 'SELECT sum(applicants), sum(resumes), sum(top_skill_1_applicants), count(*) FROM rollup_job'
    return String((await connection.runAndReadAll(sums)).getRows()[0])
  }),
)
process.stdout.write(made.join(' '))
instance.closeSync()
