import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { S3Settings } from '../config.ts'
import { ExportError } from '../errors.ts'
import { retrying } from '../retry.ts'
import type { Stored, Target } from '../target.ts'
import { explainS3, isMissing, isRefused } from './s3-failure.ts'

const immutable = 'max-age=31536000, immutable'
const probePrefix = '.hirescope-probe-'
const hour = 3_600_000

// Precomputed results are opened by whom reads them: as an encoding, hosts and browsers would unpack them on the way.
const types: Record<string, string> = {
  parquet: 'application/vnd.apache.parquet',
  gz: 'application/gzip',
  sql: 'application/sql',
}
const typeOf = (path: string) => types[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream'

/** How a store wants the ETag of a condition: HTTP quotes it, and Ceph (16) knows only bare ones. */
type Conditions = 'quoted' | 'bare' | 'none'

const place = (url: string) => {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/*$/.exec(url) ?? []
  return { bucket, prefix: prefix && `${prefix}/` }
}

// A store on the way may be slow, but not for ever: a minute, and a second for each 100 kB.
const timeLimit = (bytes = 0) => AbortSignal.timeout(60_000 + Math.ceil(bytes / 100))

/**
 * A bucket of an S3-compatible store, or a part of it: `s3://bucket/prefix`. Credentials come from where every AWS tool finds them. Manifests are swapped by
 * conditional puts where a probe shows that the store honours them.
 */
export const s3Target = (url: string, settings: S3Settings = {}): Target => {
  const { endpoint, unconditional = false, retries = 5 } = settings
  const { bucket: Bucket, prefix } = place(url)
  // The version is pinned and runs on this Node: that later ones will not is no news to who exports.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const client = new S3Client({
    ...(endpoint !== undefined && { endpoint }),
    ...(settings.region !== undefined
      ? { region: settings.region }
      : endpoint !== undefined && { region: process.env.AWS_REGION ?? 'us-east-1' }),
    forcePathStyle: settings.forcePathStyle ?? endpoint !== undefined,
    // A streamed body cannot be sent again by the SDK: whole operations are tried anew here.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 },
    // Other stores know no trailing checksums; data files carry the hash that they are named by.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  let conditions: Conditions = 'none'

  const nameOf = (path: string) => `s3://${Bucket}/${prefix}${path}`
  const at = (path: string) => ({ Bucket, Key: `${prefix}${path}` })

  const attempt = <Result>(what: string, path: string, act: () => Promise<Result>): Promise<Result> =>
    retrying(retries, () =>
      act().catch((error: unknown) => {
        throw explainS3(error, { what, name: nameOf(path), bucket: Bucket, endpoint })
      }),
    )

  const read = (path: string): Promise<Stored | null> =>
    attempt('read', path, async () => {
      try {
        const abortSignal = timeLimit()
        const { Body, ETag = '' } = await client.send(new GetObjectCommand(at(path)), { abortSignal })
        return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), version: ETag }
      } catch (error) {
        if (isMissing(error)) return null
        throw error
      }
    })

  const entries = async (path: string, start: string): Promise<{ name: string; modified: Date | undefined }[]> => {
    const { Key } = at(path && `${path}/`)
    const found: { name: string; modified: Date | undefined }[] = []
    let ContinuationToken: string | undefined
    do {
      const page = await attempt('list', path, () =>
        client.send(new ListObjectsV2Command({ Bucket, Prefix: `${Key}${start}`, Delimiter: '/', ContinuationToken }), {
          abortSignal: timeLimit(),
        }),
      )
      for (const { Prefix = '' } of page.CommonPrefixes ?? [])
        found.push({ name: Prefix.slice(Key.length, -1), modified: undefined })
      for (const { Key: key = '', LastModified } of page.Contents ?? [])
        if (key !== Key) found.push({ name: key.slice(Key.length), modified: LastModified })
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken !== undefined)
    return found
  }

  const remove = async (path: string) => {
    await attempt('remove', path, () => client.send(new DeleteObjectCommand(at(path)), { abortSignal: timeLimit() }))
  }

  const conditionOf = (version: string | null, how: Conditions = conditions) => {
    if (how === 'none') return {}
    if (version === null) return { IfNoneMatch: '*' }
    return { IfMatch: how === 'bare' ? version.replaceAll('"', '') : version }
  }

  /** Puts what readers ask for again and again; whether the condition held. */
  const putSmall = (path: string, bytes: Uint8Array, condition: ReturnType<typeof conditionOf>) =>
    attempt('write', path, async () => {
      const headers = { ContentType: 'application/json', CacheControl: 'no-cache' }
      const command = new PutObjectCommand({ ...at(path), Body: bytes, ...headers, ...condition })
      try {
        await client.send(command, { abortSignal: timeLimit() })
        return true
      } catch (error) {
        if (isRefused(error)) return false
        throw error
      }
    })

  /** Finds out how the store takes conditions, with an object of its own. */
  const probe = async (): Promise<Conditions> => {
    for (const { name, modified } of await entries('', probePrefix))
      if (modified && Date.now() - modified.getTime() > hour) await remove(name)
    const path = `${probePrefix}${randomBytes(8).toString('hex')}`
    const text = (value: string) => Buffer.from(value)
    try {
      await putSmall(path, text('1'), {})
      const first = (await read(path))?.version ?? ''
      if (await putSmall(path, text('2'), { IfNoneMatch: '*' })) return 'none'
      const other = `"${'0'.repeat(32)}"`
      for (const how of ['quoted', 'bare'] as const) {
        if (await putSmall(path, text('3'), conditionOf(other, how))) return 'none'
        if (await putSmall(path, text(how), conditionOf(first, how))) return how
        // It may have been carried out and its answer lost on the way: tried anew, its condition holds no more.
        if (new TextDecoder().decode((await read(path))?.bytes) === how) return how
      }
      return 'none'
    } finally {
      await remove(path)
    }
  }

  return {
    nameOf,
    prepare: async () => {
      conditions = await probe()
      if (conditions === 'none' && !unconditional)
        throw new ExportError(
          `target: the store of ${url} does not honour conditional puts, so that two exports at once could overwrite each other; give --unconditional if there is never more than one`,
        )
    },
    read,
    size: (path) =>
      attempt('read', path, async () => {
        try {
          const head = await client.send(new HeadObjectCommand(at(path)), { abortSignal: timeLimit() })
          return head.ContentLength ?? null
        } catch (error) {
          if (isMissing(error)) return null
          throw error
        }
      }),
    list: async (path) => (await entries(path, '')).map(({ name }) => name),
    put: async (path, file) => {
      const { size } = await stat(file)
      const [, hash] = /^([0-9a-f]{64})\./.exec(basename(path)) ?? []
      await attempt('write', path, async () => {
        const Body = createReadStream(file)
        const command = new PutObjectCommand({
          ...at(path),
          Body,
          ContentLength: size,
          ContentType: typeOf(path),
          CacheControl: immutable,
          ...(hash !== undefined && { ChecksumSHA256: Buffer.from(hash, 'hex').toString('base64') }),
        })
        try {
          await client.send(command, { abortSignal: timeLimit(size) })
        } finally {
          Body.destroy()
        }
      })
    },
    replace: async (path, bytes, version) => {
      const changed = new ExportError(`target: ${nameOf(path)} was changed by someone else meanwhile; run again`)
      if (version !== undefined && conditions === 'none' && ((await read(path))?.version ?? null) !== version)
        throw changed
      if (await putSmall(path, bytes, version === undefined ? {} : conditionOf(version))) return
      // The answer to an earlier try may have been lost on the way.
      const stored = await read(path)
      if (!stored || Buffer.compare(stored.bytes, bytes) !== 0) throw changed
    },
    remove,
    // A store has no folders.
    removeEmpty: async () => {},
  }
}
