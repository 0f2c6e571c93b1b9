SELECT
  CAST(id AS VARCHAR) AS credit_event_id,
  CAST(org_id AS VARCHAR) AS org_id,
  CAST(job_id AS VARCHAR) AS job_id,
  CAST(candidate_id AS VARCHAR) AS candidate_id,
  CAST(service AS VARCHAR) AS service,
  CAST(credits AS DECIMAL(18,4)) AS credits,
  CAST(created_at AS TIMESTAMPTZ) AS occurred_at
FROM credits_creditusage
