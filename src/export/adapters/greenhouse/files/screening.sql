-- An interview whose application is missing has no candidate: the exporter rejects and counts it.
SELECT
  CAST(i.id AS VARCHAR) AS screening_id,
  CAST(a.candidate_id AS VARCHAR) AS candidate_id,
  CAST(linked.job_id AS VARCHAR) AS job_id,
  CAST(i.created_at AS TIMESTAMPTZ) AS assigned_at,
  CASE WHEN i.status = 'complete' THEN CAST(i."end" AS TIMESTAMPTZ) END AS completed_at,
  coalesce(CAST(i._fivetran_deleted AS BOOLEAN), FALSE) AS revoked
FROM scheduled_interview AS i
LEFT JOIN application AS a ON a.id = i.application_id
LEFT JOIN (
  SELECT application_id, min(CAST(job_id AS BIGINT)) AS job_id
  FROM job_application
  GROUP BY application_id
) AS linked ON linked.application_id = i.application_id
