-- A résumé that two candidates share belongs to the lower candidate id; one that no candidate has is left out.
SELECT
  r.id::text AS resume_id,
  o.candidate_id::text AS candidate_id,
  r.job_id::text AS job_id,
  r.created_at,
  CASE WHEN jsonb_typeof(r.resume_json #> '{addresses,city}') = 'string' THEN r.resume_json #>> '{addresses,city}' END
    AS city_raw,
  CASE WHEN r.overall_score::text ~ '^\s*[+-]?[0-9]{1,6}(\.[0-9]{1,6})?\s*$' THEN r.overall_score::numeric END
    AS overall_score,
  10::numeric AS score_max
FROM resumes_resume r
JOIN (
  SELECT resume_id, min(candidate_id) AS candidate_id
  FROM candidates_candidate_resumes
  GROUP BY resume_id
) o ON o.resume_id = r.id
