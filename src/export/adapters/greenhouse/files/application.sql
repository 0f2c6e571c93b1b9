-- Stages are named freely by each customer: the first rule of stages.json whose text a name contains decides. A prospect is
-- considered for jobs without having applied to one.
WITH rule AS (
  SELECT unnest(rules) AS value, generate_subscripts(rules, 1) AS place
  FROM (SELECT CAST(CAST(getvariable('stages') AS JSON) AS JSON[]) AS rules)
), named_stage AS (
  SELECT s.id, arg_min(rule.value ->> '$.stage', rule.place) AS stage
  FROM job_stage AS s
  JOIN rule ON strpos(lower(s.name), rule.value ->> '$.contains') > 0
  GROUP BY s.id
), linked AS (
  SELECT application_id, min(CAST(job_id AS BIGINT)) AS job_id
  FROM job_application
  GROUP BY application_id
), changed AS (
  SELECT application_id, new_status, min(CAST(updated_at AS TIMESTAMPTZ)) AS since
  FROM application_history
  GROUP BY application_id, new_status
)
SELECT
  CAST(a.id AS VARCHAR) AS application_id,
  CAST(a.candidate_id AS VARCHAR) AS candidate_id,
  CAST(CASE WHEN NOT coalesce(CAST(a.prospect AS BOOLEAN), FALSE) THEN linked.job_id END AS VARCHAR) AS job_id,
  CAST(a.applied_at AS TIMESTAMPTZ) AS applied_at,
  source.name AS source,
  CASE WHEN a.current_stage_id IS NULL THEN 'applied' ELSE coalesce(s.stage, 'unknown') END AS stage,
  coalesce(CAST(CAST(getvariable('outcomes') AS JSON) AS MAP(VARCHAR, VARCHAR))[lower(a.status)], 'unknown') AS outcome,
  CASE WHEN a.status <> 'active' THEN coalesce(CAST(a.rejected_at AS TIMESTAMPTZ), changed.since) END AS outcome_at,
  coalesce(CAST(a.is_deleted AS BOOLEAN), FALSE) OR coalesce(CAST(a._fivetran_deleted AS BOOLEAN), FALSE) AS is_deleted
FROM application AS a
LEFT JOIN linked ON linked.application_id = a.id
LEFT JOIN named_stage AS s ON s.id = a.current_stage_id
LEFT JOIN source ON source.id = a.source_id
LEFT JOIN changed ON changed.application_id = a.id AND changed.new_status = a.status
