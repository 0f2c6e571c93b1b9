-- A person may be on a hiring team in several roles.
SELECT DISTINCT job_id::text AS job_id, user_id::text AS user_id
FROM hiring_team
