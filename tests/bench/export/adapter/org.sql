SELECT id::text AS org_id, name, time_zone, created_at FROM organisation
