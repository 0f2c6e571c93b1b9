/** The nine endpoints, by path. A metric's id is its endpoint's path without the slash. */
export const endpointIds = [
  'total-applicants',
  'top-location',
  'top-skill',
  'most-recent-applicant',
  'details',
  'weekly-graph',
  'applicants-stage-graph',
  'score-distribution-graph',
  'applicants-stage-graph-overview',
] as const

/** The path of an endpoint, without the slash. */
export type EndpointId = (typeof endpointIds)[number]
