import type { BundleOrg } from './bundle.ts'
import type { Staging } from './staging.ts'
import { scopeId } from './secret.ts'

/** A distinct set of visible jobs of one org, and who sees exactly these. */
export interface Scope {
  id: string
  /** Sorted by code point. */
  jobIds: readonly string[]
  userIds: readonly string[]
}

/** A user as scopes see them. */
export interface Viewer {
  userId: string
  admin: boolean
  /** Jobs that they own or that are shared with them. */
  jobIds: Iterable<string>
}

const byCodePoint = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** Groups viewers by what they see. `jobIds`: every job of the org that is not deleted. Pure. */
export const groupViewers = (
  secret: Uint8Array,
  orgId: string,
  jobIds: Iterable<string>,
  viewers: Iterable<Viewer>,
): Scope[] => {
  const all = new Set(jobIds)
  const scopes = new Map<string, { id: string; jobIds: string[]; userIds: string[] }>()
  for (const { userId, admin, jobIds } of viewers) {
    const visible = admin ? all : new Set([...jobIds].filter((job) => all.has(job)))
    const sorted = [...visible].sort(byCodePoint)
    const id = scopeId(secret, orgId, sorted)
    const scope = scopes.get(id) ?? { id, jobIds: sorted, userIds: [] }
    scope.userIds.push(userId)
    scopes.set(id, scope)
  }
  return [...scopes.values()].sort((a, b) => byCodePoint(a.id, b.id))
}

/** The orgs that were staged, with their settled clocks. */
export const readOrgs = async (staging: Staging): Promise<BundleOrg[]> => {
  const rows = await staging.rows('SELECT k, org_id, name, time_zone, week_start FROM staged.org ORDER BY k')
  return rows.map(({ k, org_id, name, time_zone, week_start }) => ({
    k: Number(k),
    id: String(org_id),
    name: name === null ? null : String(name),
    timeZone: String(time_zone),
    weekStart: week_start === 'sunday' ? 'sunday' : 'monday',
  }))
}

/** The scopes of one org: one for each distinct set of visible jobs among its active users. */
export const readScopes = async (
  staging: Staging,
  secret: Uint8Array,
  org: { k: number; id: string },
): Promise<Scope[]> => {
  const jobs = await staging.rows(`SELECT job_id FROM live.job WHERE org_k = ${org.k}`)
  const users = await staging.rows(
    `SELECT user_id, role FROM staged.app_user WHERE org_k = ${org.k} AND is_active ORDER BY user_id`,
  )
  const seen = await staging.rows(`SELECT owner_user_id AS user_id, job_id FROM live.job
    WHERE org_k = ${org.k} AND owner_user_id IS NOT NULL
    UNION SELECT user_id, job_id FROM staged.job_share WHERE org_k = ${org.k}`)
  const jobsOf = new Map<string, string[]>()
  for (const { user_id, job_id } of seen) {
    const list = jobsOf.get(String(user_id)) ?? []
    list.push(String(job_id))
    jobsOf.set(String(user_id), list)
  }
  return groupViewers(
    secret,
    org.id,
    jobs.map(({ job_id }) => String(job_id)),
    users.map(({ user_id, role }) => ({
      userId: String(user_id),
      admin: role === 'admin',
      jobIds: jobsOf.get(String(user_id)) ?? [],
    })),
  )
}

/** How many applications there are to each job of an org that has any, by job id. */
export const countApplications = async (staging: Staging, org: { k: number }): Promise<ReadonlyMap<string, number>> => {
  const rows = await staging.rows(`SELECT job_id, count(*)::INTEGER AS n FROM live.application
    JOIN live.job ON job.k = application.job_k WHERE application.org_k = ${org.k} GROUP BY job_id`)
  return new Map(rows.map(({ job_id, n }) => [String(job_id), Number(n)]))
}
