-- A test that is assigned to nobody is nobody's assessment.
SELECT
  CAST(id AS VARCHAR) AS assessment_id,
  CAST(assigned_to_id AS VARCHAR) AS candidate_id,
  CAST(job_id AS VARCHAR) AS job_id,
  CAST(assigned_at AS TIMESTAMPTZ) AS assigned_at,
  CAST(completed_at AS TIMESTAMPTZ) AS completed_at,
  CASE
    WHEN CAST(average_percentage AS DOUBLE) BETWEEN -999 AND 999
      THEN CAST(round(CAST(average_percentage AS DECIMAL(18,12)), 3) AS DECIMAL(6,3))
  END AS score_pct
FROM assessments_testlog
WHERE assigned_to_id IS NOT NULL
