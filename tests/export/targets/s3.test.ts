import { HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { SourceRows } from 'hirescope/contract'
import { parseConfig, runExport, type ExportConfigInput, type Target } from 'hirescope/export'
import { metrics, run } from 'hirescope/metrics'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { s3Target } from '../../../src/export/targets/s3.ts'
import { startCeph, whyNoCeph } from '../../ceph.ts'
import { rowsOf } from '../../oracle/case.ts'
import { writeRows } from '../../oracle/index.ts'
import { startProxy, type Proxy } from '../../http-proxy.ts'
import { dropConditions, getObject, openStored, type TestStore } from '../../s3-store.ts'
import { nightsIn } from '../night.ts'

let ceph: TestStore
beforeAll(async () => {
  if (whyNoCeph() === null) ceph = (await startCeph())!
})
afterAll(async () => {
  if (whyNoCeph() === null) await ceph.stop()
})

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hirescope-s3-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

const useKeys = ({ accessKeyId, secretAccessKey }: Pick<TestStore, 'accessKeyId' | 'secretAccessKey'>) => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey)
}

const applicants = (count: number) =>
  rowsOf({
    candidate: Array.from({ length: count }, (_, index) => ({ candidate_id: `c${index}` })),
    application: Array.from({ length: count }, (_, index) => ({
      application_id: `a${index}`,
      candidate_id: `c${index}`,
    })),
  })

const settingsOf = async (count: number, more: Partial<ExportConfigInput>) => {
  await rm(join(folder, 'adapter'), { recursive: true, force: true })
  const { adapterFolder, dataFolder } = await writeRows(applicants(count), folder)
  return {
    source: { kind: 'files' as const, folder: dataFolder },
    adapter: adapterFolder,
    private: join(folder, 'private'),
    asOf: '2026-01-01T00:00:00Z',
    threads: 1,
    ...more,
  } as ExportConfigInput
}

const keysOf = async (client: S3Client, bucket: string, prefix: string) =>
  (await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }))).Contents?.map(({ Key = '' }) =>
    Key.slice(prefix.length),
  ) ?? []

const fileNamed = async (bytes: string, extension: string) => {
  const name = `${createHash('sha256').update(bytes).digest('hex')}.${extension}`
  const path = join(folder, name)
  await writeFile(path, bytes)
  return { name, path }
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)

