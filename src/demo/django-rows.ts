import type { Stage } from 'hirescope/contract'
import { csvRow, instantText, type Cell } from './csv.ts'
import type { CandidateFact, ResumeFact } from './facts.ts'
import type { Companies } from './organisations.ts'

/** The Django tables of the demo and the columns in which their rows come. */
export const djangoColumns = {
  accounts_organization: ['org_id', 'org_name', 'org_domain', 'credits', 'is_active', 'created_at'],
  accounts_roles: ['id', 'name'],
  accounts_myuser: ['id', 'org_id', 'name', 'email', 'role_id', 'is_active', 'is_admin'],
  jobs_job: [
    'id',
    'title',
    'employment_type',
    'location',
    'must_have_skills',
    'published',
    'close_date',
    'created_at',
    'owner_id',
    'is_deleted',
  ],
  jobs_job_users_shared_with: ['id', 'job_id', 'myuser_id'],
  candidates_candidate: ['id', 'name', 'email', 'location', 'skills', 'created_at', 'hired'],
  candidates_candidate_applied_jobs: ['id', 'candidate_id', 'job_id'],
  candidates_candidate_resumes: ['candidate_id', 'resume_id'],
  candidates_candidatestageevent: ['id', 'candidate_id', 'job_id', 'stage_name', 'stage_key', 'timestamp', 'status'],
  resumes_resume: ['id', 'job_id', 'overall_score', 'resume_json', 'status_text', 'created_at'],
  jobs_jobuniversalstatus: ['id', 'candidate_id', 'job_id', 'status', 'stage_name', 'updated_at'],
  assessments_testlog: ['id', 'job_id', 'assigned_to_id', 'assigned_at', 'completed_at', 'average_percentage'],
  screenings_personalityscreening: ['id', 'job_id', 'candidate_id', 'assigned_at', 'completed_time', 'revoked'],
  credits_creditusage: ['id', 'org_id', 'job_id', 'candidate_id', 'service', 'credits', 'created_at'],
} as const

/** A Django table of the demo. */
export type DjangoTable = keyof typeof djangoColumns

type Add = (table: DjangoTable, row: string) => void

const instant = (at: number): string => `${instantText(at)}+00`
const instantOrNull = (at: number | null) => (at === null ? null : instant(at))

const roles = ['Admin', 'Editor', 'Participant']

/** Writes organisations, users and jobs. */
export const writeCompanies = ({ organisations, users, openings }: Companies, add: Add): void => {
  for (const { fact } of organisations)
    add('accounts_organization', csvRow([fact.id, fact.name, fact.domain, fact.credits, true, instant(fact.createdAt)]))
  for (const [place, name] of roles.entries()) add('accounts_roles', csvRow([place + 1, name]))
  for (const user of users) {
    const role = user.roleName === null ? null : roles.indexOf(user.roleName) + 1
    add('accounts_myuser', csvRow([user.id, user.orgId, user.name, user.email, role, user.isActive, user.isAdmin]))
  }
  let share = 0
  for (const { fact } of openings) {
    const mustHave = JSON.stringify(fact.mustHave.map((skill) => ({ label: skill, value: skill.toLowerCase() })))
    add(
      'jobs_job',
      csvRow([
        fact.id,
        fact.title,
        fact.employmentType,
        fact.location,
        mustHave,
        fact.published,
        fact.closeDate,
        instant(fact.createdAt),
        fact.ownerId,
        fact.isDeleted,
      ]),
    )
    for (const user of fact.sharedWith) add('jobs_job_users_shared_with', csvRow([(share += 1), fact.id, user]))
  }
}

// As Python writes JSON: nothing but ASCII.
const asciiJson = (value: unknown) =>
  JSON.stringify(value).replace(/[^\0-\x7f]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)

const location = ({ city, state, locationForm }: CandidateFact): string | null => {
  switch (locationForm) {
    case 'none':
      return null
    case 'object':
      return JSON.stringify({ city, state })
    case 'json-text':
      return JSON.stringify(asciiJson({ state, city }))
    case 'text':
      return JSON.stringify(city)
  }
}

const relevance = (name: string, place: number) => ({
  name,
  relevance: place < 3 ? 'High' : 'Medium',
  relevance_score: (95 - 7 * place) / 100,
})

const skills = ({ skills, skillsForm }: ResumeFact): unknown => {
  switch (skillsForm) {
    case 'objects':
      return skills.map(relevance)
    case 'texts':
      return skills
    case 'text':
      return skills.join(',')
    case 'json-text':
      return asciiJson(skills.map(relevance))
    case 'cut-json-text':
      return asciiJson(skills).slice(0, -2)
    case 'none':
      return null
  }
}

const stageNames: Partial<Record<Stage, [key: string, name: string]>> = {
  resume_screening: ['resume-screening', 'Resume Screening'],
  assessment_test: ['assessment', 'Assessments'],
  video_interview: ['automated-video-interview', 'Automated Video Interview'],
}

const resumeRow = (fact: ResumeFact): readonly Cell[] => {
  const city = fact.city === null ? {} : { addresses: { city: fact.city } }
  const status = Number(fact.score) >= 6 ? 'Shortlisted' : 'Not Shortlisted'
  const json = JSON.stringify({ ...city, skills: skills(fact) })
  return [fact.id, fact.jobId, fact.scoreText, json, status, instant(fact.createdAt)]
}

/** Writes a candidate and all that hangs on them. */
export const writeCandidate = (fact: CandidateFact, add: Add): void => {
  const { id } = fact
  const own = fact.resumes[0]?.skills.slice(0, 3).map(relevance)
  if (fact.present)
    add(
      'candidates_candidate',
      csvRow([
        id,
        fact.name,
        fact.email,
        location(fact),
        own ? JSON.stringify(own) : null,
        instant(fact.createdAt),
        fact.hiredFlag,
      ]),
    )
  for (const each of fact.applications) add('candidates_candidate_applied_jobs', csvRow([each.id, id, each.jobId]))
  for (const resume of fact.resumes) {
    add('resumes_resume', csvRow(resumeRow(resume)))
    for (const owner of resume.candidateIds) add('candidates_candidate_resumes', csvRow([owner, resume.id]))
  }
  for (const resumeId of fact.sharedResumeIds) add('candidates_candidate_resumes', csvRow([id, resumeId]))
  for (const { id: event, jobId, stage, at, status } of fact.events) {
    const [key, name] = stageNames[stage] ?? ['', '']
    add('candidates_candidatestageevent', csvRow([event, id, jobId, name, key, instant(at), status]))
  }
  for (const row of fact.statuses)
    add('jobs_jobuniversalstatus', csvRow([row.id, id, row.jobId, row.status, row.stageName, instant(row.at)]))
  for (const { id: test, candidateId, jobId, assignedAt, completedAt, score } of fact.assessments)
    add(
      'assessments_testlog',
      csvRow([
        test,
        jobId,
        candidateId,
        instant(assignedAt),
        instantOrNull(completedAt),
        score === null ? null : score / 10,
      ]),
    )
  for (const each of fact.screenings)
    add(
      'screenings_personalityscreening',
      csvRow([
        each.id,
        each.jobId,
        each.candidateId,
        instant(each.assignedAt),
        instantOrNull(each.completedAt),
        each.revoked,
      ]),
    )
  for (const each of fact.credits)
    add(
      'credits_creditusage',
      csvRow([each.id, each.orgId, each.jobId, id, each.service, each.credits, instant(each.at)]),
    )
}
