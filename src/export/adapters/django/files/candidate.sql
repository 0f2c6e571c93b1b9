-- A candidate has no organisation of its own: it is the lowest of those of the jobs applied to. Who applied to none is
-- in no organisation and left out. The models know neither merges nor deletions of candidates.
WITH shared AS (
  SELECT s.job_id, min(CAST(u.org_id AS BIGINT)) AS org_id
  FROM jobs_job_users_shared_with AS s
  JOIN accounts_myuser AS u ON u.id = s.myuser_id
  GROUP BY s.job_id
), candidate_org AS (
  SELECT a.candidate_id, min(coalesce(CAST(o.org_id AS BIGINT), s.org_id)) AS org_id
  FROM candidates_candidate_applied_jobs AS a
  LEFT JOIN jobs_job AS j ON j.id = a.job_id
  LEFT JOIN accounts_myuser AS o ON o.id = j.owner_id
  LEFT JOIN shared AS s ON s.job_id = j.id
  GROUP BY a.candidate_id
), located AS (
  -- What is no JSON is text.
  SELECT
    c.id,
    o.org_id,
    c.name,
    c.created_at,
    TRY_CAST(c.location AS JSON) AS location,
    coalesce(TRY_CAST(c.location AS JSON) ->> '$', CAST(c.location AS VARCHAR)) AS plain
  FROM candidates_candidate AS c
  JOIN candidate_org AS o ON o.candidate_id = c.id
)
SELECT
  CAST(id AS VARCHAR) AS candidate_id,
  CAST(org_id AS VARCHAR) AS org_id,
  CAST(name AS VARCHAR) AS name,
  CASE
    WHEN json_type(location) = 'OBJECT'
      THEN CASE WHEN json_type(location, '$.city') = 'VARCHAR' THEN location ->> '$.city' END
    WHEN json_type(location) <> 'VARCHAR' THEN NULL
    -- A string that holds an object: its city is cut out, because a cast would fail on text that is no JSON. Only what
    -- certainly is a string literal of JSON is read (no lone surrogate, no \u0000).
    WHEN regexp_matches(plain, '^\s*\{') THEN
      nullif(regexp_extract(plain, '"city"\s*:\s*("(?:[^"\\[:cntrl:]]|\\["\\/bfnrt]|\\u(?:[1-9a-cA-Ce-fE-F][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}|0[1-9a-fA-F][0-9a-fA-F]{2}|00[1-9a-fA-F][0-9a-fA-F]|000[1-9a-fA-F])|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})*")', 1), '') ->> '$'
    ELSE plain
  END AS city_raw,
  CAST(created_at AS TIMESTAMPTZ) AS created_at,
  CAST(NULL AS VARCHAR) AS merged_into_id,
  FALSE AS is_deleted
FROM located
