-- An inactive organisation's users are inactive.
SELECT
  CAST(u.id AS VARCHAR) AS user_id,
  CAST(u.org_id AS VARCHAR) AS org_id,
  CAST(u.email AS VARCHAR) AS email,
  CAST(u.name AS VARCHAR) AS name,
  CASE
    WHEN CAST(u.is_admin AS BOOLEAN) OR lower(trim(r.name)) = 'admin' THEN 'admin'
    WHEN lower(trim(r.name)) IN ('editor', 'participant') THEN lower(trim(r.name))
    ELSE 'other'
  END AS role,
  coalesce(CAST(u.is_active AS BOOLEAN) AND CAST(o.is_active AS BOOLEAN), FALSE) AS is_active
FROM accounts_myuser AS u
LEFT JOIN accounts_roles AS r ON r.id = u.role_id
LEFT JOIN accounts_organization AS o ON o.org_id = u.org_id
