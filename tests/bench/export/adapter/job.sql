SELECT
  id::text AS job_id,
  org_id::text AS org_id,
  owner_id::text AS owner_user_id,
  title,
  department,
  location AS location_raw,
  status,
  created_at,
  closed_at,
  false AS is_deleted
FROM job
