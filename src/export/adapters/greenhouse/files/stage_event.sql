WITH rule AS (
  SELECT unnest(rules) AS value, generate_subscripts(rules, 1) AS place
  FROM (SELECT CAST(CAST(getvariable('stages') AS JSON) AS JSON[]) AS rules)
), named_stage AS (
  SELECT s.id, arg_min(rule.value ->> '$.stage', rule.place) AS stage
  FROM job_stage AS s
  JOIN rule ON strpos(lower(s.name), rule.value ->> '$.contains') > 0
  GROUP BY s.id
), ordered AS (
  SELECT
    application_id,
    CAST(updated_at AS TIMESTAMPTZ) AS updated_at,
    new_stage_id,
    new_status,
    CAST(row_number() OVER (
      PARTITION BY application_id
      ORDER BY CAST(updated_at AS TIMESTAMPTZ), CAST(new_stage_id AS BIGINT) NULLS LAST, new_status NULLS LAST
    ) AS INTEGER) AS seq
  FROM application_history
)
SELECT
  CAST(o.application_id AS VARCHAR) || ':' || CAST(o.seq AS VARCHAR) AS event_id,
  CAST(o.application_id AS VARCHAR) AS application_id,
  o.seq,
  coalesce(s.stage, 'unknown') AS stage,
  coalesce(CAST(CAST(getvariable('outcomes') AS JSON) AS MAP(VARCHAR, VARCHAR))[lower(o.new_status)], 'unknown') AS outcome,
  o.updated_at AS occurred_at
FROM ordered AS o
LEFT JOIN named_stage AS s ON s.id = o.new_stage_id
