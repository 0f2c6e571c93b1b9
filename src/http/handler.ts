import { endpointIds, type EndpointId } from 'hirescope/contract'
import { DatasetError } from 'hirescope/engine'
import { metrics, run, type Dataset } from 'hirescope/metrics'
import { etagOf, namesTag } from './etag.ts'
import { json, refuse } from './failure.ts'

/** Where the endpoints are, unless said otherwise. */
export const defaultBase = '/api/analytics/'

/** How the endpoints are served. */
export interface HandlerOptions {
  /** The path before the endpoints' own, which begins and ends with a slash. */
  base?: string | undefined
}

/** The endpoint at a path, with or without the last slash; undefined where there is none. */
const endpointAt = (pathname: string, base: string): EndpointId | undefined => {
  let path: string
  try {
    path = decodeURIComponent(pathname)
  } catch {
    return undefined
  }
  if (!path.startsWith(base)) return undefined
  const name = path.slice(base.length).replace(/\/$/, '')
  return endpointIds.find((id) => id === name)
}

/**
 * Makes the nine endpoints of a dataset: `<base><endpoint>/`, with `?job_id=` or without. Give it requests in a service
 * worker, a server or a test.
 *
 * 200 with the endpoint's body, 204 (`details/` without applicants), 304, 400 for a `job_id` that is empty or repeated, 404
 * for another path or a job that is unknown or not visible, 405 for another method than GET and HEAD. Other parameters are
 * ignored. A failure of the engine is 500. All errors have a body `{ "detail": … }`.
 * @throws TypeError for a base without its slashes; the handler rejects with the reason of a request that was aborted
 */
export const createHandler = (
  dataset: Dataset,
  { base = defaultBase }: HandlerOptions = {},
): ((request: Request) => Promise<Response>) => {
  if (!/^\/(.*\/)?$/.test(base))
    throw new TypeError(`base "${base}": expected a path that begins and ends with a slash`)
  const { manifest, jobs } = dataset

  const get = async (id: EndpointId, request: Request, jobIds: readonly string[]): Promise<Response> => {
    if (jobIds.length > 1) return refuse(400, 'job_id: given more than once; give one, or none for all jobs')
    const [jobId] = jobIds
    if (jobId === '') return refuse(400, 'job_id: empty; give the id of a job, or leave it out for all jobs')
    if (jobId !== undefined && !jobs.has(jobId)) return refuse(404, 'job_id: no such job')
    const metric = metrics[id]
    const etag = await etagOf({ manifest, metric, jobId })
    const headers = { etag, 'cache-control': 'private, no-cache' }
    if (namesTag(request.headers.get('if-none-match'), etag)) return new Response(null, { status: 304, headers })
    const { status, body } = await run(dataset, metric, { job_id: jobId }, { signal: request.signal })
    return status === 204 ? new Response(null, { status, headers }) : json(status, body, headers)
  }

  const answer = async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url)
    const id = endpointAt(pathname, base)
    if (!id) return refuse(404, 'path: no such endpoint')
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(405, `method: ${request.method} is not allowed; use GET or HEAD`, { allow: 'GET, HEAD' })
    try {
      return await get(id, request, searchParams.getAll('job_id'))
    } catch (error) {
      request.signal.throwIfAborted()
      // What is not said with care might quote a value.
      return refuse(500, error instanceof DatasetError ? error.message : 'internal error')
    }
  }

  return async (request) => {
    const response = await answer(request)
    if (request.method !== 'HEAD') return response
    await response.body?.cancel()
    return new Response(null, { status: response.status, headers: response.headers })
  }
}
