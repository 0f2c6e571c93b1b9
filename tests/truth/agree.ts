import { endpointIds } from 'hirescope/contract'
import { metrics, runAll, type Dataset, type Scope } from 'hirescope/metrics'
import { expect } from 'vitest'
import type { OracleBundle } from '../oracle/index.ts'

/** Asks a dataset all nine endpoints about a scope and holds every status and body against the oracle's. */
export const expectAgreement = async (dataset: Dataset, bundle: OracleBundle, scope: Scope, label: string) => {
  const answers = await runAll(dataset, metrics, scope)
  const oracleScope = scope.job_ids ? { job_ids: [...scope.job_ids] } : scope.job_id ? { job_id: scope.job_id } : {}
  for (const endpoint of endpointIds) {
    const { status, body } = answers[endpoint]
    expect({ status, body }, `${endpoint} of ${label}`).toEqual(bundle.answer(endpoint, oracleScope))
  }
  const stages = answers['applicants-stage-graph']
  if (stages.basis) expect(stages.basis.counts, `basis of ${label}`).toEqual(bundle.stageBasis(oracleScope))
}

/** All visible jobs, each of them alone, no job, an unknown job, and sets of jobs picked by a fixed rule. */
export const scopesOf = (jobIds: readonly string[], sets: number): Scope[] => [
  {},
  ...jobIds.map((job_id) => ({ job_id })),
  { job_ids: [] },
  { job_id: 'no such job' },
  ...Array.from({ length: sets }, (_, round) => ({
    job_ids: jobIds.filter((_, index) => (index * 7 + round * 13) % (round + 2) === 0),
  })),
]
