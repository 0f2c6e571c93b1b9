import type { TestServer } from '../../postgres.ts'

/** A database made for the bench. */
export interface Size {
  orgs: number
  /** Of each org, as the numbers that follow. */
  applications: number
  jobs: number
  /**
   * Users with different jobs: one sees all, each of the others a part as large as the other parts, but no more than half. Two
   * or more of them see together twice what there is.
   */
  viewers: number
}

/** As of when the bench exports: after the last record. */
export const asOf = '2026-10-01T00:00:00Z'

const from = "timestamp '2020-01-01'"
const seconds = 6 * 365 * 86_400

/**
 * The statements that make the tables of the source contract for a size, row by row from nothing but its number: about twelve
 * rows for an application, as a hiring platform has them. Ids are serial over all orgs.
 */
const sourceStatements = ({ orgs, applications, jobs, viewers }: Size): string[] => {
  const candidates = Math.ceil(0.9 * applications)
  const part = viewers > 1 ? Math.floor(jobs * Math.min(2 / (viewers - 1), 0.5)) : 0
  const each = (count: number, columns: string) =>
    `SELECT (o - 1) * ${count}::bigint + n AS id, o AS org_id, ${columns}
    FROM generate_series(1, ${orgs}) AS o, generate_series(1, ${count}) AS n`
  const relations: Record<string, string> = {
    organisation: `SELECT o AS id, 'Organisation ' || o AS name, 'Asia/Kolkata' AS time_zone, ${from} AS created_at
      FROM generate_series(1, ${orgs}) AS o`,
    member: each(viewers, `'Member ' || n AS name, CASE WHEN n = 1 THEN 'admin' ELSE 'participant' END AS role`),
    job: each(
      jobs,
      `(o - 1) * ${viewers}::bigint + 1 AS owner_id, 'Role ' || n % 97 AS title, 'Department ' || n % 12 AS department,
      'Place ' || n % 40 AS location, CASE n % 5 WHEN 0 THEN 'closed' ELSE 'open' END AS status,
      ${from} AS created_at, CASE n % 5 WHEN 0 THEN timestamp '2026-06-01' END AS closed_at`,
    ),
    share: `SELECT (o - 1) * ${jobs}::bigint + (n * ${part} + j) % ${jobs} + 1 AS job_id, (o - 1) * ${viewers}::bigint + n + 2 AS user_id
      FROM generate_series(1, ${orgs}) AS o, generate_series(0, ${viewers} - 2) AS n, generate_series(0, ${part} - 1) AS j`,
    candidate: each(
      candidates,
      `'Given' || (1000 * u(n, 1))::int || ' Family' || (9000 * u(n, 2))::int AS name, 'City ' || (200 * u(n, 3) ^ 2)::int AS city,
      ${from} AS created_at`,
    ),
    application: each(
      applications,
      `(o - 1) * ${candidates}::bigint + CASE WHEN n <= ${candidates} THEN n ELSE 1 + floor(${candidates} * u(n, 4)) END::bigint AS candidate_id,
      (o - 1) * ${jobs}::bigint + 1 + floor(${jobs} * u(n, 5))::bigint AS job_id,
      ${from} + floor(${seconds} * (n::float8 / ${applications})) * interval '1 second' AS applied_at,
      (ARRAY['careers page', 'referral', 'job board', NULL])[1 + floor(4 * u(n, 6))::int] AS source,
      (ARRAY['applied', 'resume_screening', 'assessment_test', 'video_interview', 'interview', 'offer'])[1 + floor(6 * u(n, 7) ^ 2)::int] AS stage,
      (ARRAY['active', 'active', 'rejected', 'rejected', 'withdrawn', 'on_hold', 'hired'])[1 + floor(7 * u(n, 8) ^ 1.5)::int] AS outcome`,
    ),
    stage_event: `SELECT row_number() OVER () AS id, a.id AS application_id, seq,
        (ARRAY['applied', 'resume_screening', 'assessment_test', 'video_interview', 'interview', 'offer'])[seq] AS stage,
        'active' AS outcome, a.applied_at + seq * interval '30 hours 7 seconds' AS occurred_at
      FROM application AS a, generate_series(1, 2 + floor(4.8 * u(a.id, 9))::int) AS seq`,
    resume: `SELECT a.id, a.candidate_id, CASE WHEN u(a.id, 10) < 0.9 THEN a.job_id END AS job_id, a.applied_at - interval '20 seconds' AS created_at,
        'City ' || (200 * u(a.id, 11) ^ 2)::int AS city, round((10 * u(a.id, 12))::numeric, 2) AS score
      FROM application AS a`,
    resume_skill: `SELECT r.id AS resume_id, ordinal, 'Skill ' || (320 * u(8 * r.id + ordinal, 13) ^ 2)::int AS skill
      FROM resume AS r, generate_series(1, 1 + floor(7 * u(r.id, 14))::int) AS ordinal`,
    assessment: `SELECT id, candidate_id, job_id, applied_at + interval '2 days' AS assigned_at,
        CASE WHEN u(id, 15) < 0.7 THEN applied_at + interval '4 days 11 hours' END AS completed_at, round((100 * u(id, 16))::numeric, 1) AS score
      FROM application WHERE u(id, 17) < 0.45`,
    screening: `SELECT id, candidate_id, job_id, applied_at + interval '5 days' AS assigned_at,
        CASE WHEN u(id, 18) < 0.7 THEN applied_at + interval '6 days 3 hours' END AS completed_at, u(id, 19) < 0.1 AS revoked
      FROM application WHERE u(id, 20) < 0.3`,
    credit: `SELECT id, org_id, job_id, candidate_id, (ARRAY['assessment', 'screening', 'parsing'])[1 + floor(3 * u(id, 21))::int] AS service,
        round((3 * u(id, 22))::numeric, 2) AS credits, applied_at + interval '1 hour' AS spent_at
      FROM application WHERE u(id, 23) < 0.75`,
  }
  return [
    `CREATE FUNCTION u(n bigint, seed bigint) RETURNS float8 LANGUAGE sql IMMUTABLE
      AS 'SELECT (hashint8extended(n, seed) & 1048575) / 1048576.0::float8'`,
    ...Object.entries(relations).map(([name, sql]) => `CREATE UNLOGGED TABLE ${name} AS ${sql}`),
    'ANALYZE',
  ]
}

/** Makes the database of a size and gives its name. */
export const makeSource = async (server: TestServer, size: Size, say: (line: string) => void): Promise<string> => {
  const database = `bench_${size.orgs}x${size.applications}`
  await server.create(database)
  const client = await server.connect(database)
  for (const sql of sourceStatements(size)) {
    say(sql.slice(0, sql.indexOf(' AS ')).toLowerCase())
    await client.query(sql)
  }
  // Hint bits are written now, not by the first that reads.
  await client.query('VACUUM')
  await client.end()
  return database
}
