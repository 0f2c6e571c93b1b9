import {
  answers,
  bundleTableNames,
  directory,
  firstTableNames,
  manifest as manifestSchema,
  parse,
  type Answers,
  type BundleTableName,
  type Manifest,
} from 'hirescope/contract'
import { rowTables } from 'hirescope/metrics'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Bundle } from './results.ts'
import { round } from './spread.ts'

/** A bundle of the exported demo. */
export interface Found {
  /** Its address under the site, with a slash at its end. */
  address: string
  manifest: Manifest
  /** The precomputed results. */
  answers: Answers
}

const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'))

/** The bundle of an admin with the most applications. */
export const findLargest = async (site: string): Promise<Found> => {
  const { orgs } = parse(directory, await readJson(join(site, 'directory.json')), 'directory')
  const admins = orgs.flatMap(({ viewers }) => viewers.filter(({ role }) => role === 'admin'))
  const bundles = await Promise.all(
    admins.map(async ({ data }) => ({
      address: data,
      manifest: parse(manifestSchema, await readJson(join(site, decodeURI(data), 'manifest.json')), 'manifest'),
    })),
  )
  const [largest] = bundles.sort((a, b) => b.manifest.tables.applications.rows - a.manifest.tables.applications.rows)
  if (!largest) throw new Error(`site: no admin in ${site}`)
  const packed = await readFile(join(site, decodeURI(largest.address), largest.manifest.answers.file))
  return { ...largest, answers: parse(answers, JSON.parse(gunzipSync(packed).toString()), 'answers') }
}

const core: readonly BundleTableName[] = [
  'applications',
  'candidates',
  'resumes',
  'assessments',
  'screenings',
  'credit_events',
]

/** What a bundle weighs, by table. */
export const weigh = ({ org, scope, tables, answers, views }: Manifest): Bundle => {
  const applications = tables.applications.rows
  const weight = (bytes: number) => ({ bytes, bytes_per_application: round(bytes / applications) })
  const of = (names: readonly BundleTableName[]) => names.reduce((sum, name) => sum + tables[name].bytes, 0)
  const sourceIds = bundleTableNames.filter((name) => name.startsWith('source_ids_'))
  const total = of(bundleTableNames) + answers.bytes + views.bytes
  return {
    org: org.name ?? org.id,
    jobs: scope.jobs,
    applications,
    tables: Object.fromEntries(
      bundleTableNames.map((name) => [name, { rows: tables[name].rows, ...weight(tables[name].bytes) }]),
    ) as Bundle['tables'],
    answers_bytes: answers.bytes,
    groups: {
      core: weight(of(core)),
      stage_events: weight(of(['stage_events'])),
      source_ids: weight(of(sourceIds)),
      rest: weight(total - of(core) - of(['stage_events']) - of(sourceIds)),
      total: weight(total),
      first: weight(of(firstTableNames)),
      rows: weight(of([...rowTables.keys()])),
    },
  }
}
