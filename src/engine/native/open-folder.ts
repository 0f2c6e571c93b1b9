import type { Dataset } from 'hirescope/metrics'
import { loadDataset, type LoadOptions } from '../loader.ts'
import { folderSource } from './folder-source.ts'
import { createNativeStore, type NativeOptions } from './store.ts'

/** Opens the bundle in a folder with DuckDB in this process. @throws DatasetError */
export const openFolder = async (
  folder: string,
  { threads, memory, folder: temporary, ...options }: LoadOptions & NativeOptions = {},
): Promise<Dataset & { close(): Promise<void> }> => {
  const store = await createNativeStore({ threads, memory, folder: temporary })
  const close = () => store.engine.close()
  try {
    return { ...(await loadDataset(folderSource(folder), store, options)), close }
  } catch (error) {
    await close()
    throw error
  }
}
