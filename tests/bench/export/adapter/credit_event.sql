SELECT
  id::text AS credit_event_id,
  org_id::text AS org_id,
  job_id::text AS job_id,
  candidate_id::text AS candidate_id,
  service,
  credits,
  spent_at AS occurred_at
FROM credit
