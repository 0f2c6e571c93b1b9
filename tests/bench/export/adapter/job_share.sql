SELECT job_id::text AS job_id, user_id::text AS user_id FROM share
