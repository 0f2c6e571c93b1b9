import { folderSource, openFolder } from 'hirescope/engine/native'
import type { Manifest } from 'hirescope/contract'
import type { LoadOptions } from 'hirescope/engine'
import { createHandler, type HandlerOptions } from '../handler.ts'
import type { Handler } from './listener.ts'

/** How long a manifest that was read is taken for the newest one. */
const freshMilliseconds = 10_000

interface Options extends HandlerOptions {
  /** Told, once each time, why a newer bundle cannot be opened; the older one stays. */
  onError: (error: unknown) => void
  /** Stops the first opening, with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Told how far the first opening has come. */
  onProgress?: LoadOptions['onProgress']
  now?: () => number
}

/** The endpoints of the newest bundle in a folder. */
export interface Current {
  handle: Handler
  /** Waits for requests under way, then gives the memory back. */
  close(): Promise<void>
}

const open = async (folder: string, options: HandlerOptions, loading: LoadOptions = {}) => {
  const dataset = await openFolder(folder, loading)
  const handle = await (async () => createHandler(dataset, options))().catch(async (error) => {
    await dataset.close()
    throw error
  })
  const underWay = new Set<Promise<unknown>>()
  return {
    manifest: dataset.manifest,
    handle: async (request: Request) => {
      const answer = handle(request)
      underWay.add(answer)
      return answer.finally(() => underWay.delete(answer))
    },
    close: async () => {
      await Promise.allSettled(underWay)
      await dataset.close()
    },
  }
}

const same = (one: Manifest, other: Manifest) => JSON.stringify(one) === JSON.stringify(other)

/** Opens the bundle in a folder, and what is published in its place later. @throws DatasetError */
export const openCurrent = async (
  folder: string,
  { onError, signal, onProgress, now = Date.now, ...options }: Options,
): Promise<Current> => {
  let current = await open(folder, options, { signal, onProgress })
  let looked = now()
  let looking: Promise<void> | undefined
  const look = async () => {
    try {
      if (same(await folderSource(folder).manifest(), current.manifest)) return
      const older = current
      current = await open(folder, options)
      await older.close()
    } catch (error) {
      onError(error)
    }
  }
  return {
    handle: (request) => {
      if (now() - looked >= freshMilliseconds) {
        looked = now()
        // Nobody waits for the newer one: until it is open the older one answers.
        looking = (looking ?? Promise.resolve()).then(look)
      }
      return current.handle(request)
    },
    close: async () => {
      await looking
      await current.close()
    },
  }
}
