SELECT resume_id::text AS resume_id, ordinal, skill AS skill_raw FROM resume_skill
