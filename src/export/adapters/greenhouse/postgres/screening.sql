-- An interview whose application is missing has no candidate: the exporter rejects and counts it.
SELECT
  i.id::text AS screening_id,
  a.candidate_id::text AS candidate_id,
  linked.job_id::text AS job_id,
  i.created_at AS assigned_at,
  CASE WHEN i.status = 'complete' THEN i."end" END AS completed_at,
  coalesce(i._fivetran_deleted, false) AS revoked
FROM scheduled_interview AS i
LEFT JOIN application AS a ON a.id = i.application_id
LEFT JOIN (
  SELECT application_id, min(job_id) AS job_id
  FROM job_application
  GROUP BY application_id
) AS linked ON linked.application_id = i.application_id
