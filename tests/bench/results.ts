import { bundleTableNames, endpointIds } from 'hirescope/contract'
import { z } from 'zod'
import { spread } from './spread.ts'

/** The stages of an export, in order. */
export const exportStages = ['read', 'normalise', 'write'] as const
export type ExportStage = (typeof exportStages)[number]

const number = z.number()
const by = <Name extends string, Value extends z.ZodType>(names: readonly Name[], value: Value) =>
  z.strictObject(Object.fromEntries(names.map((name) => [name, value])) as Record<Name, Value>)

/** When a part was measured and how busy everything else kept the machine just before: 0 is idle, 1 all processors. */
const measured = { at: z.iso.datetime(), busy_before: number }

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
  stages: by(
    exportStages,
    z.strictObject({
      seconds: number,
      /** Read for `read` and `normalise`, written for `write`. */
      rows: number,
      rows_per_second: number,
      ...needs.shape,
    }),
  ),
})
export type Exported = z.infer<typeof exported>

/** How the bytes of a bundle are summed up; the first four make the total, `loaded` is what an engine loads of it. */
export const weightGroups = ['core', 'stage_events', 'source_ids', 'rest', 'total', 'loaded'] as const

const bundle = z.strictObject({
  org: z.string(),
  jobs: number,
  applications: number,
  tables: by(bundleTableNames, z.strictObject({ rows: number, bytes: number, bytes_per_application: number })),
  groups: by(weightGroups, z.strictObject({ bytes: number, bytes_per_application: number })),
})
export type Bundle = z.infer<typeof bundle>

/** Seconds. */
export const loadStages = ['instantiate', 'fetch', 'verify', 'decode', 'insert'] as const

const load = z.strictObject({
  ...measured,
  loads: number,
  bytes_fetched: number,
  /** The stages of the load whose total is the median; they overlap, so that they do not add up to it. */
  stages: by(loadStages, number),
  total: spread,
  /** The first load of a browser just started. */
  first: number,
})
export type Load = z.infer<typeof load>

/** Milliseconds; `first` is before any statement is prepared. */
const asked = z.strictObject({ ...spread.shape, first: number })
const answered = z.strictObject({ all: asked, each: by(endpointIds, asked) })

const endpoints = z.strictObject({
  ...measured,
  repetitions: number,
  one_job_applications: number,
  whole_scope: answered,
  one_job: answered,
})
export type Endpoints = z.infer<typeof endpoints>

const size = z.strictObject({
  machine,
  exported,
  bundle,
  load,
  endpoints,
})
export type Size = z.infer<typeof size>

/** By the number of applications of the demo. */
export const results = z.strictObject({ sizes: z.record(z.string().regex(/^\d+$/), size) })
export type Results = z.infer<typeof results>
