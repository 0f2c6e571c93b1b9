-- The history, and after it one closing event for each application whose state is terminal. Events of a pair that never
-- applied keep an id that leads nowhere, so that the exporter counts them.
-- The lists are read once, as scalars: a join on a computed name would mislead the planner by orders of magnitude.
WITH named AS (
  SELECT
    candidate_id,
    job_id,
    id,
    updated_at,
    stage_name,
    (SELECT current_setting('hirescope.outcomes')::jsonb)
      ->> regexp_replace(lower(btrim(coalesce(status, ''))), '[\s_-]+', ' ', 'g') AS outcome
  FROM jobs_jobuniversalstatus
), latest AS (
  SELECT DISTINCT ON (candidate_id, job_id)
    candidate_id,
    job_id,
    id,
    updated_at,
    stage_name,
    outcome,
    min(updated_at) FILTER (WHERE outcome = 'hired') OVER (PARTITION BY candidate_id, job_id) AS hired_at
  FROM named
  ORDER BY candidate_id, job_id, updated_at DESC, id DESC
), told AS (
  SELECT
    candidate_id,
    job_id,
    false AS closing,
    id,
    stage_key AS stage,
    CASE WHEN lower(btrim(status)) = 'rejected' THEN 'rejected' ELSE 'active' END AS outcome,
    timestamp AS occurred_at
  FROM candidates_candidatestageevent
  UNION ALL
  SELECT
    candidate_id,
    job_id,
    true,
    id,
    stage_name,
    outcome,
    CASE WHEN outcome = 'hired' THEN hired_at ELSE updated_at END
  FROM latest
  WHERE outcome IN ('hired', 'rejected', 'withdrawn')
)
SELECT
  CASE WHEN t.closing THEN 'closing:' || a.id::text ELSE t.id::text END AS event_id,
  coalesce(
    a.id::text,
    'none:' || coalesce(t.candidate_id::text, '') || ':' || coalesce(t.job_id::text, '')
  ) AS application_id,
  (row_number() OVER (PARTITION BY t.candidate_id, t.job_id ORDER BY t.closing, t.occurred_at, t.id))::integer AS seq,
  coalesce(
    (SELECT current_setting('hirescope.stages')::jsonb)
      ->> regexp_replace(lower(btrim(coalesce(t.stage, ''))), '[\s_-]+', ' ', 'g'),
    'unknown'
  ) AS stage,
  t.outcome,
  t.occurred_at
FROM told t
LEFT JOIN candidates_candidate_applied_jobs a ON a.candidate_id = t.candidate_id AND a.job_id = t.job_id
WHERE a.id IS NOT NULL OR NOT t.closing
