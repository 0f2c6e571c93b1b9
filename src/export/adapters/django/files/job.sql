-- A job has no organisation of its own: it is its owner's, or, without one, the lowest of those it is shared with.
-- close_date is a day: it has come when that day has begun by UTC.
WITH shared AS (
  SELECT s.job_id, min(CAST(u.org_id AS BIGINT)) AS org_id
  FROM jobs_job_users_shared_with AS s
  JOIN accounts_myuser AS u ON u.id = s.myuser_id
  GROUP BY s.job_id
)
SELECT
  CAST(j.id AS VARCHAR) AS job_id,
  CAST(coalesce(CAST(o.org_id AS BIGINT), s.org_id) AS VARCHAR) AS org_id,
  CAST(j.owner_id AS VARCHAR) AS owner_user_id,
  CAST(j.title AS VARCHAR) AS title,
  CAST(NULL AS VARCHAR) AS department,
  CAST(j.location AS VARCHAR) AS location_raw,
  CASE
    WHEN CAST(j.close_date AS DATE) <= getvariable('as_of') THEN 'closed'
    WHEN CAST(j.published AS BOOLEAN) THEN 'open'
    ELSE 'draft'
  END AS status,
  CAST(j.created_at AS TIMESTAMPTZ) AS created_at,
  CASE WHEN CAST(j.close_date AS DATE) <= getvariable('as_of') THEN CAST(j.close_date AS DATE) END AS closed_at,
  coalesce(CAST(j.is_deleted AS BOOLEAN), FALSE) AS is_deleted
FROM jobs_job AS j
LEFT JOIN accounts_myuser AS o ON o.id = j.owner_id
LEFT JOIN shared AS s ON s.job_id = j.id
