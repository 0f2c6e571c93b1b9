import type { SourceRows } from 'hirescope/contract'
import { demoConfig, type DemoConfig } from './config.ts'
import { contractRowsOf } from './contract-rows.ts'
import { djangoColumns, writeCandidate, writeCompanies, type DjangoTable } from './django-rows.ts'
import type { DemoOptions, UserFact } from './facts.ts'
import { createCandidates } from './hiring.ts'
import { createCompanies } from './organisations.ts'

/** What the demo is made from where nothing else is said. */
export const demoDefaults: DemoOptions = {
  applications: 20_000,
  jobs: 60,
  organisations: 3,
  seed: 20261120,
  asOf: '2026-11-20T02:00:00+05:30',
}

/** Some rows of a Django table, as CSV for COPY. */
export interface DemoChunk {
  table: DjangoTable
  columns: readonly string[]
  csv: Uint8Array
}

/** A demo database that is made while it is read. */
export interface Demo {
  options: DemoOptions
  users: readonly UserFact[]
  config: DemoConfig
  /** The rows of the Django tables, in chunks of a few megabytes; those of one table come between those of others. */
  tables: () => Generator<DemoChunk>
  /** What an adapter must deliver, from the demo's own memory of what it made. For 100,000 applications at most. */
  contractRows: () => SourceRows
}

const chunkLength = 4_000_000

/** Makes a demo. @throws RangeError for options out of range. */
export const generateDemo = (given: Partial<DemoOptions> = {}): Demo => {
  const options = { ...demoDefaults, ...given }
  if (!Number.isInteger(options.applications) || options.applications < 0)
    throw new RangeError(`demo: applications ${options.applications}, expected a whole number from 0`)
  if (!Number.isInteger(options.jobs) || options.jobs < 12 || options.jobs > 65_536)
    throw new RangeError(`demo: jobs ${options.jobs}, expected a whole number from 12 to 65,536`)
  if (![1, 2, 3].includes(options.organisations))
    throw new RangeError(`demo: organisations ${options.organisations}, expected 1, 2 or 3`)
  if (Number.isNaN(Date.parse(options.asOf)))
    throw new RangeError(`demo: as-of "${options.asOf}", expected an ISO instant`)
  const companies = createCompanies(options)
  return {
    options,
    users: companies.users,
    config: demoConfig(options.asOf, companies.organisations),
    contractRows: () => contractRowsOf(companies, createCandidates(options, companies)),
    *tables() {
      const waiting = new Map<DjangoTable, string[]>()
      const lengths = new Map<DjangoTable, number>()
      const take = (table: DjangoTable): DemoChunk => {
        const csv = new TextEncoder().encode((waiting.get(table) ?? []).join(''))
        waiting.set(table, [])
        lengths.set(table, 0)
        return { table, columns: djangoColumns[table], csv }
      }
      const full: DjangoTable[] = []
      const add = (table: DjangoTable, row: string) => {
        const rows = waiting.get(table)
        if (rows) rows.push(row)
        else waiting.set(table, [row])
        const length = (lengths.get(table) ?? 0) + row.length
        lengths.set(table, length)
        if (length >= chunkLength && length - row.length < chunkLength) full.push(table)
      }
      writeCompanies(companies, add)
      const small = [...waiting.keys()]
      for (const table of small) yield take(table)
      for (const candidate of createCandidates(options, companies)) {
        writeCandidate(candidate, add)
        for (const table of full.splice(0)) yield take(table)
      }
      for (const [table, rows] of waiting) if (rows.length) yield take(table)
    },
  }
}
