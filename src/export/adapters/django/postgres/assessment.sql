-- A test that is assigned to nobody is nobody's assessment.
SELECT
  id::text AS assessment_id,
  assigned_to_id::text AS candidate_id,
  job_id::text AS job_id,
  assigned_at,
  completed_at,
  CASE WHEN average_percentage BETWEEN -999 AND 999 THEN round(average_percentage::numeric, 3) END AS score_pct
FROM assessments_testlog
WHERE assigned_to_id IS NOT NULL
