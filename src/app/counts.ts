import { exact, number } from './format.ts'
import type { ShownBasis } from './state/board.svelte.ts'

const labels: Record<string, string> = {
  applicants: 'Applicants in scope',
  applications: 'Applications in scope',
  assessed: 'Applicants with an assessment',
  screened: 'Applicants with a video interview, not revoked',
  hires: 'Applications hired',
  jobs: 'Jobs in scope',
  open_jobs: 'Open jobs',
  closed_jobs: 'Closed jobs',
  city_applicants: 'Applicants from the top city',
  with_city: 'Applicants with a known city',
  resumes: 'Résumés in scope',
  scored: 'Résumés with a score',
  withdrawn: 'Withdrawn',
  unknown: 'Unknown state',
  applications_received: 'Applications in the 12 weeks',
  assessments: 'Assessments in the 12 weeks',
  video_interviews: 'Video interviews in the 12 weeks',
  credits: 'Credits spent',
}

/** Credits kept in ten-thousandths, as text: 12500 is "1.25". */
export const credits = (units: string): string => {
  const digits = units.padStart(5, '0')
  return exact(`${digits.slice(0, -4)}.${digits.slice(-4)}`)
}

/** The numerators and denominators of an answer as label and number; `only` narrows them. */
export const countRows = ({ counts }: ShownBasis, only?: readonly string[]): [label: string, value: string][] =>
  Object.entries(counts as Record<string, unknown>).flatMap(([name, value]): [string, string][] => {
    if (only && !only.includes(name)) return []
    if (name === 'credit_units') return [[labels.credits ?? name, credits(String(value))]]
    return typeof value === 'number' ? [[labels[name] ?? name, number(value)]] : []
  })
