import { parse, sourceTableNames } from 'hirescope/contract'
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { ExportError } from './errors.ts'
import { isStore } from './open-target.ts'
import { tlsModes } from './sources/postgres-tls.ts'

const timeZone = z.string().refine((zone) => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }))
  } catch {
    return false
  }
}, 'not an IANA time zone')
const weekStart = z.enum(['monday', 'sunday'])
const share = z.number().min(0).max(1)

/** Whose names may be exported, each more than the one before. */
export const nameSettings = ['none', 'hired', 'all'] as const

const size = z.string().regex(/^\d+ ?(MB|GB|MiB|GiB)$/, 'not a size such as "1GB"')

/** A path as nginx and a URL both write it. */
const urlPath = z.string().regex(/^\/([\w.~-]+\/)*$/, 'not a path such as "/data/"')

const duration = z.int().nonnegative().max(2_000_000)

/** The schema of the source tables, or several in the order in which they are searched; default: the role's own search path. */
const schema = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional()

const source = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('postgres'),
      /** `postgres://user@host:5432/database`; parts and password may come from PGHOST, PGPASSWORD, .pgpass … instead. */
      url: z.string().optional(),
      password: z.string().optional(),
      schema,
      /** A file that holds nothing but the password. */
      passwordFile: z.string().optional(),
      /** How far the server must prove who it is; default `verify-full`, on this machine `disable`. */
      tls: z.enum(tlsModes).optional(),
      /** A PEM file of the authorities that may vouch for it. */
      tlsCa: z.string().optional(),
      /** Seconds until the server gives up a SELECT (default 3600) or waiting for a lock (default 60); 0: never. */
      statementTimeout: duration.optional(),
      lockTimeout: duration.optional(),
      /** How many connections read at once; default as many as threads. */
      connections: z.int().min(1).max(sourceTableNames.length).optional(),
      /** How often the read begins anew after a failure that may pass by itself; default 5. */
      retries: z.int().min(0).max(5).optional(),
    })
    .refine(({ password, passwordFile }) => password === undefined || passwordFile === undefined, {
      error: 'password and passwordFile exclude each other; give one',
    }),
  z.strictObject({ kind: z.literal('pglite'), folder: z.string(), schema }),
  z.strictObject({ kind: z.literal('files'), folder: z.string() }),
])

const storeUrl = /^s3:\/\/[a-z0-9][a-z0-9.-]+(\/[\w!.*'()-]+)*\/?$/

const s3 = z.strictObject({
  /** The address of a store that is not Amazon's. */
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  /** Default: `AWS_REGION` or the profile's; with an endpoint, `us-east-1`. */
  region: z.string().optional(),
  /** Whether the bucket is the first step of the path and not of the host name; default: yes with an endpoint. */
  forcePathStyle: z.boolean().optional(),
  /** Whether a store will do that does not honour conditional puts. */
  unconditional: z.boolean().optional(),
  /** How often a request is made anew after a failure that may pass by itself; default 5. */
  retries: z.int().min(0).max(5).optional(),
})

/** The exporter's configuration. */
export const exportConfig = z.strictObject({
  source,
  /** `django`, `greenhouse`, or the path of an adapter folder. */
  adapter: z.string().default('django'),
  /** Texts in place of those of the adapter's `settings.json`. */
  settings: z.record(z.string(), z.string()).default({}),
  /** The folder that a static host serves, or `s3://bucket/prefix`. */
  target: z.string().refine((target) => !isStore(target) || storeUrl.test(target), 'not as in "s3://bucket/prefix"'),
  /** How to reach the bucket of the target. */
  s3: s3.optional(),
  /** The folder for secret, locks, state and access maps; never under the target. */
  private: z.string(),
  /** The folder in which the working database is built, as `hirescope-staging`; default `<private>/staging`. */
  staging: z.string().optional(),
  /** Export as of this instant instead of now, to the millisecond. */
  asOf: z.iso
    .datetime({ offset: true })
    .refine((text) => !/\.\d{4}/.test(text), 'finer than a millisecond')
    .optional(),
  /** The org clock by org id; before the source's own time zone. */
  orgs: z
    .record(z.string(), z.strictObject({ timeZone: timeZone.optional(), weekStart: weekStart.optional() }))
    .default({}),
  defaultTimeZone: timeZone.default('UTC'),
  defaultWeekStart: weekStart.default('monday'),
  /** After how many hours without newer numbers a page says that they are late, 26 for instance; without it, never. */
  expectedIntervalHours: z.number().positive().optional(),
  /** Whose names are exported. */
  names: z.enum(nameSettings).default('hired'),
  /** The share of a table's rows of one org that may be rejected before the org fails; one number, or by table. */
  maxRejected: z.union([share, z.partialRecord(z.enum(sourceTableNames), share)]).default(0.01),
  /** The share of an org's applications that may be gone since its published dataset before the org fails. */
  maxDrop: share.default(0.3),
  /** Write what nginx needs to `<private>/nginx`, for a host that serves app and target under these paths. */
  nginx: z
    .strictObject({ app: urlPath.default('/'), data: urlPath.default('/data/') })
    .refine(({ app, data }) => app !== data, { error: 'app and data are one path' })
    .optional(),
  /** How many runs the data files of a scope without users stay. */
  graceRuns: z.int().nonnegative().default(2),
  /** How many reports of runs stay in `<private>/reports`. */
  keepReports: z.int().positive().default(30),
  /** How much memory DuckDB may use in all, for example "1GB"; Node and what DuckDB does not count come on top of it. */
  memory: size.default('800MB'),
  /** The folder in which DuckDB puts what does not fit into memory; default: beside the working database. */
  spill: z.string().optional(),
  /** How much that may be, for example "50GB"; default: nine tenths of what is free there. */
  maxSpill: size.optional(),
  threads: z.int().positive().default(availableParallelism()),
})

/** How to reach the bucket of an S3-compatible store. */
export type S3Settings = z.infer<typeof s3>
/** A checked configuration, with its defaults. */
export type ExportConfig = z.infer<typeof exportConfig>
/** A configuration as it is written. */
export type ExportConfigInput = z.input<typeof exportConfig>

/** Checks a configuration and fills in the defaults. @throws ExportError that names each wrong setting. */
export const parseConfig = (value: unknown): ExportConfig => {
  try {
    return parse(exportConfig, value, 'config')
  } catch (error) {
    throw new ExportError((error as Error).message)
  }
}
