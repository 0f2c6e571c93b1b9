import type { BundleTableName, SourceTableName } from 'hirescope/contract'
import type { Reporter } from './events.ts'
import type { IssueCount } from './limits.ts'

/** What happened to one org. */
export interface OrgSummary {
  org: string
  /** Why nothing was published; null if it was. */
  error: string | null
  scopes: number
  changed: number
  rows: number
  bytes: number
  issues: IssueCount[]
  seconds: number
  /** Rows of the source that belong to the org, also those that were rejected. */
  read: Partial<Record<SourceTableName, number>>
  /** Rows of all its bundles. */
  written: Partial<Record<BundleTableName, number>>
}

/** What an export did. */
export interface ExportSummary {
  asOf: string
  orgs: OrgSummary[]
  /** How many orgs the source holds, also those that were not asked for. */
  known: number
  /** Orgs for which the configuration has settings and the source no row. */
  missing: string[]
  /** Rows that belong to no org. */
  unattributed: IssueCount[]
  read: Partial<Record<SourceTableName, number>>
  /** Seconds by stage. */
  seconds: Record<'read' | 'judge' | 'normalise' | 'write', number>
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** The counts by name of those that are not nothing. */
export const counted = <Name extends string>(names: readonly Name[], count: (name: Name) => number) =>
  Object.fromEntries(names.map((name) => [name, count(name)]).filter(([, total]) => total !== 0)) as Partial<
    Record<Name, number>
  >

export const tellIssues = (reporter: Reporter | undefined, org: string | null, issues: readonly IssueCount[]): void => {
  for (const issue of issues) reporter?.event({ event: 'rows_judged', org, ...issue })
}

export const tellOrg = (reporter: Reporter | undefined, { org, error, issues, ...rest }: OrgSummary): void => {
  const { seconds, read } = rest
  if (error === null) reporter?.event({ event: 'org_published', org, ...rest })
  else reporter?.event({ event: 'org_failed', org, error, seconds, read })
  tellIssues(reporter, org, issues)
}

export const tellAll = (reporter: Reporter | undefined, { asOf, orgs, unattributed, seconds }: ExportSummary): void => {
  const issues = [...orgs.flatMap((org) => org.issues), ...unattributed]
  reporter?.event({
    event: 'exported',
    as_of: asOf,
    orgs: orgs.length,
    published: orgs.filter(({ error }) => error === null).length,
    scopes: sum(orgs.map(({ scopes }) => scopes)),
    changed: sum(orgs.map(({ changed }) => changed)),
    rows: sum(orgs.map(({ rows }) => rows)),
    bytes: sum(orgs.map(({ bytes }) => bytes)),
    rejected: sum(issues.map(({ kind, rows }) => (kind === 'rejected' ? rows : 0))),
    seconds,
  })
}
