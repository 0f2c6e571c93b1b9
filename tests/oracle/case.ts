import type { SourceRow, SourceRows, SourceTableName } from 'hirescope/contract'

type Defaults = { [Table in SourceTableName]: SourceRow<Table> }

const defaults: Defaults = {
  org: { org_id: 'o', name: 'O', time_zone: null, created_at: null },
  app_user: { user_id: 'admin', org_id: 'o', email: null, name: null, role: 'admin', is_active: true },
  job: {
    job_id: 'j',
    org_id: 'o',
    owner_user_id: null,
    title: 'Cook',
    department: null,
    location_raw: null,
    status: 'open',
    created_at: null,
    closed_at: null,
    is_deleted: false,
  },
  job_share: { job_id: 'j', user_id: 'admin' },
  candidate: {
    candidate_id: 'c',
    org_id: 'o',
    name: null,
    city_raw: null,
    created_at: null,
    merged_into_id: null,
    is_deleted: false,
  },
  application: {
    application_id: 'a',
    candidate_id: 'c',
    job_id: 'j',
    applied_at: '2024-03-01 00:00:00',
    source: null,
    stage: 'applied',
    outcome: 'active',
    outcome_at: null,
    is_deleted: false,
  },
  stage_event: {
    event_id: 'e',
    application_id: 'a',
    seq: 1,
    stage: 'applied',
    outcome: 'active',
    occurred_at: '2024-03-01 00:00:00',
  },
  resume: {
    resume_id: 'r',
    candidate_id: 'c',
    job_id: 'j',
    created_at: '2024-03-01 00:00:00',
    city_raw: null,
    overall_score: null,
    score_max: null,
  },
  resume_skill: { resume_id: 'r', ordinal: 0, skill_raw: 'SQL' },
  assessment: {
    assessment_id: 't',
    candidate_id: 'c',
    job_id: 'j',
    assigned_at: '2024-03-01 00:00:00',
    completed_at: null,
    score_pct: null,
  },
  screening: {
    screening_id: 's',
    candidate_id: 'c',
    job_id: 'j',
    assigned_at: '2024-03-01 00:00:00',
    completed_at: null,
    revoked: false,
  },
  credit_event: {
    credit_event_id: 'k',
    org_id: 'o',
    job_id: 'j',
    candidate_id: null,
    service: 'parsing',
    credits: '1',
    occurred_at: '2024-03-01 00:00:00',
  },
}

/** A worked case's rows: only what differs from a plain row is said. One org, one admin and job 'j' are there unless said. */
export const rowsOf = (said: { [Table in SourceTableName]?: Partial<SourceRow<Table>>[] }): SourceRows => {
  const all = { org: [{}], app_user: [{}], job: [{}], candidate: [], application: [], ...said }
  return Object.fromEntries(
    Object.entries(all).map(([table, rows]) => [
      table,
      rows.map((row) => ({ ...defaults[table as SourceTableName], ...row })),
    ]),
  )
}
