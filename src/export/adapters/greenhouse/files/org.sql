-- A Greenhouse account is one organisation; its name is a setting.
SELECT
  getvariable('org_id') AS org_id,
  getvariable('org_name') AS name,
  nullif(getvariable('time_zone'), '') AS time_zone,
  CAST(NULL AS TIMESTAMPTZ) AS created_at
