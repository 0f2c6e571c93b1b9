import { z } from 'zod'

/** The body of every answer that is an error: what is wrong, and what to do about it. */
export const failure = z.strictObject({ detail: z.string() })

/** An answer in JSON. Its numbers are one viewer's: caches keep them for that viewer alone, and ask before they use them. */
export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response => {
  const bytes = new TextEncoder().encode(JSON.stringify(body))
  return new Response(bytes, {
    status,
    headers: {
      'content-type': 'application/json',
      'content-length': String(bytes.length),
      'cache-control': 'private, no-cache',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
  })
}

export const refuse = (status: number, detail: string, headers: Record<string, string> = {}): Response =>
  json(status, { detail } satisfies z.infer<typeof failure>, headers)
