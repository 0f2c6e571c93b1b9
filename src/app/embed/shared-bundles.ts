import type { Answers, Manifest } from 'hirescope/contract'
import { httpSource, openAnswers } from 'hirescope/engine'
import type { Dataset } from 'hirescope/metrics'

/** What is known of a bundle without an engine; `answers` is null where those of the export cannot be used. */
export interface Known {
  manifest: Manifest
  answers: Answers | null
}

/** A bundle that the elements of a page have in common. */
export interface SharedBundle {
  known(): Promise<Known>
  /** Starts the engine, once for all. */
  dataset(): Promise<Dataset>
  /** Says that one element needs it no more; the engine ends with the last. */
  release(): void
}

type Opened = Dataset & { close(): Promise<void> }

interface Entry {
  users: number
  known: Promise<Known> | null
  dataset: Promise<Opened> | null
}

const inUse = new Map<string, Entry>()

const read = async (address: string): Promise<Known> => {
  const source = httpSource(address)
  try {
    return await openAnswers(source)
  } catch {
    // What is wrong with the manifest itself is thrown here once more.
    return { manifest: await source.manifest(), answers: null }
  }
}

const start = async (address: string): Promise<Opened> => {
  const { openDataset } = await import('hirescope/engine/wasm')
  return openDataset(address)
}

/** Gives the bundle in a folder, whose address may be relative to the page. Each call wants a `release`. */
export const shareBundle = (folder: string): SharedBundle => {
  const address = new URL(folder.endsWith('/') ? folder : `${folder}/`, document.baseURI).href
  const entry = inUse.get(address) ?? { users: 0, known: null, dataset: null }
  inUse.set(address, entry)
  entry.users++
  // What failed is tried anew by whoever asks next.
  const remember = <Value>(field: 'known' | 'dataset', work: Promise<Value>): Promise<Value> => {
    work.catch(() => (entry[field] = null))
    return work
  }
  let released = false
  return {
    known: () => (entry.known ??= remember('known', read(address))),
    dataset: () => (entry.dataset ??= remember('dataset', start(address))),
    release() {
      if (released) return
      released = true
      if (--entry.users) return
      inUse.delete(address)
      void entry.dataset?.then(
        (dataset) => dataset.close(),
        () => {},
      )
    },
  }
}
