import { z } from 'zod'
import { jobStatuses, outcomes, roles, stages } from './codes.ts'

/** What the exporter needs to know of a source column beyond its zod schema. */
export interface SourceColumn {
  type: 'TEXT' | 'TIMESTAMP' | 'BOOLEAN' | 'INTEGER' | 'DECIMAL(9,3)' | 'DECIMAL(6,3)' | 'DECIMAL(18,4)'
  /** A row whose value is null (text: or blank) is rejected. */
  required: boolean
  /** The only values allowed. */
  values?: readonly string[]
  /** The table whose key this column names. `needed`: a row whose reference dangles is rejected, otherwise it is set to null. */
  references?: { table: SourceTableName; needed: boolean }
  /** The time that dates the record: after as-of the row is left out. Other times after as-of are set to null. */
  dates?: true
}

/** A table of the source contract. */
export type SourceTableName =
  | 'org'
  | 'app_user'
  | 'job'
  | 'job_share'
  | 'candidate'
  | 'application'
  | 'stage_event'
  | 'resume'
  | 'resume_skill'
  | 'assessment'
  | 'screening'
  | 'credit_event'

const columns = z.registry<SourceColumn>()

type Options = Omit<SourceColumn, 'type' | 'required'>
const described = <Schema extends z.ZodType>(schema: Schema, column: SourceColumn): Schema => {
  columns.add(schema, column)
  return schema
}
const optional = <Schema extends z.ZodType>(schema: Schema, type: SourceColumn['type'], options: Options = {}) =>
  described(schema.nullable(), { type, required: false, ...options })
const required = <Schema extends z.ZodType>(schema: Schema, type: SourceColumn['type'], options: Options = {}) =>
  described(schema, { type, required: true, ...options })

const instant = () =>
  z
    .string()
    .regex(
      /^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{1,6})?)?$/,
      'not "YYYY-MM-DD hh:mm:ss[.ffffff]" in UTC, nor "YYYY-MM-DD"',
    )
const decimal = () => z.string().regex(/^-?\d+(\.\d+)?$/, 'not a decimal number')

const text = (options?: Options) => required(z.string(), 'TEXT', options)
const textOrNull = (options?: Options) => optional(z.string(), 'TEXT', options)
const time = (options?: Options) => required(instant(), 'TIMESTAMP', options)
const timeOrNull = (options?: Options) => optional(instant(), 'TIMESTAMP', options)
const boolean = () => required(z.boolean(), 'BOOLEAN')
const integer = () => required(z.int(), 'INTEGER')
const oneOf = (values: readonly string[]) => text({ values })
const ref = (table: SourceTableName) => text({ references: { table, needed: true } })
const refOrNull = (table: SourceTableName, needed = false) => textOrNull({ references: { table, needed } })

/**
 * The source contract, version 1: one zod schema per table an adapter delivers. Ids are text; a time is UTC text
 * "YYYY-MM-DD hh:mm:ss[.ffffff]", or "YYYY-MM-DD" where the source knows the day only (midnight on the org clock);
 * a decimal is text. Column order is the contract's; it decides which of two rows with one key stays.
 */
