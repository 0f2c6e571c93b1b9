import { applicantsStageGraphOverview } from './applicants-stage-graph-overview.ts'
import { applicantsStageGraph } from './applicants-stage-graph.ts'
import { details } from './details.ts'
import { mostRecentApplicant } from './most-recent-applicant.ts'
import { scoreDistributionGraph } from './score-distribution-graph.ts'
import { topLocation } from './top-location.ts'
import { topSkill } from './top-skill.ts'
import { totalApplicants } from './total-applicants.ts'
import { weeklyGraph } from './weekly-graph.ts'

/** The nine metrics by id, which is the path of the endpoint. */
export const metrics = {
  'total-applicants': totalApplicants,
  'top-location': topLocation,
  'top-skill': topSkill,
  'most-recent-applicant': mostRecentApplicant,
  details,
  'weekly-graph': weeklyGraph,
  'applicants-stage-graph': applicantsStageGraph,
  'score-distribution-graph': scoreDistributionGraph,
  'applicants-stage-graph-overview': applicantsStageGraphOverview,
}
