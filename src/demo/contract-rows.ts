import { sourceTableNames, type SourceRow, type SourceRows, type SourceTableName } from 'hirescope/contract'
import { instantText } from './csv.ts'
import type { ApplicationFact, CandidateFact, ResumeFact } from './facts.ts'
import type { Companies } from './organisations.ts'

type AllRows = { [Table in SourceTableName]: SourceRow<Table>[] }

const timeOrNull = (at: number | null) => (at === null ? null : instantText(at))

const companyRows = ({ organisations, users, openings }: Companies, rows: AllRows) => {
  for (const { fact } of organisations)
    rows.org.push({ org_id: fact.id, name: fact.name, time_zone: null, created_at: instantText(fact.createdAt) })
  for (const { id, orgId, email, name, role, isActive } of users)
    rows.app_user.push({ user_id: id, org_id: orgId, email, name, role, is_active: isActive })
  for (const { fact } of openings) {
    rows.job.push({
      job_id: fact.id,
      org_id: fact.orgId,
      owner_user_id: fact.ownerId,
      title: fact.title,
      department: null,
      location_raw: fact.location,
      status: fact.status,
      created_at: instantText(fact.createdAt),
      closed_at: fact.status === 'closed' ? fact.closeDate : null,
      is_deleted: fact.isDeleted,
    })
    for (const userId of fact.sharedWith) rows.job_share.push({ job_id: fact.id, user_id: userId })
  }
}

const applicationRows = (candidate: CandidateFact, fact: ApplicationFact, rows: AllRows) => {
  const { id, jobId, appliedAt, stage, outcome, outcomeAt } = fact
  rows.application.push({
    application_id: id,
    candidate_id: candidate.id,
    job_id: jobId,
    applied_at: instantText(appliedAt),
    source: null,
    stage,
    outcome,
    outcome_at: timeOrNull(outcomeAt),
    is_deleted: false,
  })
  if (outcomeAt === null || !['hired', 'rejected', 'withdrawn'].includes(outcome)) return
  rows.stage_event.push({
    event_id: `closing:${id}`,
    application_id: id,
    seq: candidate.events.filter((event) => event.applicationId === id).length + 1,
    stage,
    outcome,
    occurred_at: instantText(outcomeAt),
  })
}

const resumeRows = (fact: ResumeFact, rows: AllRows) => {
  const owner = fact.candidateIds[0]
  if (owner === undefined) return
  rows.resume.push({
    resume_id: fact.id,
    candidate_id: owner,
    job_id: fact.jobId,
    created_at: instantText(fact.createdAt),
    city_raw: fact.city,
    overall_score: fact.score,
    score_max: '10',
  })
  // Of a list that is cut off the last skill is lost.
  const skills = fact.skillsForm === 'cut-json-text' ? fact.skills.slice(0, -1) : fact.skills
  for (const [place, skill] of skills.entries())
    rows.resume_skill.push({ resume_id: fact.id, ordinal: place + 1, skill_raw: skill })
}

const candidateRows = (fact: CandidateFact, rows: AllRows) => {
  if (fact.present && fact.orgId !== null)
    rows.candidate.push({
      candidate_id: fact.id,
      org_id: fact.orgId,
      name: fact.name,
      city_raw: fact.city,
      created_at: instantText(fact.createdAt),
      merged_into_id: null,
      is_deleted: false,
    })
  for (const event of fact.events)
    rows.stage_event.push({
      event_id: event.id,
      application_id: event.applicationId,
      seq: event.seq,
      stage: event.stage,
      outcome: event.status === 'rejected' ? 'rejected' : 'active',
      occurred_at: instantText(event.at),
    })
  for (const application of fact.applications) applicationRows(fact, application, rows)
  for (const resume of fact.resumes) resumeRows(resume, rows)
  for (const { id, candidateId, jobId, assignedAt, completedAt, score } of fact.assessments)
    if (candidateId !== null)
      rows.assessment.push({
        assessment_id: id,
        candidate_id: candidateId,
        job_id: jobId,
        assigned_at: instantText(assignedAt),
        completed_at: timeOrNull(completedAt),
        score_pct: score === null ? null : `${Math.floor(score / 10)}.${score % 10}00`,
      })
  for (const { id, candidateId, jobId, assignedAt, completedAt, revoked } of fact.screenings)
    if (candidateId !== null)
      rows.screening.push({
        screening_id: id,
        candidate_id: candidateId,
        job_id: jobId,
        assigned_at: instantText(assignedAt),
        completed_at: timeOrNull(completedAt),
        revoked,
      })
  for (const { id, orgId, jobId, service, credits, at } of fact.credits)
    rows.credit_event.push({
      credit_event_id: id,
      org_id: orgId,
      job_id: jobId,
      candidate_id: fact.id,
      service,
      credits,
      occurred_at: instantText(at),
    })
}

/**
 * The contract's rows from what the demo knows of itself, without its Django tables: what an adapter must deliver. All in
 * memory, so for some ten thousand applications rather than a million.
 */
export const contractRowsOf = (companies: Companies, candidates: Iterable<CandidateFact>): SourceRows => {
  const rows = Object.fromEntries(sourceTableNames.map((table) => [table, []])) as unknown as AllRows
  companyRows(companies, rows)
  for (const candidate of candidates) candidateRows(candidate, rows)
  return rows
}
