-- A résumé that two candidates share belongs to the lower candidate id; one that no candidate has is left out.
SELECT
  CAST(r.id AS VARCHAR) AS resume_id,
  CAST(o.candidate_id AS VARCHAR) AS candidate_id,
  CAST(r.job_id AS VARCHAR) AS job_id,
  CAST(r.created_at AS TIMESTAMPTZ) AS created_at,
  CASE
    WHEN json_type(CAST(r.resume_json AS JSON), '$.addresses.city') = 'VARCHAR'
      THEN CAST(r.resume_json AS JSON) ->> '$.addresses.city'
  END AS city_raw,
  CASE
    WHEN regexp_matches(CAST(r.overall_score AS VARCHAR), '^\s*[+-]?[0-9]{1,6}(\.[0-9]{1,6})?\s*$')
      THEN CAST(regexp_replace(CAST(r.overall_score AS VARCHAR), '[\s+]', '', 'g') AS DECIMAL(12,6))
  END AS overall_score,
  CAST(10 AS DECIMAL(9,3)) AS score_max
FROM resumes_resume AS r
JOIN (
  SELECT resume_id, min(CAST(candidate_id AS BIGINT)) AS candidate_id
  FROM candidates_candidate_resumes
  GROUP BY resume_id
) AS o ON o.resume_id = r.id
