SELECT
  id::text AS screening_id,
  candidate_id::text AS candidate_id,
  job_id::text AS job_id,
  assigned_at,
  completed_at,
  revoked
FROM screening
