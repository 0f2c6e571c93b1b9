-- A job has no organisation of its own: it is its owner's, or, without one, the lowest of those it is shared with.
-- close_date is a day: it has come when that day has begun by UTC.
SELECT
  j.id::text AS job_id,
  coalesce(o.org_id, (
    SELECT min(u.org_id)
    FROM jobs_job_users_shared_with s
    JOIN accounts_myuser u ON u.id = s.myuser_id
    WHERE s.job_id = j.id
  ))::text AS org_id,
  j.owner_id::text AS owner_user_id,
  j.title::text AS title,
  NULL::text AS department,
  j.location::text AS location_raw,
  CASE
    WHEN j.close_date <= current_setting('hirescope.as_of')::timestamptz THEN 'closed'
    WHEN j.published THEN 'open'
    ELSE 'draft'
  END AS status,
  j.created_at,
  CASE WHEN j.close_date <= current_setting('hirescope.as_of')::timestamptz THEN j.close_date END AS closed_at,
  coalesce(j.is_deleted, false) AS is_deleted
FROM jobs_job j
LEFT JOIN accounts_myuser o ON o.id = j.owner_id
