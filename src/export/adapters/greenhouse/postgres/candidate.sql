-- Greenhouse points from a merged candidate to the new one. Addresses are not among the tables that are read.
SELECT
  id::text AS candidate_id,
  current_setting('hirescope.org_id') AS org_id,
  concat_ws(' ', first_name, last_name) AS name,
  NULL::text AS city_raw,
  created_at,
  new_candidate_id::text AS merged_into_id,
  coalesce(_fivetran_deleted, false) AS is_deleted
FROM candidate
