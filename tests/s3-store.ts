import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { loadDataset } from 'hirescope/engine'
import { createNativeStore } from 'hirescope/engine/native'
import type { Fate, Passing } from './http-proxy.ts'
import { readManifest, verify } from '../src/engine/source.ts'

/** An S3-compatible server that runs on this machine, with an empty bucket. */
export interface TestStore {
  endpoint: string
  bucket: string
  accessKeyId: string
  secretAccessKey: string
  client: S3Client
  stop: () => Promise<void>
}

/**
 * Takes the conditions out of a put, as a store does that does not know them. They are signed, so the put goes without a name, which the
 * bucket allows, and others may read what it wrote.
 */
export const dropConditions = ({ headers }: Passing): Fate => {
  if (headers['if-match'] === undefined && headers['if-none-match'] === undefined) return 'pass'
  Object.assign(headers, { 'if-match': undefined, 'if-none-match': undefined, authorization: undefined })
  headers['x-amz-acl'] = 'public-read-write'
  return 'pass'
}

/** An object as a reader gets it; null where there is none. */
export const getObject = async ({ client, bucket }: TestStore, Key: string) => {
  try {
    const { Body, ...head } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }))
    return { ...head, bytes: new Uint8Array(await Body!.transformToByteArray()) }
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return null
    throw error
  }
}

/** Opens the bundle under a key as a reader that checks every hash, and loads every table. */
export const openStored = async (store: TestStore, scope: string) => {
  const bytesOf = async (name: string) => {
    const object = await getObject(store, `${scope}/${name}`)
    if (!object) throw new Error(`${name} is not there`)
    return object.bytes
  }
  const engineStore = await createNativeStore({ threads: 1 })
  try {
    const dataset = await loadDataset(
      {
        manifest: async () => readManifest(new TextDecoder().decode(await bytesOf('manifest.json'))),
        open: async (entry) => {
          const bytes = await bytesOf(entry.file)
          await verify(entry, bytes)
          return bytes
        },
      },
      engineStore,
      { tables: 'all' },
    )
    await dataset.loadRows()
    return { ...dataset, close: () => engineStore.engine.close() }
  } catch (error) {
    await engineStore.engine.close()
    throw error
  }
}
