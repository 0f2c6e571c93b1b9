-- Greenhouse points from a merged candidate to the new one. Addresses are not among the tables that are read.
SELECT
  CAST(id AS VARCHAR) AS candidate_id,
  getvariable('org_id') AS org_id,
  concat_ws(' ', first_name, last_name) AS name,
  CAST(NULL AS VARCHAR) AS city_raw,
  CAST(created_at AS TIMESTAMPTZ) AS created_at,
  CAST(new_candidate_id AS VARCHAR) AS merged_into_id,
  coalesce(CAST(_fivetran_deleted AS BOOLEAN), FALSE) AS is_deleted
FROM candidate
