SELECT
  CAST(org_id AS VARCHAR) AS org_id,
  CAST(org_name AS VARCHAR) AS name,
  CAST(NULL AS VARCHAR) AS time_zone,
  CAST(created_at AS TIMESTAMPTZ) AS created_at
FROM accounts_organization
