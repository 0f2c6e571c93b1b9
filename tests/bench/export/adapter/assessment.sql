SELECT
  id::text AS assessment_id,
  candidate_id::text AS candidate_id,
  job_id::text AS job_id,
  assigned_at,
  completed_at,
  CASE WHEN completed_at IS NOT NULL THEN score END AS score_pct
FROM assessment
