import { z } from 'zod'
import { bundleTableNames, type BundleTableName } from './bundle-tables.ts'
import { endpointBodies, type EndpointBody } from './endpoint-bodies.ts'
import { endpointIds, type EndpointId } from './endpoint-ids.ts'
import { optionalSourceTables, sourceTableNames } from './source-tables.ts'

/** The contract version that the exporter writes. */
export const contractVersion = 2
/** The contract versions that this code reads: this one and the one before. */
export const readableVersions = [1, 2] as const

const count = z.int().nonnegative()

/** One immutable file of a bundle, named by the SHA-256 of its bytes. */
export const fileEntry = z.strictObject({
  file: z.string().regex(/^[0-9a-f]{64}\.(parquet|json\.gz|sql)$/, 'not "<sha256>.<extension>"'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hexadecimal'),
  bytes: count,
})
/** A file that holds a table, with its number of rows. */
export const tableEntry = fileEntry.extend({ rows: count })

const reasons = z.record(z.string(), count)

/**
 * `manifest.json`: what a bundle holds, as of when, and the hash of each file. The one mutable file of a scope.
 * Counts of rejected and odd rows cover what belongs to the jobs of the scope, never the rest of the organisation.
 */
export const manifest = z.strictObject({
  contract_version: z.literal(readableVersions),
  org: z.strictObject({ id: z.string(), name: z.string().nullable() }),
  scope: z.strictObject({ id: z.string(), jobs: count }),
  sequence: z.int().positive(),
  as_of: z.iso.datetime({ precision: 6 }),
  exported_at: z.iso.datetime(),
  time_zone: z.string(),
  week_start: z.enum(['monday', 'sunday']),
  names: z.enum(['none', 'hired', 'all']),
  /** After how many hours newer numbers should be there; where it is missing, nobody said so. */
  expected_interval_hours: z.number().positive().optional(),
  tables: z.strictObject(
    Object.fromEntries(bundleTableNames.map((name) => [name, tableEntry])) as Record<
      BundleTableName,
      typeof tableEntry
    >,
  ),
  source_tables: z.strictObject(
    Object.fromEntries(optionalSourceTables.map((name) => [name, z.boolean()])) as Record<
      (typeof optionalSourceTables)[number],
      z.ZodBoolean
    >,
  ),
  rejected: z.partialRecord(z.enum(sourceTableNames), reasons),
  odd: z.partialRecord(z.enum(sourceTableNames), reasons),
  answers: fileEntry,
  views: fileEntry,
})

/** What a bundle holds, as of when, and the hash of each file. */
export type Manifest = z.infer<typeof manifest>
/** One immutable file of a bundle. */
export type FileEntry = z.infer<typeof fileEntry>
/** The file of a table. */
export type TableEntry = z.infer<typeof tableEntry>

type Counts = Record<string, unknown>
type AnswerSchema<Body> = z.ZodType<
  { status: 200; body: Body; counts: Counts } | { status: 204; body: null; counts: Counts }
>

const counts = z.record(z.string(), z.unknown())
const answer = (body: z.ZodType) =>
  z.discriminatedUnion('status', [
    z.strictObject({ status: z.literal(200), body, counts }),
    z.strictObject({ status: z.literal(204), body: z.null(), counts }),
  ])

/**
 * The precomputed results of the whole scope (`manifest.answers`): status and body of each endpoint, and the numerators
 * and denominators it stands on, as the metric of that id gives them.
 */
export const answers = z.strictObject(
  Object.fromEntries(endpointIds.map((id) => [id, answer(endpointBodies[id])])) as unknown as {
    [Id in EndpointId]: AnswerSchema<EndpointBody<Id>>
  },
)
/** The precomputed results of a whole scope, by endpoint. */
export type Answers = z.infer<typeof answers>

/** `session.json` beside the app: the bundle of the signed-in viewer, relative to that file. */
export const session = z.strictObject({ data: z.string().min(1) })

/** `directory.json`, which only the demo writes: organisations and viewers to choose from. */
export const directory = z.strictObject({
  orgs: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      viewers: z.array(z.strictObject({ id: z.string(), name: z.string(), role: z.string(), data: z.string() })),
    }),
  ),
})
/** What the demo can show: organisations and their viewers. */
export type Directory = z.infer<typeof directory>
