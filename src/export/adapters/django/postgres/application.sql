-- One row per candidate and job. Its state is the latest status row of the pair; it was made when the pair's first
-- résumé or stage event was, or else when the candidate was. The candidate's own flag "hired" may disagree: ignored.
-- The lists are read once, as scalars: a join on a computed name would mislead the planner by orders of magnitude.
WITH named AS (
  SELECT
    candidate_id,
    job_id,
    id,
    updated_at,
    stage_name,
    coalesce(
      (SELECT current_setting('hirescope.outcomes')::jsonb)
        ->> regexp_replace(lower(btrim(coalesce(status, ''))), '[\s_-]+', ' ', 'g'),
      'unknown'
    ) AS outcome
  FROM jobs_jobuniversalstatus
), latest AS (
  SELECT DISTINCT ON (candidate_id, job_id)
    candidate_id,
    job_id,
    updated_at,
    outcome,
    coalesce(
      (SELECT current_setting('hirescope.stages')::jsonb)
        ->> regexp_replace(lower(btrim(coalesce(stage_name, ''))), '[\s_-]+', ' ', 'g'),
      'unknown'
    ) AS stage,
    min(updated_at) FILTER (WHERE outcome = 'hired') OVER (PARTITION BY candidate_id, job_id) AS hired_at
  FROM named
  ORDER BY candidate_id, job_id, updated_at DESC, id DESC
), first_event AS (
  SELECT candidate_id, job_id, min(timestamp) AS happened_at
  FROM candidates_candidatestageevent
  GROUP BY candidate_id, job_id
), resume_owner AS (
  SELECT resume_id, min(candidate_id) AS candidate_id
  FROM candidates_candidate_resumes
  GROUP BY resume_id
), first_resume AS (
  SELECT o.candidate_id, r.job_id, min(r.created_at) AS created_at
  FROM resume_owner o
  JOIN resumes_resume r ON r.id = o.resume_id
  WHERE r.job_id IS NOT NULL
  GROUP BY o.candidate_id, r.job_id
)
SELECT
  a.id::text AS application_id,
  a.candidate_id::text AS candidate_id,
  a.job_id::text AS job_id,
  coalesce(least(r.created_at, e.happened_at), c.created_at) AS applied_at,
  NULL::text AS source,
  coalesce(s.stage, 'applied') AS stage,
  coalesce(s.outcome, 'active') AS outcome,
  CASE WHEN s.outcome = 'hired' THEN s.hired_at WHEN s.outcome <> 'active' THEN s.updated_at END AS outcome_at,
  false AS is_deleted
FROM candidates_candidate_applied_jobs a
LEFT JOIN candidates_candidate c ON c.id = a.candidate_id
LEFT JOIN latest s ON s.candidate_id = a.candidate_id AND s.job_id = a.job_id
LEFT JOIN first_event e ON e.candidate_id = a.candidate_id AND e.job_id = a.job_id
LEFT JOIN first_resume r ON r.candidate_id = a.candidate_id AND r.job_id = a.job_id
