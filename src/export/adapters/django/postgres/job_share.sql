SELECT job_id::text AS job_id, myuser_id::text AS user_id
FROM jobs_job_users_shared_with
