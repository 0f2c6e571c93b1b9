-- A job may have several departments, offices and hiring managers: the first of each by id. A status that job-statuses.json
-- does not know is delivered as it is, so that the exporter counts it.
SELECT
  job.id::text AS job_id,
  current_setting('hirescope.org_id') AS org_id,
  (
    SELECT min(team.user_id)
    FROM hiring_team AS team
    WHERE team.job_id = job.id AND team.role = 'hiring_managers'
  )::text AS owner_user_id,
  job.name::text AS title,
  (
    SELECT department.name
    FROM job_department AS link
    JOIN department ON department.id = link.department_id
    WHERE link.job_id = job.id
    ORDER BY department.id
    LIMIT 1
  )::text AS department,
  (
    SELECT coalesce(nullif(office.location_name, ''), office.name)
    FROM job_office AS link
    JOIN office ON office.id = link.office_id
    WHERE link.job_id = job.id
    ORDER BY office.id
    LIMIT 1
  )::text AS location_raw,
  coalesce(current_setting('hirescope.job_statuses')::jsonb ->> lower(job.status), job.status)::text AS status,
  job.created_at,
  job.closed_at,
  coalesce(job._fivetran_deleted, false) AS is_deleted
FROM job
