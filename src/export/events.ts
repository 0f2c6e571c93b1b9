import { bundleTableNames, sourceTableNames } from 'hirescope/contract'
import { z } from 'zod'

const count = z.int().nonnegative()
const seconds = z.number().nonnegative()
const org = z.string()
const table = z.enum(sourceTableNames)
const error = z.string()
const stage = z.enum(['read', 'judge', 'normalise', 'write'])

const event = <Shape extends z.ZodRawShape>(description: string, shape: Shape) =>
  z.strictObject(shape).meta({ description })

/**
 * What an export says of itself, by event: its meaning and its own fields. Ids of rows, types, counts and seconds, never an
 * applicant's data nor the address of a bundle.
 */
export const eventFields = {
  run_started: event('A run begins.', {
    command: z.enum(['export', 'rollback', 'dry-run', 'verify']),
    /** Of hirescope. */
    version: z.string(),
    source: z.enum(['postgres', 'pglite', 'files']),
    adapter: z.string(),
  }),
  read_failed: event('The read failed in a way that may pass by itself; it begins anew after so many seconds.', {
    error,
    wait: seconds,
    retry: count,
    retries: count,
  }),
  table_read: event('A table of the source is in the working database.', { table, rows: count }),
  stage_started: event('A stage of the run begins.', { stage }),
  stage_finished: event('A stage of the run is over.', { stage, seconds }),
  scope_started: event('A bundle is being made, of so many jobs.', { org, scope: count, scopes: count, jobs: count }),
  emails_shared: event('E-mail addresses of users who see different jobs; they give no access.', {
    org,
    emails: count,
  }),
  org_published: event(
    'An organisation is published; `changed` bundles have new data files, `rows` are over all scopes.',
    {
      org,
      scopes: count,
      changed: count,
      rows: count,
      bytes: count,
      seconds,
      /** Rows of the source that belong to the org, also those that were rejected. */
      read: z.partialRecord(table, count),
      written: z.partialRecord(z.enum(bundleTableNames), count),
    },
  ),
  org_failed: event('An organisation is not published; its last dataset stays.', {
    org,
    error,
    seconds,
    read: z.partialRecord(table, count),
  }),
  rows_judged: event('Rows that were rejected, left out or odd; without an organisation: rows that belong to none.', {
    org: org.nullable(),
    table,
    kind: z.enum(['rejected', 'left_out', 'odd']),
    reason: z.string(),
    rows: count,
    /** The keys of up to three of them. */
    sample: z.array(z.string()),
  }),
  exported: event('All organisations that were asked for are done.', {
    as_of: z.string(),
    orgs: count,
    published: count,
    scopes: count,
    changed: count,
    rows: count,
    bytes: count,
    rejected: count,
    seconds: z.record(stage, seconds),
  }),
  org_rolled_back: event(
    'The previous dataset of an organisation is published again; `kept` scopes were not there then and keep theirs.',
    { org, exported_at: z.string(), scopes: count, kept: count },
  ),
  table_planned: event(
    'What a table of the source holds: counted, or what the server reckons; `null` where the adapter has none.',
    { table, rows: count.nullable(), exact: z.boolean() },
  ),
  org_planned: event(
    'What would be written for an organisation: bundles that are new, that change with a setting, that are there (their files change where rows did) and that no user needs any more.',
    { org, scopes: count, users: count, new: count, changed: count, there: count, retired: count },
  ),
  scope_planned: event('A bundle that would be written.', {
    org,
    jobs: count,
    users: count,
    fate: z.enum(['new', 'changed', 'there']),
  }),
  org_failing: event('An organisation would not be published.', { org, error }),
  planned: event('The dry run has seen everything; nothing was written.', {
    as_of: z.string(),
    orgs: count,
    failing: count,
    scopes: count,
  }),
  viewers_mapped: event('What nginx needs is written; `ambiguous` and `unusable` ids and hashes are left out.', {
    /** User ids and e-mail hashes. */
    viewers: count,
    /** Those that stand for different bundles in different organisations. */
    ambiguous: count,
    /** Those that no header can carry. */
    unusable: count,
  }),
  fault_found: event(
    'Something published is not as it must be; without a scope it is the whole organisation’s, without an organisation the target’s.',
    { org: org.nullable(), scope: z.string().max(8).nullable(), fault: z.string() },
  ),
  org_verified: event('An organisation was read again and checked.', {
    org,
    scopes: count,
    files: count,
    rows: count,
    bytes: count,
    faults: count,
    seconds,
  }),
  verified: event('All that was asked for was read again and checked.', {
    orgs: count,
    scopes: count,
    files: count,
    rows: count,
    bytes: count,
    faults: count,
  }),
  run_finished: event('The run is over; always the last event.', {
    command: z.enum(['export', 'rollback', 'dry-run', 'verify', 'print-grants']),
    exit_code: count,
    error: error.nullable(),
    seconds,
  }),
} as const

