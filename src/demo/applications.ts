import type { Stage } from 'hirescope/contract'
import type { ApplicationFact, CandidateFact, StatusFact } from './facts.ts'
import { travel, type Journey } from './journey.ts'
import { day, type Opening } from './organisations.ts'
import type { Profile } from './resumes.ts'
import { item, type Random } from './random.ts'
import { rates } from './rates.ts'
import { createResume } from './resumes.ts'
import { noJob, noResumeJob, type World } from './world.ts'

const stageNames: Partial<Record<Stage, string>> = {
  resume_screening: 'Resume Screening',
  assessment_test: 'Assessments',
  video_interview: 'Automated Video Interview',
}

const strayStageNames: Partial<Record<Stage, readonly string[]>> = {
  resume_screening: ['resume screening', ' Resume Screening', 'Resume  Screening'],
  assessment_test: ['Assessment', 'ASSESSMENTS', 'assessments '],
  video_interview: ['Automated video interview', 'automated-video-interview'],
}

/** A job that a candidate applies to, and when. */
export interface Target {
  opening: Opening
  at: number
  /** The job as the rows name it, which may not be there. */
  jobId: string
}

/** A candidate's application with all that follows from it. */
export const apply = (world: World, candidate: CandidateFact, profile: Profile, { opening, at, jobId }: Target) => {
  const { random, asOf, next } = world
  const fit = profile.quality + 0.4 * random.normal()
  const journey = travel(random, at, fit, opening.organisation.offset, asOf)
  const application: ApplicationFact = {
    id: next('application'),
    jobId,
    appliedAt: at,
    stage: journey.stage,
    outcome: journey.outcome,
    outcomeAt: journey.outcomeAt,
  }
  candidate.applications.push(application)
  const read = (of: string, createdAt: number) =>
    candidate.resumes.push(
      createResume(world, { ...profile, quality: fit }, candidate.id, of, Math.min(createdAt, asOf - 1000)),
    )

  // A candidate who is not there has no time of creation to fall back on.
  const neither = candidate.present && random.chance(rates.applicationWithNeither)
  const events = !neither && !random.chance(rates.applicationWithoutEvent)
  const resume = !neither && (!events || !random.chance(rates.applicationWithoutResume))
  if (neither) application.appliedAt = candidate.createdAt
  if (events) addEvents(world, candidate, application, journey)
  if (resume) {
    const ofNoJob = events && random.chance(rates.resumeOfNoJob)
    const odd = random.next()
    if (!ofNoJob && odd < rates.resumeReadEarly) application.appliedAt = at - (1 + random.below(3600)) * 1000
    const late = events && odd > 1 - rates.resumeReadLate ? (1 + random.below(86_400)) * 1000 : 0
    read(ofNoJob ? noResumeJob : jobId, application.appliedAt + late)
    if (random.chance(rates.resumeTwice)) read(jobId, at + 3 * day)
  }
  addStatuses(world, candidate, application, journey)
  addTests(world, candidate, opening, jobId, journey)
}

const addEvents = (
  { random, asOf, next }: World,
  candidate: CandidateFact,
  application: ApplicationFact,
  { steps }: Journey,
) => {
  const told = steps.flatMap(({ at, stage, event }) => (event === null ? [] : [{ at, stage, event }]))
  if (told.length > 1 && random.chance(rates.lastEventMissing)) told.pop()
  if (random.chance(rates.eventAfterAsOf))
    told.push({ at: asOf + (1 + random.below(20)) * day, stage: 'video_interview', event: 'pending' })
  const ids = told.map(() => next('event'))
  if (random.chance(rates.eventIdsBackwards)) ids.reverse()
  for (const [place, step] of told.entries())
    candidate.events.push({
      id: item(ids, place),
      jobId: application.jobId,
      applicationId: application.id,
      seq: place + 1,
      stage: step.stage,
      status: step.event,
      at: step.at,
    })
}

