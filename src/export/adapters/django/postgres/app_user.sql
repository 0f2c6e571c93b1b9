-- An inactive organisation's users are inactive.
SELECT
  u.id::text AS user_id,
  u.org_id::text AS org_id,
  u.email::text AS email,
  u.name::text AS name,
  CASE
    WHEN u.is_admin OR lower(btrim(r.name)) = 'admin' THEN 'admin'
    WHEN lower(btrim(r.name)) IN ('editor', 'participant') THEN lower(btrim(r.name))
    ELSE 'other'
  END AS role,
  coalesce(u.is_active AND o.is_active, false) AS is_active
FROM accounts_myuser u
LEFT JOIN accounts_roles r ON r.id = u.role_id
LEFT JOIN accounts_organization o ON o.org_id = u.org_id
