import type { SourceTableName } from 'hirescope/contract'

/** How a column of the source contract is judged and compared. Written from source-contract.sql, not imported. */
export interface Column {
  name: string
  kind: 'text' | 'time' | 'boolean' | 'integer' | 'decimal'
  required: boolean
  values?: string[]
}

const stages = 'applied|resume_screening|assessment_test|video_interview|interview|offer|unknown'
const outcomes = 'active|on_hold|hired|rejected|withdrawn|unknown'

// name:kind, '!' when required, and the values that an enum allows.
const written: Record<SourceTableName, string> = {
  org: 'org_id:text! name:text time_zone:text created_at:time',
  app_user:
    'user_id:text! org_id:text! email:text name:text role:text=admin|editor|participant|other is_active:boolean!',
  job:
    'job_id:text! org_id:text! owner_user_id:text title:text! department:text location_raw:text ' +
    'status:text!=draft|open|on_hold|closed created_at:time closed_at:time is_deleted:boolean!',
  job_share: 'job_id:text! user_id:text!',
  candidate:
    'candidate_id:text! org_id:text! name:text city_raw:text created_at:time merged_into_id:text is_deleted:boolean!',
  application:
    'application_id:text! candidate_id:text! job_id:text applied_at:time! source:text ' +
    `stage:text!=${stages} outcome:text!=${outcomes} outcome_at:time is_deleted:boolean!`,
  stage_event:
    'event_id:text! application_id:text! seq:integer! ' +
    `stage:text!=${stages} outcome:text!=${outcomes} occurred_at:time!`,
  resume:
    'resume_id:text! candidate_id:text! job_id:text created_at:time! city_raw:text ' +
    'overall_score:decimal score_max:decimal',
  resume_skill: 'resume_id:text! ordinal:integer! skill_raw:text!',
  assessment:
    'assessment_id:text! candidate_id:text! job_id:text assigned_at:time! completed_at:time score_pct:decimal',
  screening: 'screening_id:text! candidate_id:text! job_id:text assigned_at:time! completed_at:time revoked:boolean!',
  credit_event:
    'credit_event_id:text! org_id:text! job_id:text candidate_id:text service:text! credits:decimal! ' +
    'occurred_at:time!',
}

const readColumn = (text: string): Column => {
  const match = /^(\w+):(\w+)(!?)(?:=(.+))?$/.exec(text)!
  return {
    name: match[1]!,
    kind: match[2] as Column['kind'],
    required: match[3] === '!',
    ...(match[4] === undefined ? {} : { values: match[4].split('|') }),
  }
}

/** The columns of each table in contract order. */
export const columns = Object.fromEntries(
  Object.entries(written).map(([table, text]) => [table, text.split(' ').map(readColumn)]),
) as Record<SourceTableName, Column[]>

/** The number of leading columns that make the primary key. */
export const keyLength = (table: SourceTableName): number => (table === 'job_share' || table === 'resume_skill' ? 2 : 1)
