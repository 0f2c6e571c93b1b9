import { z } from 'zod'
import { defineScopeMetric } from './metric.ts'

/** The three skills that most applicants list. */
export const topSkill = defineScopeMetric({
  id: 'top-skill',
  title: 'Top skills',
  definition:
    'The three skills that most applicants list in any résumé in scope. Each applicant counts once per skill. Ties go to the first in the alphabet.',
  unit: 'applicants',
  select: [
    'top_skill_1',
    'top_skill_1_applicants',
    'top_skill_2',
    'top_skill_2_applicants',
    'top_skill_3',
    'top_skill_3_applicants',
    'applicants',
  ],
  row: z.strictObject({
    top_skill_1: z.string().nullable(),
    top_skill_1_applicants: z.int(),
    top_skill_2: z.string().nullable(),
    top_skill_2_applicants: z.int(),
    top_skill_3: z.string().nullable(),
    top_skill_3_applicants: z.int(),
    applicants: z.int(),
  }),
  empty: {
    top_skill_1: null,
    top_skill_1_applicants: 0,
    top_skill_2: null,
    top_skill_2_applicants: 0,
    top_skill_3: null,
    top_skill_3_applicants: 0,
    applicants: 0,
  },
  answer: (row, { has }) => {
    const top_skills = ([1, 2, 3] as const).flatMap((position) => {
      const skill = row[`top_skill_${position}`]
      return skill === null ? [] : { skill, count: row[`top_skill_${position}_applicants`] }
    })
    return {
      status: 200,
      body: { top_skills: has('resume', 'resume_skill') ? top_skills : null },
      counts: { applicants: row.applicants },
    }
  },
})
