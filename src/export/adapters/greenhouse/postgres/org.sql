-- A Greenhouse account is one organisation; its name is a setting.
SELECT
  current_setting('hirescope.org_id') AS org_id,
  current_setting('hirescope.org_name') AS name,
  nullif(current_setting('hirescope.time_zone'), '') AS time_zone,
  NULL::timestamptz AS created_at
