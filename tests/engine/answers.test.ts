import { createHash } from 'node:crypto'
import { rm, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { endpointIds, type Manifest } from 'hirescope/contract'
import { openAnswers, type BundleSource } from 'hirescope/engine'
import { folderSource } from 'hirescope/engine/native'
import { beforeEach, expect, it } from 'vitest'
import { temporaryFolder, writeBundle, writeManifest } from '../fixtures/bundle.ts'

let folder: string
let manifest: Manifest
beforeEach(async () => {
  folder = await temporaryFolder()
  manifest = await writeBundle(folder)
  return () => rm(folder, { recursive: true })
})

const nothing = Object.fromEntries(endpointIds.map((id) => [id, { status: 204, body: null, counts: {} }]))
const applicants = (total: unknown) => ({
  ...nothing,
  'total-applicants': { status: 200, body: { total_applicants: total }, counts: { applications: 3 } },
})

/** Publishes these bytes as the precomputed results, under their right hash. */
const publish = async (bytes: Uint8Array, sequence = 1) => {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const file = `${sha256}.json.gz`
  await writeFile(join(folder, file), bytes)
  await writeManifest(folder, { ...manifest, sequence, answers: { file, sha256, bytes: bytes.length } })
  return file
}

it('reads the precomputed results with the manifest that names them', async () => {
  await publish(gzipSync(JSON.stringify(applicants(2))))
  const { manifest, answers } = await openAnswers(folderSource(folder))
  expect(manifest.org.id).toBe('org')
  expect(answers['total-applicants']).toEqual({
    status: 200,
    body: { total_applicants: 2 },
    counts: { applications: 3 },
  })
})

it.each([
  ['no gzip', Buffer.from('{}'), 'answers: not gzip; export the dataset anew'],
  ['no JSON', gzipSync('<html>'), 'answers: not JSON; export the dataset anew'],
  ['other results', gzipSync(JSON.stringify(applicants(-1))), /^answers: total-applicants\.body\.total_applicants: /],
])('refuses %s, although the hash is right', async (_, bytes, message) => {
  await publish(bytes)
  await expect(openAnswers(folderSource(folder))).rejects.toMatchObject({ code: 'altered' })
  await expect(openAnswers(folderSource(folder))).rejects.toThrow(message)
})

it('reads those of a newer bundle that is published meanwhile', async () => {
  const old = await publish(gzipSync(JSON.stringify(applicants(2))))
  const files = folderSource(folder)
  const source: BundleSource = {
    ...files,
    async open(entry, options) {
      if (entry.file === old) {
        await unlink(join(folder, old))
        await publish(gzipSync(JSON.stringify(applicants(5))), 2)
      }
      return files.open(entry, options)
    },
  }
  const { manifest, answers } = await openAnswers(source)
  expect(manifest.sequence).toBe(2)
  expect(answers['total-applicants'].body).toEqual({ total_applicants: 5 })
})
