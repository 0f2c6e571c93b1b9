/**
 * What is odd in the demo, and how often: each oddity that public recruiting databases show and that the Django tables can
 * hold. Rates are per row of what they name, and low enough that an exporter rejects less than 1 % of any table.
 */
export const rates = {
  /** Candidate ids beyond 2^53, which a JavaScript number cannot tell apart. */
  candidateIdBeyondDoubles: 0.002,
  /** Rows that point at a candidate who is not there. */
  candidateGone: 0.001,
  /** Candidates who applied to nothing. */
  candidateWithoutApplication: 0.01,
  /** Candidates who also applied to another organisation's job. */
  candidateOfTwoOrgs: 0.002,
  /** Candidate.hired says something else than the status rows. */
  hiredFlagWrong: 0.01,
  nameBlank: 0.002,
  /** Candidate.location is a JSON string that holds an object as text. */
  locationAsJsonText: 0.15,
  /** Candidate.location is a plain JSON string. */
  locationAsText: 0.15,
  locationMissing: 0.03,
  /** A country where a city should be. */
  countryForCity: 0.015,
  /** '0', '(none)', 'N/A' or nothing where a city should be. */
  cityPlaceholder: 0.01,
  cityOtherSpelling: 0.2,
  cityStrayCase: 0.04,
  cityStraySpace: 0.03,
  /** The résumé's city is another than the candidate's. */
  resumeCityDiffers: 0.1,
  resumeCityMissing: 0.1,

  /** Applications to a job that is not there (second applications only). */
  applicationToNoJob: 0.002,
  applicationWithoutResume: 0.015,
  applicationWithoutEvent: 0.03,
  /** Applications with neither résumé nor event. */
  applicationWithNeither: 0.003,
  /** Applications without a status row: their state is applied, active, whatever the events say. */
  applicationWithoutStatus: 0.02,
  /** The last stage event is missing: the state differs from the last event. */
  lastEventMissing: 0.02,
  /** Two status rows of the same instant: the higher id is the later one. */
  statusTie: 0.01,
  /** Status rows whose ids run against their times. */
  statusIdsBackwards: 0.01,
  /** Stage events whose ids run against their times. */
  eventIdsBackwards: 0.01,
  /** An empty or null stage name in the latest status row: applied. */
  stageBlank: 0.01,
  stageUnknown: 0.004,
  stageStraySpelling: 0.03,
  statusUnknown: 0.004,
  /** Hires with a second Hired row later. */
  hiredTwice: 0.05,
  /** Hires that were taken back. */
  hireUndone: 0.03,
  /** Stage events of a candidate and a job to which they never applied. */
  eventOfNoApplication: 0.003,
  eventAfterAsOf: 0.0005,

  /** Résumés read after the first stage event, and before it: the earlier of the two is the application. */
  resumeReadLate: 0.05,
  resumeReadEarly: 0.05,
  resumeTwice: 0.01,
  resumeWithoutJob: 0.01,
  /** Résumés of a job that is not there. */
  resumeOfNoJob: 0.001,
  /** Résumés that two candidates share. */
  resumeShared: 0.002,
  resumeWithoutCandidate: 0.002,
  scoreMissing: 0.02,
  /** A score that is no number. */
  scoreNotANumber: 0.003,
  /** A score over 10. */
  scoreTooHigh: 0.001,

  /** Skills as a JSON array of texts. */
  skillsAsTexts: 0.1,
  /** Skills as "C++, Java,, MySQL". */
  skillsAsText: 0.05,
  /** … of which with a gap. */
  skillsTextWithGap: 0.3,
  /** Skills as a JSON array inside a string. */
  skillsAsJsonText: 0.03,
  /** … of which cut off in the middle. */
  skillsJsonCut: 0.05,
  skillsMissing: 0.02,
  skillPlaceholder: 0.003,
  skillOtherSpelling: 0.15,
  skillStrayCase: 0.06,
  skillRepeated: 0.01,

  assessmentWithoutCandidate: 0.004,
  assessmentWithoutJob: 0.005,
  assessmentBeforeApplication: 0.01,
  assessmentAfterAsOf: 0.001,
  /** A time that is not one: 1 January 1900. */
  assessmentTimeMissing: 0.0005,
  assessmentAgain: 0.03,
  screeningWithoutCandidate: 0.005,
  screeningWithoutJob: 0.01,
  screeningRevoked: 0.04,
  screeningAfterAsOf: 0.001,
  creditOfNoJob: 0.001,
} as const
