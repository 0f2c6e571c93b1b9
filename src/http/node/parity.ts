import { endpointIds, type EndpointId } from 'hirescope/contract'
import { openFolder } from 'hirescope/engine/native'
import { createHandler, defaultBase } from '../handler.ts'

/** Who is compared, and how patiently. */
export interface ParityOptions {
  /** Where the old server's endpoints are, for example "http://localhost:8000/api/analytics/". */
  api: string
  /** The folder of a bundle. */
  data: string
  /** The value of the header Authorization for the old server. */
  authorization?: string | undefined
  /** Questions to the old server at once; 4 by default. */
  concurrency?: number | undefined
  /** Milliseconds until an answer is given up; 30,000 by default. */
  timeout?: number | undefined
  /** Rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Told after each question how many have been answered, of how many. */
  onProgress?: ((answered: number, questions: number) => void) | undefined
}

/** An answer as far as it matters: its status with what its JSON is, or what is wrong with it. */
export type Said = { status: number; body: unknown } | { wrong: string }

/** A question that the two answer differently. */
export interface Difference {
  endpoint: EndpointId
  /** Undefined for all jobs. */
  jobId: string | undefined
  old: Said
  bundle: Said
  /** Where they differ, for example "results[2].count". */
  at: string[]
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** The places in which two JSON values differ. */
const placesOf = (one: unknown, other: unknown, place: string): string[] => {
  if (isObject(one) && isObject(other) && Array.isArray(one) === Array.isArray(other)) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)])
    const below = (key: string) => (Array.isArray(one) ? `${place}[${key}]` : `${place}${place && '.'}${key}`)
    return [...keys].flatMap((key) =>
      key in one && key in other ? placesOf(one[key], other[key], below(key)) : [below(key)],
    )
  }
  return Object.is(one, other) || one === other ? [] : [place || 'body']
}

/** Where two answers differ. Errors are worded differently everywhere: of them the status alone counts. */
const differences = (old: Said, bundle: Said): string[] => {
  if ('wrong' in old || 'wrong' in bundle) return ['answer']
  if (old.status !== bundle.status) return ['status']
  return old.status >= 400 ? [] : placesOf(old.body, bundle.body, '')
}

const hear = async (response: Response): Promise<Said> => {
  const text = await response.text()
  if (text === '') return { status: response.status, body: null }
  try {
    return { status: response.status, body: JSON.parse(text) as unknown }
  } catch {
    const type = response.headers.get('content-type') ?? 'of no type'
    return { wrong: `status ${response.status}, not JSON (${type}, ${text.length} characters)` }
  }
}

const ask = async (question: () => Promise<Response>, timeout: number): Promise<Said> => {
  try {
    return await hear(await question())
  } catch (error) {
    if ((error as Error).name === 'TimeoutError') return { wrong: `no answer within ${timeout / 1000} s` }
    const { code } = ((error as Error).cause ?? {}) as { code?: string }
    return { wrong: `no answer (${code ?? (error as Error).name})` }
  }
}

/**
 * Asks an old server and a bundle all nine endpoints about all jobs and about each job of the bundle. Gives the number of
 * questions and what is answered differently.
 * @throws DatasetError for a bundle that cannot be opened; TypeError for an address that is none; the signal's reason
 */
export const compare = async (options: ParityOptions): Promise<{ asked: number; differences: Difference[] }> => {
  const { api, data, authorization, concurrency = 4, timeout = 30_000, signal, onProgress } = options
  const base = new URL(api.endsWith('/') ? api : `${api}/`)
  const dataset = await openFolder(data, { signal })
  try {
    const handle = createHandler(dataset)
    const headers = { accept: 'application/json', ...(authorization !== undefined && { authorization }) }
    const questions = [undefined, ...dataset.jobs.keys()].flatMap((jobId) =>
      endpointIds.map((endpoint) => ({ endpoint, jobId })),
    )
    const found: (Difference | undefined)[] = []
    const rest = questions.entries()
    let answered = 0
    const work = async () => {
      for (const [index, { endpoint, jobId }] of rest) {
        const path = `${endpoint}/${jobId === undefined ? '' : `?job_id=${encodeURIComponent(jobId)}`}`
        const ending = AbortSignal.any([AbortSignal.timeout(timeout), ...(signal ? [signal] : [])])
        // A server that leads to its login page has not answered.
        const old = await ask(
          () => fetch(new URL(path, base), { headers, signal: ending, redirect: 'manual' }),
          timeout,
        )
        const bundle = await ask(() => handle(new Request(`http://localhost:80${defaultBase}${path}`)), timeout)
        signal?.throwIfAborted()
        onProgress?.(++answered, questions.length)
        const at = differences(old, bundle)
        if (at.length) found[index] = { endpoint, jobId, old, bundle, at }
      }
    }
    await Promise.all(Array.from({ length: concurrency }, work))
    return { asked: questions.length, differences: found.filter((each) => each !== undefined) }
  } finally {
    await dataset.close()
  }
}
