-- A person may be on a hiring team in several roles.
SELECT DISTINCT CAST(job_id AS VARCHAR) AS job_id, CAST(user_id AS VARCHAR) AS user_id
FROM hiring_team
