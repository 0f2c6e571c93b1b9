import type { Manifest } from 'hirescope/contract'
import { z } from 'zod'
import type { Engine } from './engine.ts'

const jobRow = z.strictObject({
  job_key: z.int(),
  job_id: z.string(),
  title: z.string(),
  title_rank: z.int(),
  status: z.string(),
  department: z.string().nullable(),
  location: z.string().nullable(),
  created_at: z.string().nullable(),
})

/** A visible job of a bundle. `title_rank` is its position by title, then id; `created_at` is UTC, "YYYY-MM-DD hh:mm:ss[.ffffff]". */
export type Job = z.infer<typeof jobRow>

/** The stages of loading: `instantiate` starts the engine, the others happen to each table. */
export type LoadStage = 'instantiate' | 'fetch' | 'verify' | 'decode' | 'insert'

/** How the tables of single rows are loaded. */
export interface RowsOptions {
  /** Whether the ids of candidates are loaded, too, which lists of applicants show and no metric reads. */
  ids?: boolean | undefined
  /** Whether the set tables are made of them, too, which questions about sets of jobs read. */
  sets?: boolean | undefined
  /** Stops waiting, with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Told of the bytes as they arrive. */
  onProgress?: ((progress: { loadedBytes: number; totalBytes: number }) => void) | undefined
  /** Told at the end of the milliseconds during which each stage of loading was under way. */
  timing?: ((stage: LoadStage, milliseconds: number) => void) | undefined
}

/** A bundle that is loaded and can be asked. */
export interface Dataset {
  readonly manifest: Manifest
  readonly engine: Engine
  /** The visible jobs by id, in code-point order of the id, which is that of their keys. */
  readonly jobs: ReadonlyMap<string, Job>
  /**
   * Loads the tables of single rows, once, whoever asks. One job and all jobs are answered without them; sets of jobs and row
   * filters wait for them by themselves.
   * @throws what kept them from being loaded; it can be tried again
   */
  loadRows(options?: RowsOptions): Promise<void>
}

/** Makes a dataset of an engine whose tables hold the jobs and the rollup of this manifest's bundle. */
export const createDataset = async (
  engine: Engine,
  manifest: Manifest,
  loadRows: Dataset['loadRows'],
): Promise<Dataset> => {
  const sql = `
SELECT job_key, job_id, title, title_rank, status, department, location, CAST(created_at AS VARCHAR) AS created_at
FROM jobs`
  const [rows = []] = await engine.batch([{ sql, params: [] }])
  // An engine that has put nothing into order yet makes ready for that, which takes longer than this.
  const jobs = z
    .array(jobRow)
    .parse(rows)
    .sort((a, b) => a.job_key - b.job_key)
  return { manifest, engine, jobs: new Map(jobs.map((job) => [job.job_id, job])), loadRows }
}
