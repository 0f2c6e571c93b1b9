import type { EndpointId, Manifest } from 'hirescope/contract'
import { applicantsChange, metrics, type ApplicantsChange } from 'hirescope/metrics'
import { credits } from './counts.ts'
import { counted, day, decimal, fewestForShares, localDay, localTime, number, percent, ratio } from './format.ts'
import { shownList, type ShownList } from './shown-lists.ts'
import type { ListedJob, ShownBasis, Standing } from './state/board.svelte.ts'

/** What a figure takes from a metric, in words and numbers. */
export interface Taken {
  id: EndpointId
  title: string
  definition: string
  /** The counts that matter for it; without it all of them. */
  only?: readonly string[]
  /** What it stands on besides counts. */
  rows?: readonly (readonly [label: string, value: string])[]
  /** The rows behind it, where counts alone do not say which. */
  lists?: readonly ShownList[]
  /** What it stands on, if that is not the metric's answer about the page's scope. */
  basis?: ShownBasis
}

/** A change against the 12 weeks before: "▲" (read as "up"), "8%", "on prior 12 wk". */
export interface Change {
  direction: 'up' | 'down' | null
  size: string
  against: string
}

/** One of the seven figures: a number or a name, or words on why there is none. */
export interface Tile {
  label: string
  metrics: readonly Taken[]
  reading:
    | { kind: 'value'; value: string; unit?: string; basis: readonly string[]; change?: Change | 'coming' | 'none' }
    | { kind: 'name'; value: string; basis: readonly string[] }
    | { kind: 'absent'; basis: readonly string[] }
    | { kind: 'empty'; basis: readonly string[] }
    | { kind: 'failed' }
}

type Reading = Tile['reading']
type Cards = Standing['cards']

const value = (text: string, basis: readonly string[], unit?: string): Reading => ({
  kind: 'value',
  value: text,
  basis,
  ...(unit !== undefined && { unit }),
})
const named = (text: string, basis: readonly string[]): Reading => ({ kind: 'name', value: text, basis })
const absent = (...basis: string[]): Reading => ({ kind: 'absent', basis })
const empty = (...basis: string[]): Reading => ({ kind: 'empty', basis })
const failed: Reading = { kind: 'failed' }
const noApplicants = empty('no applicants yet')

const unbroken = (text: string) => text.replaceAll(' ', '\u00a0')

const whole = (id: EndpointId): Taken => ({ id, title: metrics[id].title, definition: metrics[id].definition })
/** A figure that is one field of `details`. */
const ofDetails = (
  label: string,
  field: keyof typeof metrics.details.fields,
  only: readonly string[],
  rows: Taken['rows'] = [],
): Pick<Tile, 'label' | 'metrics'> => ({
  label,
  metrics: [{ id: 'details', title: label, definition: metrics.details.fields[field], only, rows }],
})

/** The change in words; in numbers where too few of either make a percentage mean something. Null where nobody applied. */
export const changeInWords = ({ answers: { latest, before } }: ApplicantsChange): Change | null => {
  const now = latest.body?.total_applicants ?? 0
  const then = before.body?.total_applicants ?? 0
  if (!now && !then) return null
  if (now < fewestForShares || then < fewestForShares)
    return { direction: null, size: number(now), against: `in 12 wk, ${number(then)} before` }
  const change = Math.round((100 * (now - then)) / then)
  const direction = change > 0 ? 'up' : change < 0 ? 'down' : null
  return {
    direction,
    size: percent(Math.abs(change)),
    against: direction ? 'on prior 12 wk' : 'change on prior 12 wk',
  }
}

const ofChange = ({ latest, before, answers }: ApplicantsChange): Taken[] => {
  const { basis } = answers.latest
  const period = ({ applied_from, applied_to }: ApplicantsChange['latest']) =>
    `${day(applied_from, latest.applied_to)} to ${day(applied_to, latest.applied_to)}`
  if (!basis || !answers.before.basis) return []
  const lists = [
    { period: latest, count: answers.latest.body?.total_applicants ?? 0 },
    { period: before, count: answers.before.body?.total_applicants ?? 0 },
  ].flatMap(({ period: each, count }) =>
    count ? [{ ...shownList('applicants', count, undefined, `· ${period(each)}`), period: each }] : [],
  )
  return [
    {
      id: 'total-applicants',
      ...applicantsChange,
      only: [],
      rows: [
        [`Applicants, ${period(latest)}`, number(answers.latest.body?.total_applicants ?? 0)],
        [`Applicants, ${period(before)}`, number(answers.before.body?.total_applicants ?? 0)],
      ],
      lists,
      basis,
    },
  ]
}

