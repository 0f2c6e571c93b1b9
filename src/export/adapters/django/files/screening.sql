-- The automated video interview is the personality screening. One of no candidate is left out.
SELECT
  CAST(id AS VARCHAR) AS screening_id,
  CAST(candidate_id AS VARCHAR) AS candidate_id,
  CAST(job_id AS VARCHAR) AS job_id,
  CAST(assigned_at AS TIMESTAMPTZ) AS assigned_at,
  CAST(completed_time AS TIMESTAMPTZ) AS completed_at,
  coalesce(CAST(revoked AS BOOLEAN), FALSE) AS revoked
FROM screenings_personalityscreening
WHERE candidate_id IS NOT NULL