/** What an event is called. */
export type EventName = keyof typeof eventFields

/** Something that happened in a run. */
export type ExportEvent = {
  [Name in EventName]: { event: Name } & z.infer<(typeof eventFields)[Name]>
}[EventName]

/** An event of one name. */
export type EventOf<Name extends EventName> = Extract<ExportEvent, { event: Name }>

const stamp = {
  time: z.iso.datetime(),
  /** Of one run: its start and a random part. Its report has the same name. */
  run: z.string().regex(/^\d{8}T\d{9}Z-[0-9a-f]{8}$/),
  level: z.enum(['info', 'warn', 'error']),
}

const stamped = Object.entries(eventFields).map(([name, fields]) =>
  z.strictObject({ ...stamp, event: z.literal(name), ...fields.shape }),
)

/** A line of `--json`. */
export const loggedEvent = z.discriminatedUnion(
  'event',
  stamped as unknown as [(typeof stamped)[number], ...typeof stamped],
) as unknown as z.ZodType<LoggedEvent>

/** An event with the time, the run and the level that stand on its line of JSON. */
export type LoggedEvent = { [Name in keyof typeof stamp]: z.infer<(typeof stamp)[Name]> } & ExportEvent

/** Told what the export is doing, for a terminal, a log or a report. */
export interface Reporter {
  event: (event: ExportEvent) => void
}

const levelOf = (event: ExportEvent): LoggedEvent['level'] => {
  switch (event.event) {
    case 'org_failed':
    case 'org_failing':
    case 'fault_found':
      return 'error'
    case 'run_finished':
      return event.exit_code === 0 ? 'info' : 'error'
    case 'read_failed':
    case 'emails_shared':
      return 'warn'
    case 'rows_judged':
      return event.kind === 'rejected' ? 'warn' : 'info'
    default:
      return 'info'
  }
}

/** An event as it stands in a log. */
export const logged = (run: string, time: Date, event: ExportEvent): LoggedEvent => ({
  time: time.toISOString(),
  run,
  level: levelOf(event),
  ...event,
})

const number = (value: number) => value.toLocaleString('en')

/** What people are told of an event, and whether it is soon out of date, stays, or says why the run failed. */
export interface Told {
  kind: 'progress' | 'line' | 'failure'
  text: string
}

const progress = (text: string): Told => ({ kind: 'progress', text })
const line = (text: string): Told => ({ kind: 'line', text })

const fateWords = { new: 'new', changed: 'changes with a setting', there: 'there already' }

