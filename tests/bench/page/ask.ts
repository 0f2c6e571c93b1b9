import { endpointIds, type EndpointId } from 'hirescope/contract'
import { openDataset } from 'hirescope/engine/wasm'
import { metrics, runAll, type AnyMetric, type Dataset, type Scope } from 'hirescope/metrics'
import { round, spreadOf, type Spread } from '../spread.ts'

/** Milliseconds of one question; `first` is before its statement is prepared. */
export type Asked = Spread & { first: number }
export interface Answered {
  all: Asked
  each: Record<EndpointId, Asked>
}

const busiestJob = `SELECT job_id, CAST(count(*) AS INTEGER) AS applications FROM applications JOIN jobs USING (job_key)
  GROUP BY job_id ORDER BY applications DESC, job_id LIMIT 1`

const questions: [name: EndpointId | 'all', asked: Record<string, AnyMetric>][] = [
  ...endpointIds.map((id): [EndpointId, Record<string, AnyMetric>] => [id, { [id]: metrics[id] }]),
  ['all', metrics],
]

/** Every question in turn, then again: what disturbs the machine for a while disturbs each of them. */
const askRounds = async (dataset: Dataset, scope: Scope, repetitions: number): Promise<Answered> => {
  const times = new Map<string, number[]>()
  for (let turn = 0; turn <= repetitions; turn += 1)
    for (const [name, asked] of questions) {
      const start = performance.now()
      await runAll(dataset, asked, scope)
      times.set(name, [...(times.get(name) ?? []), performance.now() - start])
    }
  const asked = (name: string): Asked => {
    const [first = NaN, ...rest] = times.get(name) ?? []
    return { ...spreadOf(rest), first: round(first) }
  }
  return {
    all: asked('all'),
    each: Object.fromEntries(endpointIds.map((id) => [id, asked(id)])) as Answered['each'],
  }
}

/** Opens a bundle and asks everything of the whole scope, then of the job with the most applications. */
export const askAll = async (address: string, repetitions: number) => {
  const dataset = await openDataset(address)
  const wholeScope = await askRounds(dataset, {}, repetitions)
  const [[job] = []] = await dataset.engine.batch([{ sql: busiestJob, params: [] }])
  const oneJob = await askRounds(dataset, { job_id: String(job?.job_id) }, repetitions)
  const answers = Object.entries(await runAll(dataset, metrics))
  await dataset.close()
  return {
    wholeScope,
    oneJob,
    oneJobApplications: Number(job?.applications),
    answers: Object.fromEntries(
      answers.map(([id, { status, body, basis }]) => [id, { status, body, counts: basis?.counts }]),
    ),
  }
}