const applicants = (
  cards: Cards,
  { as_of, time_zone, source_tables }: Manifest,
  change: ApplicantsChange | 'coming' | null,
): Tile => {
  const total = cards['total-applicants'].answer
  const recent = cards['most-recent-applicant'].answer
  const known = change === 'coming' ? null : change
  const latest = () => {
    if (recent?.status !== 200) return 'latest résumé not known'
    const instant = recent.body.most_recent_applicant
    if (instant !== null) return `latest résumé ${unbroken(localTime(instant, time_zone, as_of))}`
    return source_tables.resume ? 'no résumé yet' : 'the source has no résumés'
  }
  return {
    label: 'Applicants',
    metrics: [whole('total-applicants'), ...(known ? ofChange(known) : []), whole('most-recent-applicant')],
    reading:
      total?.status === 200
        ? {
            kind: 'value',
            value: number(total.body.total_applicants),
            basis: [counted(total.basis.counts.applications, 'application'), latest()],
            // A place is kept for it, so that nothing moves when it comes.
            ...(change && { change: known ? (changeInWords(known) ?? 'none') : 'coming' }),
          }
        : failed,
  }
}

const jobs = (cards: Cards): Tile => {
  const { answer } = cards.details
  const reading = () => {
    if (!answer?.basis) return failed
    const { jobs, open_jobs, closed_jobs } = answer.basis.counts
    const other = jobs - open_jobs - closed_jobs
    const basis = [
      `${number(closed_jobs)} closed`,
      ...(other ? [`${number(other)} draft or on hold`] : []),
      `${number(jobs)} in all`,
    ]
    return value(number(open_jobs), basis, 'open')
  }
  return { ...ofDetails('Jobs', 'total_jobs', ['jobs', 'open_jobs', 'closed_jobs']), reading: reading() }
}

const creditsPerHire = (cards: Cards, { source_tables }: Manifest): Tile => {
  const { answer } = cards.details
  const reading = () => {
    if (!answer?.basis) return failed
    if (answer.status === 204) return noApplicants
    const { hires, credit_units } = answer.basis.counts
    if (!source_tables.credit_event) return absent('the source has no credit records')
    const spent = `${credits(credit_units)} credits spent`
    const perHire = 'credits_per_hire' in answer.body ? answer.body.credits_per_hire : null
    return perHire === null
      ? absent('nobody hired yet', spent)
      : value(number(perHire), [spent, counted(hires, 'hire')])
  }
  return { ...ofDetails('Credits per hire', 'credits_per_hire', ['credit_units', 'hires']), reading: reading() }
}

const ratioTile = (
  cards: Cards,
  manifest: Manifest,
  [label, field, count, table, missing]: readonly [
    label: string,
    field: 'assessment_ratio' | 'personality_screening_ratio',
    count: 'assessed' | 'screened',
    table: 'assessment' | 'screening',
    missing: string,
  ],
): Tile => {
  const { answer } = cards.details
  const reading = () => {
    if (!answer?.basis) return failed
    if (!manifest.source_tables[table]) return absent(`the source has no ${missing}`)
    if (answer.status === 204) return noApplicants
    const { [count]: part, applicants } = answer.basis.counts
    const percentage = answer.body[field]
    if (percentage === null) return absent(`the source has no ${missing}`)
    return applicants < fewestForShares
      ? value(number(part), [`of ${counted(applicants, 'applicant')}`])
      : value(ratio(percentage), [`${number(part)} of ${number(applicants)}`], '%')
  }
  return { ...ofDetails(label, field, [count, 'applicants']), reading: reading() }
}

const firstFill = (cards: Cards, { as_of, time_zone }: Manifest, jobs: readonly ListedJob[]): Tile => {
  const { answer } = cards.details
  const body = answer?.status === 200 ? answer.body : null
  const hire = body && ('close_fill' in body ? body.close_fill : body.close_fills)
  const job = hire && jobs.find(({ job_id }) => job_id === hire.job_id)
  const reading = () => {
    if (!answer?.basis) return failed
    if (answer.status === 204) return noApplicants
    if (!hire) return absent('nobody hired yet')
    const when = hire.hired_at === null ? 'day not known' : unbroken(localDay(hire.hired_at, time_zone, as_of))
    const basis = [`${job?.label ?? hire.job_title}, ${when}`, ...(hire.name === null ? [] : [hire.name])]
    return hire.days_to_fill === null ? absent(...basis) : value(decimal(hire.days_to_fill), basis)
  }
  const at = (instant: string | null | undefined) =>
    typeof instant === 'string' ? localTime(instant, time_zone, as_of) : 'not known'
  const rows: Taken['rows'] = hire
    ? [
        // What is known of a job comes with the engine.
        ...(job?.status == null ? [] : [['Job created', at(job.created_at && utc(job.created_at))] as const]),
        ['First hired', at(hire.hired_at)],
      ]
    : []
  return { ...ofDetails('Days to first fill', 'close_fill', ['hires'], rows), reading: reading() }
}

