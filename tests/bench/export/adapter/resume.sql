SELECT
  id::text AS resume_id,
  candidate_id::text AS candidate_id,
  job_id::text AS job_id,
  created_at,
  city AS city_raw,
  score AS overall_score,
  10::numeric AS score_max
FROM resume
