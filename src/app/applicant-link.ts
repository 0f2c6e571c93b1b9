import { z } from 'zod'

const sentinel = 'hirescope-candidate-id'
const place = '{candidate_id}'

/** Whether a template gives addresses of one https or http site, whatever the id. */
const isTemplate = (template: string): boolean => {
  if (!template.includes(place)) return false
  try {
    const [url, other] = [sentinel, 'other'].map((id) => new URL(template.replaceAll(place, id)))
    return /^https?:$/.test(url?.protocol ?? '') && url?.origin === other?.origin && !url?.username && !url?.password
  } catch {
    return false
  }
}

/** `config.json` beside the app. `applicant_url` is where the ATS shows a candidate. */
const appConfig = z.strictObject({
  applicant_url: z
    .string()
    .refine(isTemplate, { error: `expected an https or http address with ${place} behind the host` })
    .optional(),
})

/** Gives the address of a candidate in the ATS; null for an id that no address can hold. */
export type ApplicantLink = (candidate_id: string) => string | null

/**
 * Reads the template of links to the ATS; null where `config.json` has none, or is not there.
 * @throws Error that says what is wrong with the file
 */
export const readApplicantLink = (text: string): ApplicantLink | null => {
  // A host that answers with a page for whatever it lacks has no such file.
  if (/^\s*</.test(text)) return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('config.json: not JSON')
  }
  const parsed = appConfig.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new Error(`config.json: ${[...(issue?.path ?? []), issue?.message].join(': ')}`)
  }
  const template = parsed.data.applicant_url
  if (template === undefined) return null
  // Browsers read "." and ".." as steps of the path, also when they are encoded.
  return (candidate_id) =>
    /^\.{1,2}$/.test(candidate_id) ? null : template.replaceAll(place, () => encodeURIComponent(candidate_id))
}

/** Fetches `config.json` beside the page. @throws Error that says what is wrong with the file */
export const fetchApplicantLink = async (signal?: AbortSignal): Promise<ApplicantLink | null> => {
  const response = await fetch(new URL('config.json', new URL('.', location.href)), {
    cache: 'no-cache',
    ...(signal && { signal }),
  })
  return response.ok ? readApplicantLink(await response.text()) : null
}
