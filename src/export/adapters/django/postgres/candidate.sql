-- A candidate has no organisation of its own: it is the lowest of those of the jobs applied to. Who applied to none is
-- in no organisation and left out. The models know neither merges nor deletions of candidates.
WITH job_org AS MATERIALIZED (
  SELECT
    j.id AS job_id,
    coalesce(o.org_id, (
      SELECT min(u.org_id)
      FROM jobs_job_users_shared_with s
      JOIN accounts_myuser u ON u.id = s.myuser_id
      WHERE s.job_id = j.id
    )) AS org_id
  FROM jobs_job j
  LEFT JOIN accounts_myuser o ON o.id = j.owner_id
), candidate_org AS (
  SELECT a.candidate_id, min(j.org_id) AS org_id
  FROM candidates_candidate_applied_jobs a
  LEFT JOIN job_org j ON j.job_id = a.job_id
  GROUP BY a.candidate_id
), located AS (
  -- to_jsonb, so that the column may be jsonb, json or text.
  SELECT c.id, o.org_id, c.name, c.created_at, to_jsonb(c.location) AS location, to_jsonb(c.location) #>> '{}' AS plain
  FROM candidates_candidate c
  JOIN candidate_org o ON o.candidate_id = c.id
)
SELECT
  id::text AS candidate_id,
  org_id::text AS org_id,
  name::text AS name,
  CASE
    WHEN jsonb_typeof(location) = 'object'
      THEN CASE WHEN jsonb_typeof(location -> 'city') = 'string' THEN location ->> 'city' END
    WHEN jsonb_typeof(location) <> 'string' THEN NULL
    -- A string that holds an object: its city is cut out, because a cast would fail on text that is no JSON. Only what
    -- certainly is a string literal of JSON is cast (no lone surrogate, no \u0000).
    WHEN plain ~ '^\s*\{' THEN (
      '"' || substring(plain from '"city"\s*:\s*"((?:[^"\\[:cntrl:]]|\\["\\/bfnrt]|\\u(?!0000|d[89a-fA-F]|D[89a-fA-F])[0-9a-fA-F]{4}|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})*)"') || '"'
    )::jsonb #>> '{}'
    ELSE plain
  END AS city_raw,
  created_at,
  NULL::text AS merged_into_id,
  false AS is_deleted
FROM located