const addStatuses = (
  { random, asOf, next }: World,
  candidate: CandidateFact,
  application: ApplicationFact,
  { steps }: Journey,
) => {
  if (random.chance(rates.applicationWithoutStatus)) {
    application.stage = 'applied'
    application.outcome = 'active'
    application.outcomeAt = null
    return
  }
  const rows = steps.flatMap(({ stage, status, at }) =>
    status === null ? [] : [{ stageName: spellStage(random, stage), status, at }],
  )
  const latest = () => item(rows, rows.length - 1)
  const again = (status: string) => {
    const at = latest().at + (1 + random.below(10)) * day
    if (at >= asOf) return false
    rows.push({ stageName: latest().stageName, status, at })
    return true
  }
  // The first Hired row counts, the latest row decides.
  if (application.outcome === 'hired') {
    if (random.chance(rates.hiredTwice)) again('Hired')
    if (random.chance(rates.hireUndone) && again('Rejected')) {
      application.outcome = 'rejected'
      application.outcomeAt = latest().at
    }
  }
  const odd = random.next()
  if (odd < rates.stageBlank) {
    latest().stageName = random.chance(0.5) ? '' : null
    application.stage = 'applied'
  } else if (odd < rates.stageBlank + rates.stageUnknown) {
    latest().stageName = 'Panel Discussion'
    application.stage = 'unknown'
  }
  if (random.chance(rates.statusUnknown)) {
    latest().status = 'Archived'
    application.outcome = 'unknown'
    application.outcomeAt = latest().at
  }
  if (random.chance(rates.statusTie))
    rows.splice(-1, 0, { stageName: 'Resume Screening', status: 'On Hold', at: latest().at })
  const numbered: StatusFact[] = rows.map((row) => ({ id: next('status'), jobId: application.jobId, ...row }))
  const rising = rows.every((row, place) => place === 0 || row.at > item(rows, place - 1).at)
  if (rising && random.chance(rates.statusIdsBackwards)) {
    const ids = numbered.map(({ id }) => id).reverse()
    for (const [place, row] of numbered.entries()) row.id = item(ids, place)
  }
  candidate.statuses.push(...numbered)
}

const spellStage = (random: Random, stage: Stage): string | null => {
  const stray = strayStageNames[stage]
  return stray && random.chance(rates.stageStraySpelling) ? random.pick(stray) : (stageNames[stage] ?? null)
}

const addTests = (
  { random, asOf, next }: World,
  candidate: CandidateFact,
  opening: Opening,
  jobId: string,
  { assessment, screening }: Journey,
) => {
  const bill = (service: string, credits: string, at: number) =>
    candidate.credits.push({
      id: next('credit'),
      orgId: opening.fact.orgId,
      jobId: random.chance(rates.creditOfNoJob) ? noJob : jobId,
      service,
      credits,
      at,
    })
  if (assessment) {
    const again = random.chance(rates.assessmentAgain)
    for (const time of again ? [0, 1] : [0]) {
      const moved = random.chance(rates.assessmentBeforeApplication) ? -40 * day : 0
      const assignedAt = random.chance(rates.assessmentTimeMissing)
        ? Date.UTC(1900, 0, 1)
        : random.chance(rates.assessmentAfterAsOf)
          ? asOf + 3 * day
          : assessment.assignedAt + moved + time * 60_000
      const completed = time === 0 && assignedAt < asOf
      candidate.assessments.push({
        id: next('assessment'),
        candidateId: random.chance(rates.assessmentWithoutCandidate) ? null : candidate.id,
        jobId: random.chance(rates.assessmentWithoutJob) ? null : jobId,
        assignedAt,
        completedAt: completed ? assessment.completedAt : null,
        score: completed ? assessment.score : null,
      })
    }
    bill('assessment', '1.5000', assessment.assignedAt)
  }
  if (screening) {
    const future = random.chance(rates.screeningAfterAsOf)
    candidate.screenings.push({
      id: next('screening'),
      candidateId: random.chance(rates.screeningWithoutCandidate) ? null : candidate.id,
      jobId: random.chance(rates.screeningWithoutJob) ? null : jobId,
      assignedAt: future ? asOf + 2 * day : screening.assignedAt,
      completedAt: future ? null : screening.completedAt,
      revoked: random.chance(rates.screeningRevoked),
    })
    bill('video_interview', '4.2500', screening.assignedAt)
  }
}
