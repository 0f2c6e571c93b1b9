import type { EndpointId } from 'hirescope/contract'
import { describe, expect, test } from 'vitest'
import { rowsOf } from './case.ts'
import { createOracle } from './oracle.ts'
import type { OracleConfig } from './config.ts'

// Wednesday.
const config: OracleConfig = { asOf: '2024-03-13 12:00:00' }

const whole = (said: Parameters<typeof rowsOf>[0], settings: Partial<OracleConfig> = {}, jobIds = ['j']) => {
  const bundle = createOracle(rowsOf(said), { ...config, ...settings }).bundle('o', jobIds)
  const body = (endpoint: EndpointId, scope = {}) => bundle.answer(endpoint, scope).body
  return { bundle, body }
}

describe('who sees which jobs', () => {
  test('an admin sees every job that is not deleted, others what they own or share, inactive users nothing', () => {
    const rows = rowsOf({
      org: [{}, { org_id: 'p' }],
      app_user: [
        { user_id: 'z' },
        { user_id: '\u{1F600}', role: 'editor' },
        { user_id: '\uFFFD', role: null },
        { user_id: 'gone', is_active: false },
        { user_id: 'bad', role: 'Admin' },
        { user_id: 'foreign', org_id: 'p' },
      ],
      job: [
        { job_id: '9', owner_user_id: '\uFFFD' },
        { job_id: '10', owner_user_id: 'foreign' },
        { job_id: 'd', is_deleted: true, owner_user_id: '\uFFFD' },
      ],
      job_share: [
        { job_id: '10', user_id: '\u{1F600}' },
        { job_id: '9', user_id: 'foreign' },
        { job_id: '9', user_id: 'nobody' },
      ],
    })
    const oracle = createOracle(rows, config)
    expect(oracle.orgs).toEqual(['o', 'p'])
    expect(oracle.viewers('o')).toEqual([
      { userId: 'z', role: 'admin', jobIds: ['10', '9'] },
      { userId: '\uFFFD', role: 'other', jobIds: ['9'] },
      { userId: '\u{1F600}', role: 'editor', jobIds: ['10'] },
    ])
    expect(oracle.viewers('p')).toEqual([{ userId: 'foreign', role: 'admin', jobIds: [] }])
  })

  test('a job that is unknown or of another bundle is 404 everywhere, an empty set is a scope', () => {
    const { bundle } = whole({ job: [{}, { job_id: 'k' }] })
    expect(bundle.answer('total-applicants', { job_id: 'k' })).toEqual({ status: 404, body: null })
    expect(bundle.answer('details', { job_ids: ['j', 'k'] })).toEqual({ status: 404, body: null })
    expect(bundle.answer('details', { job_ids: [] })).toEqual({ status: 204, body: null })
    expect(bundle.answer('total-applicants', { job_ids: [] })).toEqual({ status: 200, body: { total_applicants: 0 } })
  })
})

describe('merges', () => {
  test('chains end at the survivor, circles and dangling pointers merge nothing, a deleted survivor takes all along', () => {
    const { bundle, body } = whole({
      candidate: [
        { candidate_id: '1', merged_into_id: '2', is_deleted: true },
        { candidate_id: '2', merged_into_id: '3' },
        { candidate_id: '3' },
        { candidate_id: '4', merged_into_id: '5' },
        { candidate_id: '5', merged_into_id: '6' },
        { candidate_id: '6', merged_into_id: '5' },
        { candidate_id: '7', merged_into_id: 'nobody' },
        { candidate_id: '8', merged_into_id: '9' },
        { candidate_id: '9', is_deleted: true },
      ],
      application: ['1', '2', '4', '6', '7', '8', '9'].map((id) => ({ application_id: id, candidate_id: id })),
    })
    expect(bundle.ids.candidates).toEqual(['3', '5', '6', '7'])
    expect(bundle.ids.applications).toEqual(['1', '2', '4', '6', '7'])
    expect(body('total-applicants')).toEqual({ total_applicants: 4 })
  })
})

