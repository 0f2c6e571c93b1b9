import type { Manifest } from 'hirescope/contract'
import type { Dataset } from './dataset.ts'
import { run, type AskOptions, type AnswerOf } from './run.ts'
import type { Scope } from './scope.ts'
import { totalApplicants } from './total-applicants.ts'
import { fullWeeksBefore } from './weeks.ts'

const weeks = 12

/** The first and last day of two periods of the org clock. */
export interface ChangePeriods {
  latest: { applied_from: string; applied_to: string }
  before: { applied_from: string; applied_to: string }
}

/** The 12 full weeks before the week of as-of, and the 12 weeks before those. */
export const changePeriods = (manifest: Pick<Manifest, 'as_of' | 'time_zone' | 'week_start'>): ChangePeriods => ({
  latest: fullWeeksBefore(manifest, weeks, 0),
  before: fullWeeksBefore(manifest, weeks, weeks),
})

/** How many people applied lately, against how many did before. */
export interface ApplicantsChange extends ChangePeriods {
  /** Applicants with an application in the period, as `total-applicants` gives them for a row filter by day. */
  answers: { latest: AnswerOf<typeof totalApplicants>; before: AnswerOf<typeof totalApplicants> }
}

/** The change of applicants in words. */
export const applicantsChange = {
  title: 'Change of applicants',
  definition:
    'Applicants with an application made in the 12 full weeks before the week of the as-of time, against applicants with an application made in the 12 weeks before those. Weeks are those of the org clock; the week that is not over is in neither. Who applied in both periods counts in both.',
} as const

/**
 * Compares the applicants of the two periods within a scope. It reads single rows, which are loaded if they are not. Only
 * applicants are compared: shares of assessed or interviewed ones would always fall, since the latest had less time for it.
 * @throws as `run` does
 */
export const compareApplicants = async (
  dataset: Dataset,
  scope: Scope = {},
  options: AskOptions = {},
): Promise<ApplicantsChange> => {
  const { latest, before } = changePeriods(dataset.manifest)
  const ask = (period: ChangePeriods['latest']) => run(dataset, totalApplicants, { ...scope, ...period }, options)
  return { latest, before, answers: { latest: await ask(latest), before: await ask(before) } }
}
