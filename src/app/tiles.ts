import type { EndpointId, Manifest } from 'hirescope/contract'
import { credits } from './counts.ts'
import { counted, decimal, fewestForShares, localDay, localTime, number, ratio } from './format.ts'
import type { Standing } from './state/board.svelte.ts'

/** One of the seven figures: a value, or words on why there is none. */
export interface Tile {
  label: string
  /** The metrics it is made of, with the counts that matter for it. */
  metrics: readonly { id: EndpointId; only?: readonly string[] }[]
  reading:
    | { kind: 'value'; value: string; unit?: string; basis: readonly string[] }
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
const absent = (...basis: string[]): Reading => ({ kind: 'absent', basis })
const empty = (...basis: string[]): Reading => ({ kind: 'empty', basis })
const failed: Reading = { kind: 'failed' }
const noApplicants = empty('no applicants yet')

const applicants = (cards: Cards, { as_of, time_zone, source_tables }: Manifest): Tile => {
  const total = cards['total-applicants'].answer
  const recent = cards['most-recent-applicant'].answer
  const latest = () => {
    if (recent?.status !== 200) return 'latest résumé not known'
    const instant = recent.body.most_recent_applicant
    if (instant !== null) return `latest résumé ${localTime(instant, time_zone, as_of)}`
    return source_tables.resume ? 'no résumé yet' : 'the source has no résumés'
  }
  return {
    label: 'Applicants',
    metrics: [{ id: 'total-applicants' }, { id: 'most-recent-applicant' }],
    reading:
      total?.status === 200
        ? value(number(total.body.total_applicants), [
            counted(total.basis.counts.applications, 'application'),
            latest(),
          ])
        : failed,
  }
}

const jobs = (cards: Cards): Tile => {
  const { answer } = cards.details
  const reading = () => {
    if (!answer?.basis) return failed
    const { jobs, open_jobs, closed_jobs } = answer.basis.counts
    const other = jobs - open_jobs - closed_jobs
    const basis = [`${number(closed_jobs)} closed${other ? ` · ${number(other)} other` : ''}`]
    return value(number(open_jobs), basis, 'open')
  }
  return { label: 'Jobs', metrics: [{ id: 'details', only: ['jobs', 'open_jobs', 'closed_jobs'] }], reading: reading() }
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
  return {
    label: 'Credits per hire',
    metrics: [{ id: 'details', only: ['credit_units', 'hires'] }],
    reading: reading(),
  }
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
  return { label, metrics: [{ id: 'details', only: [count, 'applicants'] }], reading: reading() }
}

const firstFill = (cards: Cards, { as_of, time_zone }: Manifest): Tile => {
  const { answer } = cards.details
  const reading = () => {
    if (!answer?.basis) return failed
    if (answer.status === 204) return noApplicants
    const hire = 'close_fill' in answer.body ? answer.body.close_fill : answer.body.close_fills
    if (hire === null) return absent('nobody hired yet')
    const when =
      hire.hired_at === null ? 'day not known' : localDay(hire.hired_at, time_zone, as_of).replaceAll(' ', '\u00a0')
    const basis = [`${hire.job_title}, ${when}`, ...(hire.name === null ? [] : [hire.name])]
    return hire.days_to_fill === null ? absent(...basis) : value(decimal(hire.days_to_fill), basis)
  }
  return { label: 'Days to first fill', metrics: [{ id: 'details', only: ['hires'] }], reading: reading() }
}

const topCity = (cards: Cards): Tile => {
  const { answer } = cards['top-location']
  const reading = () => {
    if (answer?.status !== 200) return failed
    const { top_location, applicant_count } = answer.body
    return top_location === null
      ? empty(answer.basis.counts.applicants ? 'no applicant names a city' : 'no applicants yet')
      : value(top_location, [counted(applicant_count, 'applicant')])
  }
  return { label: 'Top city', metrics: [{ id: 'top-location' }], reading: reading() }
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
    return value([first, ...(second ? [second] : [])].map(({ skill }) => skill).join(', '), [
      counts,
      ...(third ? [`then ${third.skill} (${number(third.count)})`] : []),
    ])
  }
  return { label: 'Top skills', metrics: [{ id: 'top-skill' }], reading: reading() }
}

/** The seven figures of the page; for one job, credits per hire stand in place of the number of jobs. */
export const tiles = ({ job, cards }: Standing, manifest: Manifest): Tile[] => [
  applicants(cards, manifest),
  job ? creditsPerHire(cards, manifest) : jobs(cards),
  ratioTile(cards, manifest, ['Assessed', 'assessment_ratio', 'assessed', 'assessment', 'assessments']),
  ratioTile(cards, manifest, [
    'Interviewed on video',
    'personality_screening_ratio',
    'screened',
    'screening',
    'video interviews',
  ]),
  firstFill(cards, manifest),
  topCity(cards),
  topSkills(cards),
]

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