// Ceph honours conditional puts; behind a proxy that takes the conditions out it stands for the stores that do not.
for (const conditional of [true, false])
  describe.skipIf(whyNoCeph() !== null)(
    `a bucket of Ceph's object gateway ${conditional ? 'as it is' : 'without conditional puts'}`,
    () => {
      let proxy: Proxy
      let store: TestStore
      let prefixes = 0
      let prefix: string
      beforeAll(async () => {
        proxy = await startProxy(ceph.endpoint, conditional ? () => 'pass' : dropConditions)
        store = { ...ceph, endpoint: proxy.endpoint }
      })
      afterAll(async () => {
        await proxy.close()
      })
      beforeEach(() => {
        useKeys(store)
        prefix = `${conditional}${prefixes++}/`
      })

      const settings = () => ({ endpoint: store.endpoint, unconditional: !conditional, retries: 0 })
      const open = async (): Promise<Target> => {
        const target = s3Target(`s3://bundles/${prefix}`, settings())
        await target.prepare()
        return target
      }

      it('keeps objects under names with percent signs, and lists what is right under a path', async () => {
        const target = await open()
        const file = await fileNamed('select 1', 'sql')
        const paths = ['o/s', 'a%2Fb/s', '%2E%2E/s'].map((scope) => `${scope}/${file.name}`)
        for (const path of paths) await target.put(path, file.path)
        await target.replace('o/s/manifest.json', Buffer.from('{}'), null)
        expect((await target.list('')).sort()).toEqual(['%2E%2E', 'a%2Fb', 'o'])
        expect((await target.list('o/s')).sort()).toEqual([file.name, 'manifest.json'].sort())
        expect(await target.list('nowhere')).toEqual([])
        expect(await target.size(`a%2Fb/s/${file.name}`)).toBe(8)
        expect(await target.size('o/s/other')).toBeNull()
        expect(text((await target.read(paths[1]!))?.bytes)).toBe('select 1')
        expect(await target.read('o/s/other')).toBeNull()
        await target.remove(`o/s/${file.name}`)
        await target.remove(`o/s/${file.name}`)
        await target.removeEmpty('o/s')
        expect(await target.list('o/s')).toEqual(['manifest.json'])
        expect((await keysOf(store.client, 'bundles', prefix)).sort(), 'the probe is gone').toEqual(
          ['o/s/manifest.json', ...paths.slice(1)].sort(),
        )
      })

      if (conditional)
        it('lists more than a page of objects', async () => {
          const target = await open()
          const names = Array.from({ length: 1050 }, (_, index) => `n${index}`)
          for (let from = 0; from < names.length; from += 50)
            await Promise.all(
              names
                .slice(from, from + 50)
                .map((each) =>
                  store.client.send(
                    new PutObjectCommand({ Bucket: 'bundles', Key: `${prefix}many/${each}`, Body: 'x' }),
                  ),
                ),
            )
          expect((await target.list('many')).sort()).toEqual(names.sort())
        })

      it('tells caches what stays for good and what to ask for again, and browsers what it is', async () => {
        const target = await open()
        const files = await Promise.all(
          [
            ['PAR1', 'parquet'],
            ['select 1', 'sql'],
            ['packed', 'json.gz'],
          ].map(([bytes, extension]) => fileNamed(bytes!, extension!)),
        )
        for (const { name, path } of files) await target.put(`o/s/${name}`, path)
        await target.replace('o/s/manifest.json', Buffer.from('{}'))
        const heads = []
        for (const each of [...files.map(({ name }) => name), 'manifest.json']) {
          const Key = `${prefix}o/s/${each}`
          const head = await store.client.send(new HeadObjectCommand({ Bucket: 'bundles', Key }))
          heads.push([head.ContentType, head.CacheControl, head.ContentEncoding])
        }
        expect(heads).toEqual([
          ['application/vnd.apache.parquet', 'max-age=31536000, immutable', undefined],
          ['application/sql', 'max-age=31536000, immutable', undefined],
          ['application/gzip', 'max-age=31536000, immutable', undefined],
          ['application/json', 'no-cache', undefined],
        ])
      })

      it('replaces an object only where the expected one stands', async () => {
        const target = await open()
        const put = (value: string, version?: string | null) =>
          target.replace('o/s/manifest.json', Buffer.from(value), version)
        const now = () => target.read('o/s/manifest.json')
        const changed = `target: s3://bundles/${prefix}o/s/manifest.json was changed by someone else meanwhile; run again`
        await expect(put('0', '"0123456789abcdef0123456789abcdef"')).rejects.toThrow(changed)
        await put('1', null)
        const first = await now()
        await expect(put('2', null)).rejects.toThrow(changed)
        await put('2', first!.version)
        const second = await now()
        expect(second!.version).not.toBe(first!.version)
        await expect(put('3', first!.version)).rejects.toThrow(changed)
        expect(text((await now())?.bytes)).toBe('2')
        await put('4')
        expect(text((await now())?.bytes)).toBe('4')
      })

      if (conditional)
        it('lets one of many who replace the same object at once succeed', async () => {
          const target = await open()
          await target.replace('o/s/manifest.json', Buffer.from('0'), null)
          for (let round = 0; round < 10; round++) {
            const { version } = (await target.read('o/s/manifest.json'))!
            const tries = Array.from({ length: 8 }, (_, index) =>
              target.replace('o/s/manifest.json', Buffer.from(`${round} ${index}`), version),
            )
            const done = (await Promise.allSettled(tries)).flatMap(({ status }, index) =>
              status === 'fulfilled' ? [`${round} ${index}`] : [],
            )
            expect(done).toEqual([text((await target.read('o/s/manifest.json'))?.bytes)])
          }
        })

      it('is probed before anything is read', async () => {
        const target = s3Target('s3://bundles', { endpoint: store.endpoint, retries: 0 })
        if (conditional) await target.prepare()
        else
          await expect(target.prepare()).rejects.toThrow(
            'target: the store of s3://bundles does not honour conditional puts, so that two exports at once could overwrite each other; give --unconditional if there is never more than one',
          )
        expect((await keysOf(store.client, 'bundles', '')).filter((key) => key.includes('probe'))).toEqual([])
      })

      if (conditional)
        it('is not taken for one without conditional puts where an answer is lost on the way', async () => {
          const lost = new Set<string>()
          const lossy = await startProxy(ceph.endpoint, ({ headers }) => {
            const condition = headers['if-match']
            if (condition === undefined || lost.has(condition)) return 'pass'
            lost.add(condition)
            return 'answer lost'
          })
          await s3Target('s3://bundles', { endpoint: lossy.endpoint, retries: 1 }).prepare()
          expect(lost.size).toBe(4)
          await lossy.close()
        })

      it('says what is wrong with bucket and credentials', async () => {
        const prepare = (url: string) => s3Target(url, settings()).prepare()
        await expect(prepare('s3://missing/x')).rejects.toThrow(
          'target: there is no bucket missing; create it or correct the target',
        )
        vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wrong')
        await expect(prepare('s3://bundles')).rejects.toThrow(
          'target: the secret key is wrong; correct AWS_SECRET_ACCESS_KEY or the profile',
        )
        vi.stubEnv('AWS_ACCESS_KEY_ID', 'unknown')
        await expect(prepare('s3://bundles')).rejects.toThrow(
          'target: the store does not know the access key; correct AWS_ACCESS_KEY_ID or the profile',
        )
      })

      if (conditional)
        it('is planned for, verified, erased from and rolled back as a folder is', async () => {
          const nights = nightsIn(folder)
          nights.set({ target: `s3://bundles/${prefix}`, s3: settings(), asOf: '2026-01-01T00:00:00Z' })
          const succeed = async (rows: SourceRows | null, ...flags: string[]) => {
            const { code, out, error } = await nights.run(rows, ...flags)
            expect({ code, error }, out).toEqual({ code: 0, error: '' })
            return out
          }
          const keys = async () => (await keysOf(store.client, 'bundles', prefix)).sort()
          const applicantsNow = async () => {
            const dataset = await openStored(store, `${prefix}${(await nights.users()).admin!.slice(0, -1)}`)
            const { body } = await run(dataset, metrics['total-applicants'])
            await dataset.close()
            return body?.total_applicants
          }
          expect(await succeed(applicants(10), '--dry-run')).toContain('org o: 1 scopes for 1 users: 1 new, 0 changed')
          expect(await keys()).toEqual([])
          await succeed(null)
          await succeed(applicants(9))
          expect(await succeed(null, '--dry-run')).toContain('0 new, 0 changed, 1 there already, 0 to retire')
          expect(await succeed(null, '--verify')).toContain('verified 1 orgs, 1 scopes')
          await succeed(null, '--rollback', 'o')
          expect(await applicantsNow()).toBe(10)
          expect(await succeed(null, '--verify')).toMatch(/: 0 faults\n$/)
          await succeed(applicants(8), '--org', 'o', '--erase')
          expect(await applicantsNow()).toBe(8)
          const left = await keys()
          expect(left.filter((key) => key.endsWith('manifest.json'))).toHaveLength(1)
          const manifest = left.find((key) => key.endsWith('manifest.json'))!
          const now = text((await getObject(store, prefix + manifest))?.bytes)
          const strangers = left.filter((key) => !key.includes('manifest') && !now.includes(key.split('/').pop()!))
          expect(strangers, 'what only earlier datasets name is gone').toEqual([])

          // A fault of the store is found as one of a folder is.
          const file = left.find((key) => key.endsWith('.sql'))!
          await store.client.send(new PutObjectCommand({ Bucket: 'bundles', Key: prefix + file, Body: 'x' }))
          const { code, out } = await nights.run(null, '--verify')
          expect({ code, out }).toMatchObject({ code: 1, out: expect.stringContaining('has 1 bytes') as string })
        })

      it('takes an export: bundles open whole, and an unchanged one has nothing rewritten but its manifest', async () => {
        const exportTo = async (count: number) => {
          const more = { target: `s3://bundles/${prefix}`, s3: settings(), graceRuns: 0 }
          const { orgs } = await runExport(parseConfig(await settingsOf(count, more)))
          expect(orgs.map(({ error }) => error)).toEqual([null])
          return orgs[0]!
        }
        const access = async () => {
          const users = JSON.parse(await readFile(join(folder, 'private', 'o', 'access.json'), 'utf8')) as {
            users: Record<string, string>
          }
          return `${prefix}${users.users.admin!.slice(0, -1)}`
        }
        const applicantsIn = async (scope: string) => {
          const dataset = await openStored(store, scope)
          const { body } = await run(dataset, metrics['total-applicants'])
          await dataset.close()
          return [dataset.manifest.sequence, body?.total_applicants]
        }
        const modified = async (scope: string) => {
          const { Contents = [] } = await store.client.send(
            new ListObjectsV2Command({ Bucket: 'bundles', Prefix: `${scope}/` }),
          )
          return Contents.filter(({ Key }) => !Key!.includes('manifest')).map(
            ({ Key, LastModified }) => `${Key} ${LastModified!.toISOString()}`,
          )
        }
        expect((await exportTo(3)).changed).toBe(1)
        const scope = await access()
        expect(await applicantsIn(scope)).toEqual([1, 3])
        const before = await modified(scope)
        expect((await exportTo(3)).changed).toBe(0)
        expect(await modified(scope)).toEqual(before)
        expect((await exportTo(4)).changed).toBe(1)
        expect((await exportTo(5)).changed).toBe(1)
        expect(await applicantsIn(scope)).toEqual([4, 5])
        // What was the dataset before the last is gone, the last is there.
        const named = new Set<string>(['manifest.json', 'manifest.previous.json'])
        for (const each of ['manifest.json', 'manifest.previous.json']) {
          const object = await getObject(store, `${scope}/${each}`)
          for (const [file] of text(object?.bytes).matchAll(/[0-9a-f]{64}\.[a-z.]+/g)) named.add(file)
        }
        expect((await keysOf(store.client, 'bundles', `${scope}/`)).sort()).toEqual([...named].sort())
      })
    },
  )

