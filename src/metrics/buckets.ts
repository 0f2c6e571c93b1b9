import { outcomeCode, stageCode } from 'hirescope/contract'
import { z } from 'zod'

const active = (...stages: (keyof typeof stageCode)[]) =>
  `outcome = ${outcomeCode.active} AND stage IN (${stages.map((stage) => stageCode[stage]).join(', ')})`

/**
 * The latest state of an application as SQL conditions, of which exactly one holds: outcome hired, rejected, on hold or
 * withdrawn by outcome, active by stage, the rest unknown.
 */
export const buckets = {
  resume_screening: active('applied', 'resume_screening'),
  assessment_test: active('assessment_test'),
  video_interview: active('video_interview', 'interview', 'offer'),
  hired: `outcome = ${outcomeCode.hired}`,
  on_hold: `outcome = ${outcomeCode.on_hold}`,
  rejected: `outcome = ${outcomeCode.rejected}`,
  withdrawn: `outcome = ${outcomeCode.withdrawn}`,
  unknown: `outcome = ${outcomeCode.unknown} OR ${active('unknown')}`,
}

export type Bucket = keyof typeof buckets
export const bucketNames = Object.keys(buckets) as Bucket[]

const each = <Value>(value: Value) =>
  Object.fromEntries(bucketNames.map((bucket) => [bucket, value])) as Record<Bucket, Value>

/** The buckets in a row schema. */
export const bucketShape = each(z.int())
export const emptyBuckets = each(0)
