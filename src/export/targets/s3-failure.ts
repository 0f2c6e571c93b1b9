import { ExportError, TransientError } from '../errors.ts'

/** What the SDK tells of a failure. */
interface Failure extends Error {
  /** The error code of a Node connection, or the store's own. */
  code?: string
  Code?: string
  $metadata?: { httpStatusCode?: number }
  $response?: { headers?: Record<string, string> }
}

const statusOf = (error: unknown) => (error as Failure).$metadata?.httpStatusCode
const nameOfError = (error: Failure) => error.Code ?? error.name

/** Whether an object is not there; a missing bucket is another matter. */
export const isMissing = (error: unknown): boolean =>
  statusOf(error) === 404 && nameOfError(error as Failure) !== 'NoSuchBucket'

/** Whether a put failed for its condition. A store may also not know such conditions at all (501). */
export const isRefused = (error: unknown): boolean => statusOf(error) === 412 || isMissing(error)

/** What an operation was about. */
export interface Operation {
  what: string
  /** The object, as messages call it. */
  name: string
  bucket: string
  endpoint: string | undefined
}

const grants =
  's3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject on what is under the prefix'

/** The failures that a setting ends, by the store's own code. */
const settled = (error: Failure, { name, bucket }: Operation): string | null => {
  const region = error.$response?.headers?.['x-amz-bucket-region']
  switch (nameOfError(error)) {
    case 'NoSuchBucket':
      return `there is no bucket ${bucket}; create it or correct the target`
    case 'CredentialsProviderError':
      return 'there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or run where a role is given'
    case 'InvalidAccessKeyId':
      return 'the store does not know the access key; correct AWS_ACCESS_KEY_ID or the profile'
    case 'SignatureDoesNotMatch':
      return 'the secret key is wrong; correct AWS_SECRET_ACCESS_KEY or the profile'
    case 'ExpiredToken':
    case 'ExpiredTokenException':
      return 'the credentials have expired; sign in again'
    case 'RequestTimeTooSkewed':
      return "this machine's clock is wrong; set it"
    case 'PermanentRedirect':
    case 'AuthorizationHeaderMalformed':
    case 'IllegalLocationConstraintException':
      return `the bucket ${bucket} is in another region${region ? `, ${region}` : ''}; set region or AWS_REGION`
    case 'EntityTooLarge':
      return `${name} is larger than the store takes in one put`
  }
  if (error.message === 'Region is missing') return 'there is no region; set region or AWS_REGION'
  if (statusOf(error) === 301) return `the bucket ${bucket} is in another region; set region or AWS_REGION`
  if (statusOf(error) === 403) return `access to ${name} is denied; the credentials need ${grants}`
  return null
}

const passing = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNABORTED',
])
const passingNames = new Set(['TimeoutError', 'AbortError', 'SlowDown', 'RequestTimeout', 'ConditionalRequestConflict'])

/** Whether it may pass by itself: no connection, no answer in time, or an answer that says so. */
const passes = (error: Failure): boolean => {
  const status = statusOf(error) ?? 0
  if (status === 501) return false
  return (
    status >= 500 ||
    status === 429 ||
    passing.has(error.code ?? '') ||
    passingNames.has(nameOfError(error)) ||
    /socket hang up|aborted/.test(error.message)
  )
}

/** A failure of the store in words that say what to do; a TransientError where it may pass by itself. */
export const explainS3 = (cause: unknown, operation: Operation): Error => {
  if (!(cause instanceof Error) || cause instanceof ExportError) return cause as Error
  const error = cause as Failure
  const setting = settled(error, operation)
  if (setting !== null) return new ExportError(`target: ${setting}`, { cause })
  const { what, name, endpoint } = operation
  const status = statusOf(error)
  const reason =
    error.code === 'ENOTFOUND'
      ? `${endpoint ?? 'the store'} is not known to the name server`
      : (error.code ?? nameOfError(error))
  const message = `target: cannot ${what} ${name}: ${reason}${status === undefined ? '' : ` (status ${status})`}`
  return passes(error) ? new TransientError(message, { cause }) : new ExportError(message, { cause })
}