describe('text', () => {
  test('a city is that of the latest résumé naming one, and is shown in the most frequent spelling', () => {
    const { body } = whole({
      candidate: [
        { candidate_id: '1', city_raw: 'Delhi' },
        { candidate_id: '2', city_raw: '\u0085pune ' },
        { candidate_id: '3', city_raw: 'Delhi' },
      ],
      application: ['1', '2', '3'].map((id) => ({ application_id: id, candidate_id: id })),
      resume: [
        { resume_id: '10', candidate_id: '1', city_raw: 'Goa' },
        { resume_id: '9', candidate_id: '1', job_id: null, city_raw: 'PUNE' },
        { resume_id: 'x', candidate_id: '1', created_at: '2024-03-02 00:00:00', city_raw: ' ' },
        { resume_id: 'y', candidate_id: '3', job_id: null, created_at: '2024-02-02 00:00:00', city_raw: 'PUNE' },
      ],
    })
    // '9' comes after '10' at the same time; spellings: PUNE twice, pune once.
    expect(body('top-location')).toEqual({ top_location: 'PUNE', applicant_count: 3 })
  })

  test('aliases are looked up once by the folded text, shown as written, and drop what leads to nothing', () => {
    const aliases = { city: { ' bombay': 'Mumbai', India: null }, skill: { js: 'JavaScript' } }
    const { body } = whole(
      {
        candidate: [
          { candidate_id: '1', city_raw: 'BOMBAY' },
          { candidate_id: '2', city_raw: 'mumbai' },
          { candidate_id: '3', city_raw: 'India' },
        ],
        application: ['1', '2', '3'].map((id) => ({ application_id: id, candidate_id: id })),
        resume: [
          { resume_id: '1', candidate_id: '1' },
          { resume_id: '2', candidate_id: '2' },
        ],
        resume_skill: [
          { resume_id: '1', ordinal: 0, skill_raw: 'JS' },
          { resume_id: '1', ordinal: 1, skill_raw: 'javascript' },
          { resume_id: '2', ordinal: 0, skill_raw: 'C++' },
          { resume_id: '2', ordinal: 1, skill_raw: ' c++' },
          { resume_id: '2', ordinal: 2, skill_raw: 'Zig' },
          { resume_id: '2', ordinal: 3, skill_raw: 'Ada' },
        ],
      },
      { aliases },
    )
    expect(body('top-location')).toEqual({ top_location: 'Mumbai', applicant_count: 2 })
    expect(body('top-skill')).toEqual({
      top_skills: [
        { skill: 'Ada', count: 1 },
        { skill: 'C++', count: 1 },
        { skill: 'JavaScript', count: 1 },
      ],
    })
  })
})

describe('details', () => {
  test('one job: ratios in hundredths, the first hire, credits to a whole number', () => {
    const { body } = whole(
      {
        job: [{ created_at: '2024-01-01 00:00:00' }],
        candidate: ['1', '2', '3'].map((id) => ({ candidate_id: id, name: `N${id}` })),
        application: [
          { application_id: '1', candidate_id: '1', outcome: 'hired', outcome_at: '2024-03-20 00:00:00' },
          // 1.05 days to the microsecond: a half, away from zero.
          { application_id: '2', candidate_id: '2', outcome: 'hired', outcome_at: '2024-01-02 01:12:00' },
          { application_id: '3', candidate_id: '3' },
        ],
        assessment: [
          { candidate_id: '1' },
          { assessment_id: 'u', candidate_id: '1' },
          { assessment_id: 'v', job_id: null, candidate_id: '2' },
        ],
        screening: [
          { candidate_id: '1' },
          { screening_id: 'x', candidate_id: '2' },
          { screening_id: 'y', candidate_id: '3', revoked: true },
        ],
        credit_event: [{ credits: '-2.5' }, { credit_event_id: 'l', credits: '-0.5', candidate_id: 'nobody' }],
      },
      {},
    )
    expect(body('details', { job_id: 'j' })).toEqual({
      close_fills: {
        candidate_id: '2',
        name: 'N2',
        job_id: 'j',
        job_title: 'Cook',
        status: 'hired',
        hired_at: '2024-01-02T01:12:00Z',
        days_to_fill: 1.1,
      },
      total_applicants: 3,
      assessment_ratio: 33.33,
      personality_screening_ratio: 66.67,
      // -3 ÷ 2 hires
      credits_per_hire: -2,
    })
  })

  test('many jobs: jobs by status, and null for what the source lacks', () => {
    const jobs = ['open', 'closed', 'draft', 'on_hold', 'open'].map((status, i) => ({ job_id: `${i}`, status }))
    const { body } = whole(
      { job: jobs as never, candidate: [{}], application: [{ job_id: '2', outcome: 'hired' }] },
      { names: 'none' },
      ['0', '1', '2', '3', '4'],
    )
    expect(body('details')).toEqual({
      total_applicants: 1,
      total_jobs: 5,
      assessment_ratio: null,
      personality_screening_ratio: null,
      close_fill: {
        candidate_id: 'c',
        name: null,
        job_id: '2',
        job_title: 'Cook',
        status: 'hired',
        hired_at: null,
        days_to_fill: null,
      },
      closed_jobs_count: 1,
      opened_jobs_count: 2,
    })
    expect(body('top-skill')).toEqual({ top_skills: null })
    expect(body('score-distribution-graph')).toEqual({ results: null })
    expect(body('most-recent-applicant')).toEqual({ most_recent_applicant: null })
  })
})