/** An event for people; null for one that is of no use to them. */
export const inWords = (event: ExportEvent): Told | null => {
  switch (event.event) {
    case 'read_failed':
      return progress(
        `${event.error}; reading again in ${event.wait.toFixed(1)} s (${event.retry} of ${event.retries})`,
      )
    case 'table_read':
      return progress(`read ${event.table}: ${event.rows} rows`)
    case 'stage_started':
      return event.stage === 'normalise' ? progress('normalising') : null
    case 'scope_started':
      return progress(`org ${event.org}: scope ${event.scope} of ${event.scopes}, ${event.jobs} jobs`)
    case 'emails_shared':
      return progress(
        `org ${event.org}: ${event.emails} e-mail addresses of users who see different jobs give no access`,
      )
    case 'org_published': {
      const { org, scopes, changed, rows, bytes } = event
      return line(`org ${org}: ${scopes} scopes (${changed} changed), ${number(rows)} rows, ${number(bytes)} bytes`)
    }
    case 'org_failed':
      return line(`org ${event.org}: failed, its last dataset stays: ${event.error}`)
    case 'rows_judged': {
      const { org, table, kind, reason, rows, sample } = event
      const ids = `${sample.map((id) => JSON.stringify(id)).join(', ')}${rows > sample.length ? ', …' : ''}`
      const owner = org === null ? 'rows of no org: ' : '  '
      return line(`${owner}${table}: ${number(rows)} ${kind === 'left_out' ? 'left out' : kind}, ${reason} (${ids})`)
    }
    case 'exported': {
      const { as_of, orgs, published, scopes, rows, bytes, rejected, seconds } = event
      return line(
        `as of ${as_of} UTC: ${published} of ${orgs} orgs published, ${number(scopes)} scopes, ${number(rows)} rows, ${number(bytes)} bytes, ${number(rejected)} rejected; ${seconds.read} s reading, ${seconds.judge} s judging, ${seconds.normalise} s normalising, ${seconds.write} s writing`,
      )
    }
    case 'org_rolled_back': {
      const { org, exported_at, scopes, kept } = event
      const others = kept ? `; ${kept} scopes that were not there then keep theirs` : ''
      return line(`org ${org}: rolled back to the dataset exported at ${exported_at}, ${scopes} scopes${others}`)
    }
    case 'table_planned': {
      const { table, rows, exact } = event
      return line(rows === null ? `${table}: not available` : `${table}: ${exact ? '' : 'about '}${number(rows)} rows`)
    }
    case 'org_planned': {
      const { org, scopes, users, changed, there, retired } = event
      const fates = `${event.new} new, ${changed} changed, ${there} there already, ${retired} to retire`
      return line(`org ${org}: ${number(scopes)} scopes for ${number(users)} users: ${fates}`)
    }
    case 'scope_planned':
      return line(`  ${number(event.jobs)} jobs, ${number(event.users)} users: ${fateWords[event.fate]}`)
    case 'org_failing':
      return line(`org ${event.org}: would fail: ${event.error}`)
    case 'planned': {
      const { as_of, orgs, failing, scopes } = event
      return line(
        `as of ${as_of} UTC: ${orgs - failing} of ${orgs} orgs would be published, ${number(scopes)} scopes; nothing was written`,
      )
    }
    case 'viewers_mapped': {
      const { viewers, ambiguous, unusable } = event
      const left = [
        ...(ambiguous
          ? [`${number(ambiguous)} left out that stand for different bundles in different organisations`]
          : []),
        ...(unusable ? [`${number(unusable)} left out that no header can carry`] : []),
      ]
      return line(`nginx: ${[`${number(viewers)} user ids and e-mail hashes`, ...left].join(', ')}; have nginx reload`)
    }
    case 'fault_found': {
      const { org, scope, fault } = event
      const place = org === null ? 'target: ' : `org ${org}: ${scope === null ? '' : `scope ${scope}…: `}`
      return line(`${place}${fault}`)
    }
    case 'org_verified': {
      const { org, scopes, files, rows, bytes, faults } = event
      return line(
        `org ${org}: ${number(scopes)} scopes, ${number(files)} files, ${number(rows)} rows, ${number(bytes)} bytes: ${number(faults)} faults`,
      )
    }
    case 'verified': {
      const { orgs, scopes, rows, faults } = event
      return line(
        `verified ${number(orgs)} orgs, ${number(scopes)} scopes, ${number(rows)} rows: ${number(faults)} faults`,
      )
    }
    case 'run_finished':
      return event.error === null ? null : { kind: 'failure', text: `${event.command} failed: ${event.error}` }
    default:
      return null
  }
}
