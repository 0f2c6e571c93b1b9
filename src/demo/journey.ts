import type { Outcome, Stage } from 'hirescope/contract'
import { day, wholeSeconds } from './organisations.ts'
import type { Random } from './random.ts'

/** One step of an application on its way: what the history and the current status say of it. */
export interface Step {
  at: number
  stage: Stage
  /** The word of the stage event; null leaves no event. */
  event: 'pending' | 'approved' | 'rejected' | null
  /** The word of the status row; null leaves no row. */
  status: string | null
}

/** How an application went. */
export interface Journey {
  steps: Step[]
  stage: Stage
  outcome: Outcome
  /** The step that decided the outcome. */
  outcomeAt: number | null
  assessment: { assignedAt: number; completedAt: number | null; score: number | null } | null
  screening: { assignedAt: number; completedAt: number | null } | null
}

// Between -1 and 1, without the transcendental functions that engines may round differently.
const squash = (value: number) => value / (1 + Math.abs(value))

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))

/** The same moment some days later; mostly not on a weekend. */
const later = (random: Random, from: number, days: number, offset: number): number => {
  const spread = random.next()
  const at = wholeSeconds(from + (0.05 + spread * spread * 3) * days * day)
  const weekday = new Date(at + offset).getUTCDay()
  const move = weekday === 6 ? 2 : weekday === 0 ? 1 : 0
  return move > 0 && random.chance(0.85) ? at + move * day : at
}

/**
 * Sends an application through résumé screening, assessment and video interview. `quality` (about -3 to 3) decides how far
 * it comes; what has not happened by as-of has not happened.
 */
export const travel = (random: Random, from: number, quality: number, offset: number, asOf: number): Journey => {
  const journey: Journey = {
    steps: [{ at: from, stage: 'resume_screening', event: 'pending', status: 'Applied' }],
    stage: 'resume_screening',
    outcome: 'active',
    outcomeAt: null,
    assessment: null,
    screening: null,
  }
  const end = (at: number, outcome: Outcome, status: string, event: Step['event']) => {
    journey.steps.push({ at, stage: journey.stage, event, status })
    journey.outcome = outcome
    journey.outcomeAt = at
    return journey
  }
  const move = (at: number, stage: Stage) => {
    journey.steps.push({ at, stage: journey.stage, event: 'approved', status: null })
    journey.steps.push({
      at: at + 1000,
      stage,
      event: 'pending',
      status: random.chance(0.7) ? 'Shortlisted' : 'Pending',
    })
    journey.stage = stage
  }

  const screened = later(random, from, 4, offset)
  const first = random.next()
  if (screened >= asOf - 5000 || first < 0.05) return journey
  if (first < 0.07) return end(screened, 'withdrawn', 'Withdrawn', null)
  if (first < 0.1) return end(screened, 'on_hold', 'On Hold', null)
  if (!random.chance(0.505 + 0.35 * squash(quality)))
    return end(screened, 'rejected', random.chance(0.7) ? 'Not Shortlisted' : 'Rejected', 'rejected')

  let ready = screened
  if (!random.chance(0.04)) {
    move(screened, 'assessment_test')
    journey.assessment = { assignedAt: screened + 1000, completedAt: null, score: null }
    const completed = later(random, screened, 2.5, offset)
    const decided = later(random, completed, 3, offset)
    if (random.chance(0.13)) {
      const expired = screened + 14 * day
      return random.chance(0.6) && expired < asOf ? end(expired, 'rejected', 'Rejected', 'rejected') : journey
    }
    if (completed >= asOf) return journey
    journey.assessment.completedAt = completed
    journey.assessment.score = clamp(Math.round(580 + 140 * quality + 90 * random.normal()), 20, 1000)
    if (decided >= asOf - 5000) return journey
    if (random.chance(0.02)) return end(decided, 'withdrawn', 'Withdrawn', null)
    if (random.chance(0.02)) return end(decided, 'on_hold', 'On Hold', null)
    if (!random.chance(0.79 + 0.2 * squash(quality + (journey.assessment.score - 580) / 140)))
      return end(decided, 'rejected', 'Rejected', 'rejected')
    ready = decided
  }
  move(ready, 'video_interview')
  journey.screening = { assignedAt: ready + 1000, completedAt: null }
  const completed = later(random, ready, 3, offset)
  if (completed >= asOf || random.chance(0.15)) return journey
  journey.screening.completedAt = completed
  const decided = later(random, completed, 6, offset)
  const last = random.next()
  if (decided >= asOf - 5000 || last < 0.12) return journey
  if (last < 0.17) return end(decided, 'withdrawn', 'Withdrawn', null)
  if (last < 0.23) return end(decided, 'on_hold', 'On Hold', null)
  if (random.chance(0.19 + 0.16 * squash(quality))) return end(decided, 'hired', 'Hired', 'approved')
  return end(decided, 'rejected', 'Rejected', 'rejected')
}