/** A timestamp as the engine prints it, as an instant. */
const utc = (timestamp: string) => `${timestamp.replace(' ', 'T')}Z`

const topCity = (cards: Cards): Tile => {
  const { answer } = cards['top-location']
  const reading = () => {
    if (answer?.status !== 200) return failed
    const { top_location, applicant_count } = answer.body
    return top_location === null
      ? empty(answer.basis.counts.applicants ? 'no applicant names a city' : 'no applicants yet')
      : named(top_location, [counted(applicant_count, 'applicant')])
  }
  const lists =
    answer?.status === 200 && answer.body.top_location !== null
      ? [shownList('city', answer.body.applicant_count, answer.body.top_location, `from ${answer.body.top_location}`)]
      : []
  return { label: 'Top city', metrics: [{ ...whole('top-location'), lists }], reading: reading() }
}

const topSkills = (cards: Cards): Tile => {
  const { answer } = cards['top-skill']
  const reading = () => {
    if (answer?.status !== 200) return failed
    const { top_skills } = answer.body
    if (top_skills === null) return absent('the source has no skills')
    const [first, second, third] = top_skills
    if (!first) return empty(answer.basis.counts.applicants ? 'no résumé lists a skill' : 'no applicants yet')
    const counts = second
      ? `${number(first.count)} and ${number(second.count)} applicants`
      : counted(first.count, 'applicant')
    return named([first, ...(second ? [second] : [])].map(({ skill }) => skill).join(', '), [
      counts,
      ...(third ? [`then ${third.skill} (${number(third.count)})`] : []),
    ])
  }
  const lists = (answer?.status === 200 ? (answer.body.top_skills ?? []) : []).map(({ skill, count }) =>
    shownList('skill', count, skill, `who list ${skill}`),
  )
  return { label: 'Top skills', metrics: [{ ...whole('top-skill'), lists }], reading: reading() }
}

/** The seven figures of the page; for one job, credits per hire stand in place of the number of jobs. */
export const tiles = (
  { job, cards }: Standing,
  manifest: Manifest,
  visible: readonly ListedJob[],
  change: ApplicantsChange | 'coming' | null = null,
): Tile[] => [
  applicants(cards, manifest, change),
  job ? creditsPerHire(cards, manifest) : jobs(cards),
  ratioTile(cards, manifest, ['Assessed', 'assessment_ratio', 'assessed', 'assessment', 'assessments']),
  ratioTile(cards, manifest, [
    'Interviewed on video',
    'personality_screening_ratio',
    'screened',
    'screening',
    'video interviews',
  ]),
  firstFill(cards, manifest, visible),
  topCity(cards),
  topSkills(cards),
]

const latestResume = (cards: Cards, { as_of, time_zone, source_tables }: Manifest): Tile => {
  const { answer } = cards['most-recent-applicant']
  const reading = () => {
    if (answer?.status !== 200) return failed
    const instant = answer.body.most_recent_applicant
    if (instant !== null) return named(localTime(instant, time_zone, as_of), [])
    return source_tables.resume ? empty('no résumé yet') : absent('the source has no résumés')
  }
  return { label: 'Latest résumé', metrics: [whole('most-recent-applicant')], reading: reading() }
}

/** The figures that one metric gives, as they stand on a page of their own; none for a metric that is shown as a chart. */
export const tilesOf = (
  id: EndpointId,
  standing: Standing,
  manifest: Manifest,
  visible: readonly ListedJob[],
): Tile[] => {
  if (id === 'most-recent-applicant') return [latestResume(standing.cards, manifest)]
  return tiles(standing, manifest, visible).filter(({ metrics: [first] }) => first?.id === id)
}

/** The names of the seven figures, for the page before it has numbers. */
export const tileLabels = [
  'Applicants',
  'Jobs',
  'Assessed',
  'Interviewed on video',
  'Days to first fill',
  'Top city',
  'Top skills',
] as const
