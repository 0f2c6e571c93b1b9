/** What the exporter's configuration settles and the oracle needs. */
export interface OracleConfig {
  /** UTC 'YYYY-MM-DD hh:mm:ss[.ffffff]'. */
  asOf: string
  /** By org id; precedes the source's own time zone. */
  orgs?: Record<string, { timeZone?: string; weekStart?: 'monday' | 'sunday' }>
  /** For orgs that have a zone neither here nor in the source; default UTC. */
  defaultTimeZone?: string
  /** Whose names a bundle holds; default 'hired'. */
  names?: 'none' | 'hired' | 'all'
  /** Raw text → text shown, null to drop it. */
  aliases?: { city?: Record<string, string | null>; skill?: Record<string, string | null> }
}
