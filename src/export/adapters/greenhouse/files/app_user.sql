-- Site admins see everything, everybody else the jobs of whose hiring team they are.
SELECT
  CAST(u.id AS VARCHAR) AS user_id,
  getvariable('org_id') AS org_id,
  (SELECT min(e.email) FROM user_email AS e WHERE e.user_id = u.id) AS email,
  concat_ws(' ', u.first_name, u.last_name) AS name,
  CASE WHEN CAST(u.site_admin AS BOOLEAN) THEN 'admin' ELSE 'editor' END AS role,
  NOT coalesce(CAST(u.disabled AS BOOLEAN), FALSE) AS is_active
FROM user AS u
