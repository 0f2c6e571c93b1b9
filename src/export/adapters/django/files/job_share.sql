SELECT CAST(job_id AS VARCHAR) AS job_id, CAST(myuser_id AS VARCHAR) AS user_id
FROM jobs_job_users_shared_with