describe('a store', () => {
  /** A server that gives each request the answer, and counts them. */
  const answering = async (status: number, body: string, headers: Record<string, string> = {}) => {
    let requests = 0
    const server = createServer((request, response) => {
      requests += 1
      request.resume()
      request.on('end', () => response.writeHead(status, headers).end(body))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return { endpoint, requests: () => requests, close: () => new Promise((resolve) => server.close(resolve)) }
  }
  const failing = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message></Error>`
  const prepare = async (endpoint: string, retries = 0) => {
    useKeys({ accessKeyId: 'k', secretAccessKey: 's' })
    const target = s3Target('s3://bundles/x', { endpoint, retries })
    await target.prepare()
  }

  // These servers check neither region nor rights: the answers are those that Amazon documents.
  it.each([
    [
      403,
      failing('AccessDenied'),
      {},
      /^target: access to s3:\/\/bundles\/x\/ is denied; the credentials need s3:ListBucket/,
    ],
    [
      301,
      failing('PermanentRedirect'),
      { 'x-amz-bucket-region': 'eu-west-1' },
      'target: the bucket bundles is in another region, eu-west-1; set region or AWS_REGION',
    ],
    [400, failing('ExpiredToken'), {}, 'target: the credentials have expired; sign in again'],
    [403, failing('RequestTimeTooSkewed'), {}, "target: this machine's clock is wrong; set it"],
    [503, failing('SlowDown'), {}, 'target: cannot list s3://bundles/x/: SlowDown (status 503)'],
  ])('that answers %s is explained', async (status, body, headers, message) => {
    const server = await answering(status, body, headers as Record<string, string>)
    await expect(prepare(server.endpoint)).rejects.toThrow(message)
    expect(server.requests()).toBe(1)
    await server.close()
  })

  it('that is overloaded is asked again, and one that refuses is not', async () => {
    const overloaded = await answering(503, failing('SlowDown'))
    await expect(prepare(overloaded.endpoint, 1)).rejects.toThrow(/SlowDown \(status 503\) \(tried 2 times\)$/)
    expect(overloaded.requests()).toBe(2)
    await overloaded.close()
    const refusing = await answering(403, failing('AccessDenied'))
    await expect(prepare(refusing.endpoint, 1)).rejects.toThrow(/denied/)
    expect(refusing.requests()).toBe(1)
    await refusing.close()
  })

  it('that cannot be reached is named', async () => {
    const server = await answering(200, '')
    await server.close()
    await expect(prepare(server.endpoint)).rejects.toThrow('target: cannot list s3://bundles/x/: ECONNREFUSED')
  })

  it('without credentials is refused with what to set', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE', 'AWS_SESSION_TOKEN'])
      vi.stubEnv(name, undefined)
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'none'))
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'))
    const target = s3Target('s3://bundles/x', { endpoint: 'http://127.0.0.1:9', retries: 0 })
    await expect(target.prepare()).rejects.toThrow(
      'target: there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or run where a role is given',
    )
  })

  it('without a region is refused with what to set', async () => {
    useKeys({ accessKeyId: 'k', secretAccessKey: 's' })
    for (const name of ['AWS_REGION', 'AWS_PROFILE']) vi.stubEnv(name, undefined)
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'))
    await expect(s3Target('s3://bundles/x', { retries: 0 }).prepare()).rejects.toThrow(
      'target: there is no region; set region or AWS_REGION',
    )
  })

  it('is named in the configuration as s3://bucket/prefix', () => {
    const parsed = (target: string) => parseConfig({ source: { kind: 'files', folder }, target, private: folder })
    for (const target of ['s3://bundles', 's3://bundles/', 's3://my-bucket.x/a/b%20c'.replace('%20', '-')])
      expect(parsed(target).target).toBe(target)
    for (const target of ['s3://', 's3:///x', 's3://B', 's3://bundles//x', 's3://bundles/a b', 's3://bundles/x?y'])
      expect(() => parsed(target)).toThrow('config: target: not as in "s3://bucket/prefix"')
  })
})

describe('the SDK of the store', () => {
  it('is loaded only for a store', async () => {
    const script = join(folder, 'loaded.mts')
    const [exporter, opener] = ['index.ts', 'open-target.ts'].map((file) =>
      JSON.stringify(join(import.meta.dirname, '../../../src/export', file)),
    )
    await writeFile(
      script,
      `import { createRequire } from 'node:module'
       import ${exporter}
       import { openTarget } from ${opener}
       const { cache } = createRequire(${JSON.stringify(import.meta.filename)})
       const loaded = () => Object.keys(cache).some((file) => file.includes('@aws-sdk'))
       await openTarget({ target: '/nowhere' })
       const before = loaded()
       await openTarget({ target: 's3://bundles', s3: { endpoint: 'http://127.0.0.1:9' } })
       console.log(before, loaded())`,
    )
    const tsx = createRequire(import.meta.url).resolve('tsx')
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', tsx, script], {
      env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: undefined },
    })
    expect(stdout.trim()).toBe('false true')
    expect(stderr).toBe('')
  })
})
