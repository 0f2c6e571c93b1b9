-- When a file was attached is not told; it came with its candidate. Without resume_skill.sql skills are not available.
SELECT
  CAST(a.candidate_id AS VARCHAR) || ':' || CAST(a."index" AS VARCHAR) AS resume_id,
  CAST(a.candidate_id AS VARCHAR) AS candidate_id,
  CAST(NULL AS VARCHAR) AS job_id,
  coalesce(CAST(c.created_at AS TIMESTAMPTZ), CAST(a._fivetran_synced AS TIMESTAMPTZ)) AS created_at,
  CAST(NULL AS VARCHAR) AS city_raw,
  CAST(NULL AS DECIMAL(9,3)) AS overall_score,
  CAST(NULL AS DECIMAL(9,3)) AS score_max
FROM attachment AS a
LEFT JOIN candidate AS c ON c.id = a.candidate_id
WHERE a.type = 'resume'
