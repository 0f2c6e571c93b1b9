-- Stages are named freely by each customer: the first rule of stages.json whose text a name contains decides. A prospect is
-- considered for jobs without having applied to one.
WITH named_stage AS (
  SELECT DISTINCT ON (s.id) s.id, rule.value ->> 'stage' AS stage
  FROM job_stage AS s
  JOIN jsonb_array_elements(current_setting('hirescope.stages')::jsonb) WITH ORDINALITY AS rule(value, place)
    ON strpos(lower(s.name), rule.value ->> 'contains') > 0
  ORDER BY s.id, rule.place
), linked AS (
  SELECT application_id, min(job_id) AS job_id
  FROM job_application
  GROUP BY application_id
), changed AS (
  SELECT application_id, new_status, min(updated_at) AS since
  FROM application_history
  GROUP BY application_id, new_status
)
SELECT
  a.id::text AS application_id,
  a.candidate_id::text AS candidate_id,
  CASE WHEN NOT coalesce(a.prospect, false) THEN linked.job_id END::text AS job_id,
  a.applied_at,
  source.name::text AS source,
  CASE WHEN a.current_stage_id IS NULL THEN 'applied' ELSE coalesce(s.stage, 'unknown') END AS stage,
  coalesce(current_setting('hirescope.outcomes')::jsonb ->> lower(a.status), 'unknown') AS outcome,
  CASE WHEN a.status <> 'active' THEN coalesce(a.rejected_at, changed.since) END AS outcome_at,
  coalesce(a.is_deleted, false) OR coalesce(a._fivetran_deleted, false) AS is_deleted
FROM application AS a
LEFT JOIN linked ON linked.application_id = a.id
LEFT JOIN named_stage AS s ON s.id = a.current_stage_id
LEFT JOIN source ON source.id = a.source_id
LEFT JOIN changed ON changed.application_id = a.id AND changed.new_status = a.status
