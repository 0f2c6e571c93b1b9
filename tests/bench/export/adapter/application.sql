SELECT
  id::text AS application_id,
  candidate_id::text AS candidate_id,
  job_id::text AS job_id,
  applied_at,
  source,
  stage,
  outcome,
  CASE WHEN outcome <> 'active' THEN applied_at + interval '9 days' END AS outcome_at,
  false AS is_deleted
FROM application
