SELECT
  id::text AS candidate_id,
  org_id::text AS org_id,
  name,
  city AS city_raw,
  created_at,
  NULL::text AS merged_into_id,
  false AS is_deleted
FROM candidate
