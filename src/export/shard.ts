import { createHash } from 'node:crypto'
import { ExportError } from './errors.ts'

/** One of `count` parts of all orgs, counted from 1. */
export interface Shard {
  index: number
  count: number
}

/** Reads "3/16". @throws ExportError for anything else. */
export const parseShard = (text: string): Shard => {
  const [, index, count] = /^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(text)?.map(Number) ?? []
  if (index === undefined || count === undefined || index > count)
    throw new ExportError(`arguments: --shard: expected a part such as 3/16, from 1/16 to 16/16; got ${text}`)
  return { index, count }
}

/** Whether an org belongs to a shard: by a hash of its id alone, so that machines agree without talking. */
export const inShard = ({ index, count }: Shard, org: string): boolean =>
  createHash('sha256').update(org).digest().readUIntBE(0, 6) % count === index - 1

/** Whether an org is one of those that a run is asked for. */
export const askedFor =
  ({ orgs, shard }: { orgs?: readonly string[]; shard?: Shard }) =>
  (org: string): boolean =>
    (orgs?.includes(org) ?? true) && (shard === undefined || inShard(shard, org))