describe('weeks', () => {
  test('a record belongs to the week of its local date, across a change of the clocks', () => {
    const times = ['2024-03-11 03:59:59.999999', '2024-03-11 04:00:00', '2023-12-25 04:59:59', '2023-12-25 05:00:00']
    const { body } = whole({
      org: [{ time_zone: 'America/New_York' }],
      candidate: [{}],
      application: times.map((applied_at, i) => ({ application_id: `${i}`, applied_at })),
    })
    const { results } = body('weekly-graph') as { results: Record<string, unknown> }
    const start_dates = [
      ...['2023-12-25', '2024-01-01', '2024-01-08', '2024-01-15', '2024-01-22', '2024-01-29'],
      ...['2024-02-05', '2024-02-12', '2024-02-19', '2024-02-26', '2024-03-04', '2024-03-11'],
    ]
    expect(results.applications_received).toEqual({
      weeks: 12,
      data: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1],
      start_dates,
    })
    expect(results.assessments).toEqual({ weeks: 12, data: null, start_dates })
  })

  test('weeks start on Sunday where the config says so, and a day is midnight of the org', () => {
    const { body } = whole(
      {
        candidate: [{}],
        application: ['2024-03-09', '2024-03-10', '2024-03-14'].map((day, i) => ({
          application_id: `${i}`,
          applied_at: day,
        })),
      },
      { orgs: { o: { timeZone: 'Pacific/Auckland', weekStart: 'sunday' } }, asOf: '2024-03-13 10:59:59' },
    )
    const { results } = body('weekly-graph') as { results: { applications_received: { data: number[] } } }
    // The 14th starts in Auckland one second after as-of: that record is left out.
    expect(results.applications_received.data).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
    expect(body('total-applicants')).toEqual({ total_applicants: 1 })
  })
})

describe('stages and scores', () => {
  test('every application is in one bar, or withdrawn, or unknown', () => {
    const states = [
      ...['active applied', 'active resume_screening', 'active assessment_test', 'active offer', 'active unknown'],
      ...['hired unknown', 'rejected applied', 'on_hold interview', 'withdrawn unknown', 'unknown offer'],
    ].map((state) => state.split(' '))
    const { bundle, body } = whole({
      candidate: [{}],
      application: states.map(([outcome, stage], i) => ({ application_id: `${i}`, outcome, stage }) as never),
    })
    const bars = { resume_screening: 2, assessment_test: 1, video_interview: 1, on_hold: 1, hired: 1 }
    expect(body('applicants-stage-graph')).toEqual({ results: { ...bars, rejected: 1 } })
    expect(bundle.stageBasis({})).toEqual({ applications: 10, withdrawn: 1, unknown: 2 })
    expect(body('applicants-stage-graph-overview')).toEqual({
      results: [{ job_id: 'j', job_name: 'Cook', stages: { ...bars, reject: 1 } }],
    })
  })

  test('a score is scaled to ten, rounded down, and held within the bars', () => {
    const scores = [
      ['8.900', null],
      ['9.999', '10'],
      ['4.995', '5'],
      ['300', '100'],
      ['-1', null],
      ['5', '0'],
      [null, '5'],
    ]
    const { body } = whole({
      candidate: [{}],
      application: [{}],
      resume: scores.map(([overall_score, score_max], i) => ({ resume_id: `${i}`, overall_score, score_max })),
    })
    expect(body('score-distribution-graph')).toEqual({
      results: [
        { score: 0, count: 1 },
        { score: 8, count: 1 },
        { score: 9, count: 2 },
        { score: 10, count: 1 },
      ],
    })
  })
})

describe('bad rows', () => {
  test('the first of two rows with one key stays, by all columns, with null last', () => {
    const { body } = whole({
      candidate: [
        { candidate_id: 'c', city_raw: null },
        { candidate_id: 'c', city_raw: '\u{1F600}' },
        { candidate_id: 'c', city_raw: '\uFFFD' },
      ],
      application: [{}],
    })
    expect(body('top-location')).toEqual({ top_location: '\uFFFD', applicant_count: 1 })
  })

  test('needed references take the row along, others become null, and the future is left out', () => {
    const { bundle } = whole({
      org: [{}, { org_id: 'p' }],
      job: [{}, { job_id: 'late', created_at: '2024-03-13 12:00:00.000001' }, { job_id: 'p', org_id: 'p' }],
      candidate: [{}, { candidate_id: 'old', created_at: '1969-12-31 23:59:59' }, { candidate_id: 'q', org_id: 'p' }],
      application: [
        {},
        { application_id: 'of-old', candidate_id: 'old' },
        { application_id: 'to-late', job_id: 'late' },
        { application_id: 'to-other-org', job_id: 'p' },
        { application_id: 'prospect', job_id: null },
        { application_id: 'blank', stage: '' as never },
        { application_id: 'future', applied_at: '2024-03-13 12:00:01' },
      ],
      stage_event: [{}, { event_id: 'f', application_id: 'future' }],
      resume: [
        { resume_id: 'late', job_id: 'late' },
        { resume_id: 'p', job_id: 'p' },
        { resume_id: 'old', candidate_id: 'old' },
      ],
      assessment: [{ job_id: 'late' }],
    })
    expect(bundle.ids).toEqual({
      jobs: ['j'],
      candidates: ['c'],
      applications: ['a'],
      resumes: ['late', 'p'],
      assessments: [],
      screenings: [],
      credit_events: [],
      stage_events: ['e'],
    })
  })
})
