-- A job may have several departments, offices and hiring managers: the first of each by id. A status that job-statuses.json
-- does not know is delivered as it is, so that the exporter counts it.
SELECT
  CAST(job.id AS VARCHAR) AS job_id,
  getvariable('org_id') AS org_id,
  CAST((
    SELECT min(CAST(team.user_id AS BIGINT))
    FROM hiring_team AS team
    WHERE team.job_id = job.id AND team.role = 'hiring_managers'
  ) AS VARCHAR) AS owner_user_id,
  job.name AS title,
  (
    SELECT arg_min(department.name, CAST(department.id AS BIGINT))
    FROM job_department AS link
    JOIN department ON department.id = link.department_id
    WHERE link.job_id = job.id
  ) AS department,
  (
    SELECT arg_min(coalesce(nullif(office.location_name, ''), office.name), CAST(office.id AS BIGINT))
    FROM job_office AS link
    JOIN office ON office.id = link.office_id
    WHERE link.job_id = job.id
  ) AS location_raw,
  coalesce(CAST(CAST(getvariable('job_statuses') AS JSON) AS MAP(VARCHAR, VARCHAR))[lower(job.status)], job.status) AS status,
  CAST(job.created_at AS TIMESTAMPTZ) AS created_at,
  CAST(job.closed_at AS TIMESTAMPTZ) AS closed_at,
  coalesce(CAST(job._fivetran_deleted AS BOOLEAN), FALSE) AS is_deleted
FROM job
