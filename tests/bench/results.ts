import { bundleTableNames, endpointIds } from 'hirescope/contract'
import { z } from 'zod'
import { spread } from './spread.ts'

/** The stages of an export, in order. */
export const exportStages = ['read', 'judge', 'normalise', 'write'] as const
export type ExportStage = (typeof exportStages)[number]

const number = z.number()
const by = <Name extends string, Value extends z.ZodType>(names: readonly Name[], value: Value) =>
  z.strictObject(Object.fromEntries(names.map((name) => [name, value])) as Record<Name, Value>)

/** When a part was measured and how busy everything else kept the machine just before: 0 is idle, 1 all processors. */
export const measured = { at: z.iso.datetime(), busy_before: number }

const machine = z.strictObject({
  cores: number,
  memory_gib: number,
  platform: z.string(),
  node: z.string(),
  chromium: z.string(),
  duckdb_wasm: z.string(),
})
export type Machine = z.infer<typeof machine>

/** What the exporting process needed in a stage. Resident memory is null where there is no /proc. */
const needs = z.strictObject({
  /** Of all its threads. */
  cpu_seconds: number,
  start_rss_mb: number.nullable(),
  peak_rss_mb: number.nullable(),
})
export type Needs = z.infer<typeof needs>

/** What each stage of an export took. */
const stage = z.strictObject({
  seconds: number,
  /** Written for `write`, else read. */
  rows: number,
  rows_per_second: number,
  ...needs.shape,
})
export const stages = by(['read', 'normalise', 'write'], stage).extend({ judge: stage.optional() })

/** An export of a demo database. */
export const exported = z.strictObject({
  ...measured,
  applications: number,
  jobs: number,
  orgs: number,
  scopes: number,
  seconds: number,
  /** Source rows read, over all tables and orgs. */
  rows_read: number,
  /** Rows in Parquet, over all scopes: a row that several scopes see counts several times. */
  rows_written: number,
  bytes_written: number,
  /** Rows read per second of the whole export. */
  rows_per_second: number,
  stages,
})
export type Exported = z.infer<typeof exported>

/** How the bytes of a bundle are summed up; the first four make the total, the others are what an engine loads of it. */
export const weightGroups = ['core', 'stage_events', 'source_ids', 'rest', 'total', 'first', 'rows'] as const

const bundle = z.strictObject({
  org: z.string(),
  jobs: number,
  applications: number,
  tables: by(bundleTableNames, z.strictObject({ rows: number, bytes: number, bytes_per_application: number })),
  groups: by(weightGroups, z.strictObject({ bytes: number, bytes_per_application: number })),
  /** Bytes of the precomputed results, as they are fetched. */
  answers_bytes: number,
})
export type Bundle = z.infer<typeof bundle>

/** Seconds. */
export const loadStages = ['instantiate', 'fetch', 'verify', 'decode', 'insert'] as const

const loaded = z.strictObject({
  bytes_fetched: number,
  /** The stages of the load whose total is the median; they overlap, so that they do not add up to it. */
  stages: by(loadStages, number),
  total: spread,
})

const load = z.strictObject({
  ...measured,
  loads: number,
  /** From the address to the first question: engine, jobs and rollups. */
  first: loaded,
  /** From there to the tables of single rows. */
  rows: loaded,
  /** Resident memory of the page's process with everything loaded, megabytes. */
  memory_mb: number.nullable(),
})
export type Load = z.infer<typeof load>

/** Milliseconds; `first` is the first time it was asked. */
const asked = z.strictObject({ ...spread.shape, first: number })
const answered = z.strictObject({ all: asked, each: by(endpointIds, asked) })

/** Scopes that are worked out from single rows. */
export const narrowedScopes = ['twenty_jobs', 'half_of_jobs', 'filter_few', 'filter_half'] as const
/** Scopes that the baselines answer, too. */
export const comparedScopes = ['whole_scope', 'one_job'] as const

const endpoints = z.strictObject({
  ...measured,
  repetitions: number,
  one_job_applications: number,
  whole_scope: answered,
  one_job: answered,
  narrowed: by(narrowedScopes, asked),
  /** Milliseconds of the longest task of the page's thread meanwhile; 0 where none took 50. */
  longest_task: number,
  /** The share of the applications that each takes in. */
  shares: by(narrowedScopes, number),
  /** Asked in turn in one run: the product, plain SQL over plain tables in the same engine, loops over typed arrays. */
  baselines: by(comparedScopes, z.strictObject({ product: asked, plain: asked, loops: asked })),
})
export type Endpoints = z.infer<typeof endpoints>

const seen = z.strictObject({ numbers: spread, engine: spread })

/** Visits of the app in seconds since navigation: until the figures stand there, and until the engine has answered. */
const pageVisits = z.strictObject({ ...measured, visits: number, cold: seen, warm: seen })
export type Visits = z.infer<typeof pageVisits>

/** All nine of ten times as many jobs, from rollups alone. */
const rollups = z.strictObject({ ...measured, jobs: number, whole_scope: asked, one_job: asked })
export type Rollups = z.infer<typeof rollups>

const size = z.strictObject({
  machine,
  exported,
  bundle,
  load,
  endpoints,
  visits: pageVisits,
  tenfold: rollups,
  goals: z.array(
    z.strictObject({
      goal: z.string(),
      limit: number,
      unit: z.enum(['ms', 's', 'B', 'kB', 'MB']),
      seen: number,
      met: z.boolean(),
      to_plain: number.nullable(),
      to_loops: number.nullable(),
    }),
  ),
})
export type Goal = z.infer<typeof size>['goals'][number]
export type Size = Omit<z.infer<typeof size>, 'goals'>

/** By the number of applications of the demo. */
export const results = z.strictObject({ sizes: z.record(z.string().regex(/^\d+$/), size) })
export type Results = z.infer<typeof results>
