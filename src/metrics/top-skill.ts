import { z } from 'zod'
import { defineMetric } from './metric.ts'

export const topSkill = defineMetric({
  id: 'top-skill',
  title: 'Top skills',
  definition:
    'The three skills that most applicants list in any résumé in scope. Each applicant counts once per skill. Ties go to the first in the alphabet.',
  unit: 'applicants',
  reads: ['rollup_job', 'rollup_skill'],
  sql: `
SELECT skills.name AS skill, rollup_skill.applicants AS skill_applicants, rollup_job.applicants
FROM rollup_job
LEFT JOIN rollup_skill ON rollup_skill.job_key = rollup_job.job_key AND rollup_skill.position <= 3
LEFT JOIN skills ON skills.skill_key = rollup_skill.skill_key
WHERE rollup_job.job_key = CAST($job AS INTEGER)
ORDER BY rollup_skill.position`,
  row: z.strictObject({ skill: z.string().nullable(), skill_applicants: z.int().nullable(), applicants: z.int() }),
  answer: (rows, { has }) => ({
    status: 200,
    body: {
      top_skills: has('resume', 'resume_skill')
        ? rows.flatMap(({ skill, skill_applicants }) =>
            skill === null || skill_applicants === null ? [] : { skill, count: skill_applicants },
          )
        : null,
    },
    counts: { applicants: rows[0]?.applicants ?? 0 },
  }),
})
