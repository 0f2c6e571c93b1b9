import { endpointBodies, type EndpointBody } from 'hirescope/contract'
import { httpSource, loadDataset, type DatasetErrorCode, type LoadProgress } from 'hirescope/engine'
import { openFolder } from 'hirescope/engine/native'
import { openDataset } from 'hirescope/engine/wasm'
import { createNodeWasmStore } from 'hirescope/engine/wasm/node'
import { exportCommand } from 'hirescope/export'
import { metrics, run, runAll, type Dataset } from 'hirescope/metrics'

export const ask = async (dataset: Dataset): Promise<number | null> => {
  const location = await run(dataset, metrics['top-location'], { job_id: '12' })
  if (location.status === 200) {
    const city: string | null = location.body.top_location
    const counted: number = location.basis.counts.with_city
    return city === null ? counted : location.body.applicant_count
  }
  // @ts-expect-error -- a scope has no such field
  await run(dataset, metrics['top-location'], { jobId: '12' })
  // @ts-expect-error -- there is no such metric
  void metrics['top-locations']
  const { details, skills } = await runAll(dataset, { details: metrics.details, skills: metrics['top-skill'] })
  if (details.status === 204) return details.body
  const top: number | undefined = skills.body?.top_skills?.[0]?.count
  return top ?? null
}

export const doors = {
  endpointBodies,
  httpSource,
  loadDataset,
  openFolder,
  openDataset,
  createNodeWasmStore,
  exportCommand,
}
export type Score = EndpointBody<'score-distribution-graph'>
export type Code = DatasetErrorCode
export type Progress = LoadProgress
