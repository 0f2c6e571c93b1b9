import type { Manifest } from 'hirescope/contract'

/** What an answer is made of: equal parts give an equal body. */
export interface Ingredients {
  manifest: Manifest
  metric: { id: string; sql: string }
  jobId: string | undefined
}

/**
 * The entity tag of an answer: a hash of the manifest, the metric and the job, so that nobody need be asked for the body
 * to know that it is the same.
 */
export const etagOf = async ({ manifest, metric, jobId }: Ingredients): Promise<string> => {
  const text = JSON.stringify([manifest, metric.id, metric.sql, jobId ?? null])
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  const hexadecimal = Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0'))
  return `"${hexadecimal.join('')}"`
}

/** Whether a header `If-None-Match` names the tag, or any. Tags are compared weakly, as that header wants. */
export const namesTag = (header: string | null, etag: string): boolean =>
  header !== null && (header.trim() === '*' || [...header.matchAll(/"[^"]*"/g)].some(([tag]) => tag === etag))
