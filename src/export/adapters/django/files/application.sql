-- One row per candidate and job. Its state is the latest status row of the pair; it was made when the pair's first
-- résumé or stage event was, or else when the candidate was. The candidate's own flag "hired" may disagree: ignored.
WITH named AS (
  SELECT
    candidate_id,
    job_id,
    CAST(id AS BIGINT) AS id,
    CAST(updated_at AS TIMESTAMPTZ) AS updated_at,
    stage_name,
    coalesce(
      CAST(CAST(getvariable('outcomes') AS JSON) AS MAP(VARCHAR, VARCHAR))[
        regexp_replace(lower(trim(coalesce(status, ''))), '[\s_-]+', ' ', 'g')
      ],
      'unknown'
    ) AS outcome
  FROM jobs_jobuniversalstatus
), latest AS (
  SELECT DISTINCT ON (candidate_id, job_id)
    candidate_id,
    job_id,
    updated_at,
    outcome,
    coalesce(
      CAST(CAST(getvariable('stages') AS JSON) AS MAP(VARCHAR, VARCHAR))[
        regexp_replace(lower(trim(coalesce(stage_name, ''))), '[\s_-]+', ' ', 'g')
      ],
      'unknown'
    ) AS stage,
    min(updated_at) FILTER (WHERE outcome = 'hired') OVER (PARTITION BY candidate_id, job_id) AS hired_at
  FROM named
  ORDER BY candidate_id, job_id, updated_at DESC, id DESC
), first_event AS (
  SELECT candidate_id, job_id, min(CAST("timestamp" AS TIMESTAMPTZ)) AS happened_at
  FROM candidates_candidatestageevent
  GROUP BY candidate_id, job_id
), resume_owner AS (
  SELECT resume_id, min(CAST(candidate_id AS BIGINT)) AS candidate_id
  FROM candidates_candidate_resumes
  GROUP BY resume_id
), first_resume AS (
  SELECT o.candidate_id, r.job_id, min(CAST(r.created_at AS TIMESTAMPTZ)) AS created_at
  FROM resume_owner AS o
  JOIN resumes_resume AS r ON r.id = o.resume_id
  WHERE r.job_id IS NOT NULL
  GROUP BY o.candidate_id, r.job_id
)
SELECT
  CAST(a.id AS VARCHAR) AS application_id,
  CAST(a.candidate_id AS VARCHAR) AS candidate_id,
  CAST(a.job_id AS VARCHAR) AS job_id,
  coalesce(least(r.created_at, e.happened_at), CAST(c.created_at AS TIMESTAMPTZ)) AS applied_at,
  CAST(NULL AS VARCHAR) AS source,
  coalesce(s.stage, 'applied') AS stage,
  coalesce(s.outcome, 'active') AS outcome,
  CASE WHEN s.outcome = 'hired' THEN s.hired_at WHEN s.outcome <> 'active' THEN s.updated_at END AS outcome_at,
  FALSE AS is_deleted
FROM candidates_candidate_applied_jobs AS a
LEFT JOIN candidates_candidate AS c ON c.id = a.candidate_id
LEFT JOIN latest AS s ON s.candidate_id = a.candidate_id AND s.job_id = a.job_id
LEFT JOIN first_event AS e ON e.candidate_id = a.candidate_id AND e.job_id = a.job_id
LEFT JOIN first_resume AS r ON r.candidate_id = CAST(a.candidate_id AS BIGINT) AND r.job_id = a.job_id
