import fc from 'fast-check'
import { endpointBodies, endpointIds, outcomeCode } from 'hirescope/contract'
import { failure } from 'hirescope/http'
import { expect } from 'vitest'
import { tinyRows, type BundleRowsByTable } from '../fixtures/bundle.ts'

/** Ids that no job has. */
export const odd = [
  "it's; DROP TABLE jobs--",
  'पुणे 😀',
  '\u0000',
  '10\u0000',
  '../manifest.json',
  '%31%30',
  '10 ',
  ' ',
  'x'.repeat(10_240),
]

/** An id that a job may well have. */
export const quoted = "1' OR '1'='1"

const [cook, driver] = tinyRows.jobs!

/** The rows of a bundle with the jobs "10" and that one, on which Chen is hired. */
export const quotedRows: BundleRowsByTable = {
  ...tinyRows,
  applications: tinyRows.applications!.map((row) =>
    row.application_key === 3 ? { ...row, outcome: outcomeCode.hired } : row,
  ),
  jobs: [cook!, { ...driver!, job_id: quoted }],
}

/** What a client is told, whichever way it asks. */
export interface Told {
  status: number
  text: string
}

/**
 * Holds an answer against what the endpoints promise: never a 500, the body of the endpoint, or that of an error.
 * @throws what the expectation throws
 */
export const expectPromised = ({ path, method }: { path: string; method: string }, { status, text }: Told): void => {
  if (method === 'HEAD' || status === 304 || status === 204) return expect(text).toBe('')
  if (status !== 200) {
    expect([400, 404, 405]).toContain(status)
    return void failure.parse(JSON.parse(text))
  }
  const name = decodeURIComponent(new URL(`http://host${path}`).pathname).split('/')[3]
  const endpoint = endpointIds.find((id) => id === name)!
  endpointBodies[endpoint].parse(JSON.parse(text))
}

const escapeAll = (text: string) =>
  [...new TextEncoder().encode(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

/** Requests near to good ones, and far from them, about a bundle of `quotedRows`. */
export const requests = (() => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom(...odd))
  const name = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...endpointIds) },
    { weight: 1, arbitrary: text.map(encodeURIComponent) },
  )
  const encoded = fc
    .tuple(
      name,
      fc.constantFrom(
        (path: string) => path,
        (path: string) => path,
        escapeAll,
      ),
    )
    .map(([path, encode]) => encode(path))
  const base = fc.oneof(
    { weight: 8, arbitrary: fc.constant('/api/analytics/') },
    { weight: 1, arbitrary: fc.constantFrom('/', '/api/', '/api/analytics/../', '//', '/api//analytics/') },
  )
  const job = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('10', quoted) },
    { weight: 1, arbitrary: text },
    { weight: 1, arbitrary: fc.constant('') },
  )
  const value = fc
    .tuple(
      job,
      fc.constantFrom(encodeURIComponent, encodeURIComponent, escapeAll, (raw: string) => raw),
    )
    .map(([raw, encode]) => encode(raw))
  const key = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('job_id', 'job%5Fid') },
    { weight: 1, arbitrary: fc.constantFrom('job_ids', 'city', 'format', '') },
    { weight: 1, arbitrary: text.map(encodeURIComponent) },
  )
  const query = fc
    .array(
      fc.tuple(key, value).map((pair) => pair.join('=')),
      { maxLength: 2 },
    )
    .map((pairs) => (pairs.length ? `?${pairs.join('&')}` : ''))
  const path = fc.tuple(base, encoded, fc.constantFrom('/', '/', '', '//', '%2F'), query).map((parts) => parts.join(''))
  const method = fc.oneof(
    { weight: 5, arbitrary: fc.constant('GET') },
    { weight: 2, arbitrary: fc.constantFrom('HEAD', 'POST', 'DELETE', 'OPTIONS', 'QUERY') },
  )
  const headers = fc.constantFrom<Record<string, string>>(
    {},
    {},
    {},
    {},
    { 'if-none-match': '*' },
    { 'if-none-match': '"a", W/"b' },
    { accept: 'text/html', range: 'bytes=0-1' },
  )
  return fc.record({ path, method, headers })
})()
