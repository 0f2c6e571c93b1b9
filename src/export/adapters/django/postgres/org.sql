SELECT
  org_id::text AS org_id,
  org_name::text AS name,
  NULL::text AS time_zone,
  created_at
FROM accounts_organization
