SELECT id::text AS event_id, application_id::text AS application_id, seq, stage, outcome, occurred_at FROM stage_event
