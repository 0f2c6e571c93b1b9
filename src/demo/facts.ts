import type { JobStatus, Outcome, Role, Stage } from 'hirescope/contract'

/** What the demo is made from; the same options give the same rows everywhere. */
export interface DemoOptions {
  /** How many applications, the one measure of size; default 20,000. */
  applications: number
  /** How many jobs, whatever the number of applications; default 60, at least 12. */
  jobs: number
  /** How many organisations, 1 to 3; default 3. */
  organisations: number
  seed: number
  /** ISO instant with its offset. */
  asOf: string
}

/** Times in facts are milliseconds since 1970, ids text. */
export interface OrgFact {
  id: string
  name: string
  domain: string
  credits: string
  createdAt: number
}

/** A user of the demo. */
export interface UserFact {
  id: string
  orgId: string
  name: string
  email: string
  role: Role
  /** The name in Roles; null has no role. */
  roleName: string | null
  isAdmin: boolean
  isActive: boolean
}

/** A job of the demo. */
export interface JobFact {
  id: string
  orgId: string
  ownerId: string
  title: string
  employmentType: string
  location: string | null
  mustHave: string[]
  published: boolean
  /** YYYY-MM-DD */
  closeDate: string | null
  status: JobStatus
  createdAt: number
  isDeleted: boolean
  sharedWith: string[]
}

/** How Candidate.location holds a city. */
export type LocationForm = 'object' | 'json-text' | 'text' | 'none'

/** How résumé skills are held: objects with a name, texts, a comma list, or a JSON array as text (perhaps cut off). */
export type SkillsForm = 'objects' | 'texts' | 'text' | 'json-text' | 'cut-json-text' | 'none'

/** An application as the contract has it. */
export interface ApplicationFact {
  id: string
  jobId: string
  appliedAt: number
  stage: Stage
  outcome: Outcome
  outcomeAt: number | null
}

/** A stage event, with the application that it belongs to (or would, if there were one). */
export interface EventFact {
  id: string
  jobId: string
  applicationId: string
  seq: number
  stage: Stage
  /** The source's own word: pending, approved, rejected. */
  status: string
  at: number
}

/** A row of JobUniversalStatus. */
export interface StatusFact {
  id: string
  jobId: string
  stageName: string | null
  status: string
  at: number
}

/** A résumé; it belongs to the first of the candidates that have it. */
export interface ResumeFact {
  id: string
  jobId: string | null
  candidateIds: string[]
  createdAt: number
  city: string | null
  /** The text in overall_score, and the number that it is. */
  scoreText: string | null
  score: string | null
  skills: string[]
  skillsForm: SkillsForm
}

/** An assessment. */
export interface AssessmentFact {
  id: string
  candidateId: string | null
  jobId: string | null
  assignedAt: number
  completedAt: number | null
  /** Tenths of a percent. */
  score: number | null
}

/** A personality screening. */
export interface ScreeningFact {
  id: string
  candidateId: string | null
  jobId: string | null
  assignedAt: number
  completedAt: number | null
  revoked: boolean
}

/** A line of the credit ledger. */
export interface CreditFact {
  id: string
  orgId: string
  jobId: string
  service: string
  credits: string
  at: number
}

/** A candidate and all that hangs on them. */
export interface CandidateFact {
  id: string
  /** False: rows point at this candidate, who is not there. */
  present: boolean
  /** The lowest organisation among those applied to; null for who applied to none. */
  orgId: string | null
  name: string | null
  email: string
  city: string | null
  state: string
  locationForm: LocationForm
  createdAt: number
  hiredFlag: boolean
  /** Résumés of another candidate, with a lower id, that this one has as well. */
  sharedResumeIds: string[]
  applications: ApplicationFact[]
  events: EventFact[]
  statuses: StatusFact[]
  resumes: ResumeFact[]
  assessments: AssessmentFact[]
  screenings: ScreeningFact[]
  credits: CreditFact[]
}
