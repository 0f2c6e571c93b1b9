-- Site admins see everything, everybody else the jobs of whose hiring team they are.
SELECT
  u.id::text AS user_id,
  current_setting('hirescope.org_id') AS org_id,
  (SELECT min(e.email) FROM user_email AS e WHERE e.user_id = u.id)::text AS email,
  concat_ws(' ', u.first_name, u.last_name) AS name,
  CASE WHEN u.site_admin THEN 'admin' ELSE 'editor' END AS role,
  NOT coalesce(u.disabled, false) AS is_active
FROM "user" AS u
