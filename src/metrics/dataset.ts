import type { Manifest } from 'hirescope/contract'
import { z } from 'zod'
import type { Engine } from './engine.ts'

const jobRow = z.strictObject({
  job_key: z.int(),
  job_id: z.string(),
  title: z.string(),
  status: z.string(),
  department: z.string().nullable(),
  location: z.string().nullable(),
})

/** A visible job of a bundle. */
export type Job = z.infer<typeof jobRow>

/** A bundle that is loaded and can be asked. */
export interface Dataset {
  readonly manifest: Manifest
  readonly engine: Engine
  /** The visible jobs by id, in code-point order of the id. */
  readonly jobs: ReadonlyMap<string, Job>
}

/** Makes a dataset of an engine whose tables hold the bundle of this manifest. */
export const createDataset = async (engine: Engine, manifest: Manifest): Promise<Dataset> => {
  const [rows = []] = await engine.batch([
    { sql: 'SELECT job_key, job_id, title, status, department, location FROM jobs ORDER BY job_key', params: [] },
  ])
  const jobs = z.array(jobRow).parse(rows)
  return { manifest, engine, jobs: new Map(jobs.map((job) => [job.job_id, job])) }
}
