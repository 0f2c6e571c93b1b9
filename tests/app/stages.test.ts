import { expect, it } from 'vitest'
import { addsUp, inWords, jobStages } from '../../src/app/stages.ts'

const none = { resume_screening: 0, assessment_test: 0, video_interview: 0, hired: 0, on_hold: 0, rejected: 0 }

it('adds the stages up to the applications', () => {
  const stages = { ...none, resume_screening: 7000, rejected: 4 }
  expect(addsUp({ stages, applications: 7180, withdrawn: 163, unknown: 13 })).toBe(
    '7,180 applications = 7,004 above + 163 withdrawn + 13 unknown',
  )
})

it('puts few applications into words', () => {
  const stages = { ...none, resume_screening: 1, hired: 1 }
  expect(inWords({ stages, applications: 3, withdrawn: 1, unknown: 0 })).toBe(
    '1 in résumé screening, 1 hired, 1 withdrawn',
  )
})

it('reads the overview under the names of the stage graph', () => {
  const { rejected, ...others } = none
  const results = [{ job_id: '7', job_name: 'Cook', stages: { ...others, hired: 2, reject: rejected + 5 } }]
  const counts = [{ job_id: '7', applications: 9, withdrawn: 1, unknown: 1 }]
  expect(jobStages(results, counts, new Map([['7', 'Cook (Pune)']]))).toEqual([
    {
      job_id: '7',
      name: 'Cook (Pune)',
      stages: { ...none, hired: 2, rejected: 5 },
      applications: 9,
      withdrawn: 1,
      unknown: 1,
    },
  ])
})
