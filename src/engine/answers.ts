import { answers as answersSchema, parse, type Answers, type Manifest } from 'hirescope/contract'
import { DatasetError } from './dataset-error.ts'
import { withNewest } from './newest.ts'
import type { BundleSource } from './source.ts'

/** The results of a bundle's whole scope as the exporter computed them, with the manifest that names them. */
export interface Precomputed {
  manifest: Manifest
  answers: Answers
}

/**
 * Reads the precomputed results of a bundle, which needs no engine: manifest → verified bytes → checked bodies.
 * @throws DatasetError
 */
export const openAnswers = (source: BundleSource, signal?: AbortSignal): Promise<Precomputed> =>
  withNewest(
    source,
    async (manifest) => {
      const bytes = await source.open(manifest.answers, { signal })
      try {
        return { manifest, answers: parse(answersSchema, await gunzipJson(bytes), 'answers') }
      } catch (cause) {
        signal?.throwIfAborted()
        const wrong = cause instanceof Error ? cause.message.split('; ', 1)[0] : 'unreadable'
        throw new DatasetError('altered', `${wrong}; export the dataset anew`, { cause })
      }
    },
    signal,
  )

const gunzipJson = async (bytes: Uint8Array): Promise<unknown> => {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream('gzip'))
  const text = await new Response(stream).text().catch((cause) => {
    throw new Error('answers: not gzip', { cause })
  })
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error('answers: not JSON', { cause })
  }
}