export const sourceRows = {
  org: z.strictObject({ org_id: text(), name: textOrNull(), time_zone: textOrNull(), created_at: timeOrNull() }),
  app_user: z.strictObject({
    user_id: text(),
    org_id: ref('org'),
    email: textOrNull(),
    name: textOrNull(),
    role: textOrNull({ values: roles }),
    is_active: boolean(),
  }),
  job: z.strictObject({
    job_id: text(),
    org_id: ref('org'),
    owner_user_id: refOrNull('app_user'),
    title: text(),
    department: textOrNull(),
    location_raw: textOrNull(),
    status: oneOf(jobStatuses),
    created_at: timeOrNull({ dates: true }),
    closed_at: timeOrNull(),
    is_deleted: boolean(),
  }),
  job_share: z.strictObject({ job_id: ref('job'), user_id: ref('app_user') }),
  candidate: z.strictObject({
    candidate_id: text(),
    org_id: ref('org'),
    name: textOrNull(),
    city_raw: textOrNull(),
    created_at: timeOrNull({ dates: true }),
    merged_into_id: textOrNull(),
    is_deleted: boolean(),
  }),
  application: z.strictObject({
    application_id: text(),
    candidate_id: ref('candidate'),
    job_id: refOrNull('job', true),
    applied_at: time({ dates: true }),
    source: textOrNull(),
    stage: oneOf(stages),
    outcome: oneOf(outcomes),
    outcome_at: timeOrNull(),
    is_deleted: boolean(),
  }),
  stage_event: z.strictObject({
    event_id: text(),
    application_id: ref('application'),
    seq: integer(),
    stage: oneOf(stages),
    outcome: oneOf(outcomes),
    occurred_at: time({ dates: true }),
  }),
  resume: z.strictObject({
    resume_id: text(),
    candidate_id: ref('candidate'),
    job_id: refOrNull('job'),
    created_at: time({ dates: true }),
    city_raw: textOrNull(),
    overall_score: optional(decimal(), 'DECIMAL(9,3)'),
    score_max: optional(decimal(), 'DECIMAL(9,3)'),
  }),
  resume_skill: z.strictObject({ resume_id: ref('resume'), ordinal: integer(), skill_raw: text() }),
  assessment: z.strictObject({
    assessment_id: text(),
    candidate_id: ref('candidate'),
    job_id: refOrNull('job'),
    assigned_at: time({ dates: true }),
    completed_at: timeOrNull(),
    score_pct: optional(decimal(), 'DECIMAL(6,3)'),
  }),
  screening: z.strictObject({
    screening_id: text(),
    candidate_id: ref('candidate'),
    job_id: refOrNull('job'),
    assigned_at: time({ dates: true }),
    completed_at: timeOrNull(),
    revoked: boolean(),
  }),
  credit_event: z.strictObject({
    credit_event_id: text(),
    org_id: ref('org'),
    job_id: refOrNull('job'),
    candidate_id: refOrNull('candidate'),
    service: text(),
    credits: required(decimal(), 'DECIMAL(18,4)'),
    occurred_at: time({ dates: true }),
  }),
} as const satisfies Record<SourceTableName, z.ZodObject>

/** A source row by table, as an adapter's SELECT delivers it. */
export type SourceRow<Table extends SourceTableName> = z.infer<(typeof sourceRows)[Table]>

/** All rows of a source in memory; an absent table is "not available". For tests and small imports. */
export type SourceRows = { [Table in SourceTableName]?: SourceRow<Table>[] }

/** The order in which tables are read and judged: a table comes after those it refers to. */
export const sourceTableNames = Object.keys(sourceRows) as SourceTableName[]

/** The tables without which nothing can be exported. */
export const requiredSourceTables = ['org', 'app_user', 'job', 'candidate', 'application'] as const

/** The tables whose absence makes what depends on them null. */
export const optionalSourceTables = [
  'job_share',
  'stage_event',
  'resume',
  'resume_skill',
  'assessment',
  'screening',
  'credit_event',
] as const

/** A table that a source may lack; what depends on it is null then. */
export type OptionalSourceTable = (typeof optionalSourceTables)[number]

/** Primary key columns by table. */
export const sourceKeys = {
  org: ['org_id'],
  app_user: ['user_id'],
  job: ['job_id'],
  job_share: ['job_id', 'user_id'],
  candidate: ['candidate_id'],
  application: ['application_id'],
  stage_event: ['event_id'],
  resume: ['resume_id'],
  resume_skill: ['resume_id', 'ordinal'],
  assessment: ['assessment_id'],
  screening: ['screening_id'],
  credit_event: ['credit_event_id'],
} as const satisfies Record<SourceTableName, readonly string[]>

/** The columns of a source table, in contract order. */
export const sourceColumns = (table: SourceTableName): (SourceColumn & { name: string })[] =>
  Object.entries(sourceRows[table].shape).map(([name, schema]) => {
    const column = columns.get(schema as z.ZodType)
    if (!column) throw new Error(`source contract: ${table}.${name} has no column description`)
    return { name, ...column }
  })
