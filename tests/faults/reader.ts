import { manifest as manifestSchema, type Manifest } from 'hirescope/contract'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { full } from './random.ts'

/** Reads what stands under a path of a bundle now; null where nothing does. */
export type Read = (name: string) => Promise<Uint8Array | null>

export const folderRead =
  (bundle: string): Read =>
  async (name) => {
    try {
      return await readFile(join(bundle, name))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }

/** What a manifest says but for its number and its hour: the same rows give the same. */
const essence = ({ sequence, exported_at, as_of, ...rest }: Manifest) => {
  void [sequence, exported_at, as_of]
  return JSON.stringify(rest)
}

const readManifest = async (read: Read, name: string): Promise<Manifest | null> => {
  const bytes = await read(name)
  return bytes && manifestSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
}

const entriesOf = ({ tables, answers, views }: Manifest) => [...Object.values(tables), answers, views]

const checkFiles = async (read: Read, manifest: Manifest): Promise<string | null> => {
  for (const { file, sha256, bytes: size } of entriesOf(manifest)) {
    const bytes = await read(file)
    if (!bytes) return `${file} is gone`
    if (bytes.length !== size || createHash('sha256').update(bytes).digest('hex') !== sha256)
      return `${file} is another`
  }
  return null
}

/** Readers that know every dataset that may be published, and verify every byte. */
export class Readers {
  readonly #known = new Map<string, string>()

  /** Takes what stands there now for whole, under a name. */
  async learn(read: Read, name: string) {
    const manifest = await readManifest(read, 'manifest.json')
    if (!manifest) throw new Error('no manifest to learn')
    this.#known.set(essence(manifest), name)
  }

  /** Reads a bundle whole and gives the name of the dataset. @throws where it is not one of those known, to the last byte. */
  async check(read: Read): Promise<{ name: string; manifest: Manifest }> {
    for (;;) {
      const manifest = await readManifest(read, 'manifest.json')
      if (!manifest) throw new Error('no manifest')
      const wrong = await checkFiles(read, manifest)
      if (wrong === null) return { name: this.#nameOf(manifest), manifest }
      // Two newer datasets may have come meanwhile and taken the files away: then the newest is read.
      const newer = await readManifest(read, 'manifest.json')
      if (newer?.sequence === manifest.sequence) throw new Error(`dataset ${manifest.sequence}: ${wrong}`)
    }
  }

  /** The last dataset must still be there as well, whole, for those who have opened it, and for a rollback. */
  async checkPrevious(read: Read): Promise<string | null> {
    const manifest = await readManifest(read, 'manifest.previous.json')
    if (!manifest) return null
    const wrong = await checkFiles(read, manifest)
    if (wrong !== null) throw new Error(`previous dataset ${manifest.sequence}: ${wrong}`)
    return this.#nameOf(manifest)
  }

  /** Reads again and again until stopped; numbers of datasets never fall. */
  keepReading(read: Read): { stop: () => Promise<{ reads: number; names: Set<string> }> } {
    let over = false
    const loop = async () => {
      const names = new Set<string>()
      let reads = 0
      let last = 0
      while (!over) {
        const { name, manifest } = await this.check(read)
        if (manifest.sequence < last) throw new Error(`dataset ${manifest.sequence} came after ${last}`)
        last = manifest.sequence
        names.add(name)
        reads += 1
        // Readers who never rest would take the processor from the export that they watch.
        await setTimeout(full ? 1 : 10)
      }
      return { reads, names }
    }
    const result = loop()
    result.catch(() => {})
    return {
      stop: () => {
        over = true
        return result
      },
    }
  }

  #nameOf(manifest: Manifest): string {
    const name = this.#known.get(essence(manifest))
    if (name === undefined) throw new Error(`dataset ${manifest.sequence} is none that was exported`)
    return name
  }
}
