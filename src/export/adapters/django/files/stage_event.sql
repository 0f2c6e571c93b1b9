-- The history, and after it one closing event for each application whose state is terminal. Events of a pair that never
-- applied keep an id that leads nowhere, so that the exporter counts them.
WITH named AS (
  SELECT
    candidate_id,
    job_id,
    CAST(id AS BIGINT) AS id,
    CAST(updated_at AS TIMESTAMPTZ) AS updated_at,
    stage_name,
    CAST(CAST(getvariable('outcomes') AS JSON) AS MAP(VARCHAR, VARCHAR))[
      regexp_replace(lower(trim(coalesce(status, ''))), '[\s_-]+', ' ', 'g')
    ] AS outcome
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
    FALSE AS closing,
    CAST(id AS BIGINT) AS id,
    stage_key AS stage,
    CASE WHEN lower(trim(status)) = 'rejected' THEN 'rejected' ELSE 'active' END AS outcome,
    CAST("timestamp" AS TIMESTAMPTZ) AS occurred_at
  FROM candidates_candidatestageevent
  UNION ALL
  SELECT
    candidate_id,
    job_id,
    TRUE,
    id,
    stage_name,
    outcome,
    CASE WHEN outcome = 'hired' THEN hired_at ELSE updated_at END
  FROM latest
  WHERE outcome IN ('hired', 'rejected', 'withdrawn')
)
SELECT
  CASE WHEN t.closing THEN 'closing:' || CAST(a.id AS VARCHAR) ELSE CAST(t.id AS VARCHAR) END AS event_id,
  coalesce(
    CAST(a.id AS VARCHAR),
    'none:' || coalesce(CAST(t.candidate_id AS VARCHAR), '') || ':' || coalesce(CAST(t.job_id AS VARCHAR), '')
  ) AS application_id,
  CAST(
    row_number() OVER (PARTITION BY t.candidate_id, t.job_id ORDER BY t.closing, t.occurred_at, t.id) AS INTEGER
  ) AS seq,
  coalesce(
    CAST(CAST(getvariable('stages') AS JSON) AS MAP(VARCHAR, VARCHAR))[
      regexp_replace(lower(trim(coalesce(t.stage, ''))), '[\s_-]+', ' ', 'g')
    ],
    'unknown'
  ) AS stage,
  t.outcome,
  t.occurred_at
FROM told AS t
LEFT JOIN candidates_candidate_applied_jobs AS a ON a.candidate_id = t.candidate_id AND a.job_id = t.job_id
WHERE a.id IS NOT NULL OR NOT t.closing
