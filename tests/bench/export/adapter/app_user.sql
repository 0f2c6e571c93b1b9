SELECT id::text AS user_id, org_id::text AS org_id, NULL::text AS email, name, role, true AS is_active FROM member
