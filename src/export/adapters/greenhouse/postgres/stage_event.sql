WITH named_stage AS (
  SELECT DISTINCT ON (s.id) s.id, rule.value ->> 'stage' AS stage
  FROM job_stage AS s
  JOIN jsonb_array_elements(current_setting('hirescope.stages')::jsonb) WITH ORDINALITY AS rule(value, place)
    ON strpos(lower(s.name), rule.value ->> 'contains') > 0
  ORDER BY s.id, rule.place
), ordered AS (
  SELECT
    application_id,
    updated_at,
    new_stage_id,
    new_status,
    row_number() OVER (PARTITION BY application_id ORDER BY updated_at, new_stage_id, new_status)::integer AS seq
  FROM application_history
)
SELECT
  o.application_id::text || ':' || o.seq::text AS event_id,
  o.application_id::text AS application_id,
  o.seq,
  coalesce(s.stage, 'unknown') AS stage,
  coalesce(current_setting('hirescope.outcomes')::jsonb ->> lower(o.new_status), 'unknown') AS outcome,
  o.updated_at AS occurred_at
FROM ordered AS o
LEFT JOIN named_stage AS s ON s.id = o.new_stage_id
