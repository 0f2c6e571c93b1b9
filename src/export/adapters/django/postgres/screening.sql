-- The automated video interview is the personality screening. One of no candidate is left out.
SELECT
  id::text AS screening_id,
  candidate_id::text AS candidate_id,
  job_id::text AS job_id,
  assigned_at,
  completed_time AS completed_at,
  coalesce(revoked, false) AS revoked
FROM screenings_personalityscreening
WHERE candidate_id IS NOT NULL
