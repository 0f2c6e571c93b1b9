-- When a file was attached is not told; it came with its candidate. Without resume_skill.sql skills are not available.
SELECT
  a.candidate_id::text || ':' || a."index"::text AS resume_id,
  a.candidate_id::text AS candidate_id,
  NULL::text AS job_id,
  coalesce(c.created_at, a._fivetran_synced) AS created_at,
  NULL::text AS city_raw,
  NULL::numeric AS overall_score,
  NULL::numeric AS score_max
FROM attachment AS a
LEFT JOIN candidate AS c ON c.id = a.candidate_id
WHERE a.type = 'resume'
